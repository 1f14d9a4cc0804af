// @ts-check
// The plain way to an integral over the plane: a square lattice, the same everywhere, and a sum.

import {logSumExp} from "../maths.js";

/** How far from the origin the lattice reaches along each axis. */
export const LATTICE_REACH = 5;

/** Distance between neighbours of a lattice with n points per side. @param {number} n */
export function latticeSpacing(n) {
  return (2 * LATTICE_REACH) / n;
}

/** n × n points in the middles of equal cells of [−5, 5]², as [z1, z2, …]. @param {number} n */
export function latticePoints(n) {
  const spacing = latticeSpacing(n);
  const points = new Float32Array(2 * n * n);
  for (let k = 0; k < n * n; k++) {
    points[2 * k] = -LATTICE_REACH + ((k % n) + 0.5) * spacing;
    points[2 * k + 1] = -LATTICE_REACH + (Math.floor(k / n) + 0.5) * spacing;
  }
  return points;
}

/** log Σ p(x, z) Δ² over the lattice. @param {ArrayLike<number>} joints log p(x, z) at its points @param {number} n */
export function latticeLogSum(joints, n) {
  return logSumExp(joints) + 2 * Math.log(latticeSpacing(n));
}
