// @ts-check
// Densities and sums that several live views share. Nats; no DOM, no randomness of its own.

/** @typedef {import("../../base/geometry.js").Pair} Pair */
/** @typedef {import("../../exact/gaps.js").Gaussian} Gaussian */
/** @typedef {import("../../model/networks.js").Network} Network */

const LOG_TAU = Math.log(2 * Math.PI);

/** log N(z; 0, I) in the plane. @param {number} z1 @param {number} z2 */
export function logStandardNormal(z1, z2) {
  return -0.5 * (z1 * z1 + z2 * z2) - LOG_TAU;
}

/** log N(z; μ, diag σ²). @param {Gaussian} q @param {number} z1 @param {number} z2 */
export function logGaussian({mu, std}, z1, z2) {
  return logStandardNormal((z1 - mu[0]) / std[0], (z2 - mu[1]) / std[1]) - Math.log(std[0] * std[1]);
}

/** KL(N(μ, diag σ²) ‖ N(0, I)) = ½ Σ (μ² + σ² − 1 − log σ²). @param {Gaussian} q */
export function klToPrior({mu, std}) {
  return 0.5 * [0, 1].reduce((sum, axis) => sum + mu[axis] ** 2 + std[axis] ** 2 - 1 - 2 * Math.log(std[axis]), 0);
}

/** log p(x|z) at points [z1, z2, …]. @param {Network} network @param {Float32Array} x @param {Float32Array} z */
export function logLikelihoods(network, x, z) {
  const values = new Float64Array(z.length / 2);
  network.forEachRaw(z, (raw, at, index) => (values[index] = network.likelihood.logProb(x, raw, at)));
  return values;
}

/** log p(x, z) at points [z1, z2, …]. @param {Network} network @param {Float32Array} x @param {Float32Array} z */
export function logJoints(network, x, z) {
  return logLikelihoods(network, x, z).map((value, k) => value + logStandardNormal(z[2 * k], z[2 * k + 1]));
}

/** log Σ exp(values[first…end−1]); −∞ for nothing. @param {ArrayLike<number>} values @param {number} [first] @param {number} [end] */
export function logSumExp(values, first = 0, end = values.length) {
  let highest = -Infinity;
  for (let i = first; i < end; i++) highest = Math.max(highest, values[i]);
  if (highest === -Infinity) return -Infinity;
  let sum = 0;
  for (let i = first; i < end; i++) sum += Math.exp(values[i] - highest);
  return highest + Math.log(sum);
}

/** @param {ArrayLike<number>} values */
export function meanOf(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** The sample variance, with n − 1; 0 for a single value. @param {ArrayLike<number>} values */
export function varianceOf(values) {
  const mean = meanOf(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] - mean) ** 2;
  return values.length > 1 ? sum / (values.length - 1) : 0;
}

/** The points z = μ + σ ⊙ ε for ε = [ε1, ε2, …]. @param {Gaussian} q @param {ArrayLike<number>} epsilon */
export function pointsOf({mu, std}, epsilon) {
  return Float32Array.from(epsilon, (value, k) => mu[k % 2] + std[k % 2] * value);
}

/** `count` draws of ε ~ N(0, I), as [ε1, ε2, …]. @param {() => Pair} normal @param {number} count */
export function normalDraws(normal, count) {
  const draws = new Float64Array(2 * count);
  for (let k = 0; k < count; k++) draws.set(normal(), 2 * k);
  return draws;
}

/** log p(x, z) − log q(z). @param {import("../../exact/gaps.js").Gaussian} q @param {ArrayLike<number>} z [z1, z2, …] @param {ArrayLike<number>} joints log p(x, z) there */
export function logWeights(q, z, joints) {
  return Float64Array.from(joints, (joint, k) => joint - logGaussian(q, z[2 * k], z[2 * k + 1]));
}

/** log of the mean of the first K weights, for each K of ascending `counts`. @param {ArrayLike<number>} weights their logarithms @param {readonly number[]} counts */
export function runningLogMeans(weights, counts) {
  let [sum, done] = [-Infinity, 0];
  return counts.map((count) => {
    sum = logSumExp([sum, logSumExp(weights, done, count)]);
    done = count;
    return sum - Math.log(count);
  });
}

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
