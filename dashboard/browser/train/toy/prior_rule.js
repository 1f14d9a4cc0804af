// @ts-check
// log p(x) = log ∫ N(x; m(z), s² I) N(z; 0, I) dz by quadrature over z, for a decoder m from one or two dimensions to the plane. The
// latent space is cut into cells, a cell that the decoder stretches over more than s into halves along its longest side, and in each the
// rule of Gauss and Legendre is taken: nodes lie close where the decoder is steep. One set of nodes serves every x, so that the model is a
// mixture.

import {legendre} from "./legendre.js";

/** @typedef {(z: Float64Array, count: number) => Float64Array} Decode count × latent to count × 2 */

const REACH = {1: 8, 2: 6}; // of the prior along a dimension: 2e-9 of it lies beyond the lesser
const FIRST = {1: 64, 2: 32}; // cells along a dimension
const NODES = {1: 3, 2: 2}; // in a cell along a dimension
const FAR = {1: 8, 2: 5}; // sds of the prior, beyond which no cell is cut: of two dimensions 4e-6 of it lies there
const SEEN = 4; // of the plane, beyond which no x is asked for, and no cell cut
const MOST = 80_000; // cells; where more are called for, those nearest to the prior's middle are cut
const USUAL = 1.5; // of s, that a side of a cell may be stretched over

/**
 * A model as a mixture.
 * @param {Decode} decode @param {1|2} latent @param {number} sd s @param {number} [finest] of s, that a side of a cell may be stretched over: for less, more nodes and less error
 * @returns {import("./mixture.js").Mixture}
 */
export function modelMixture(decode, latent, sd, finest = USUAL) {
  const cells = cellsOf(decode, latent, finest * sd), size = 2 * latent, count = cells.length / size;
  const {at, weight} = legendre(NODES[latent]);
  const each = NODES[latent] ** latent;
  const z = new Float64Array(count * each * latent), weights = new Float64Array(count * each);
  for (let cell = 0, node = 0; cell < count; cell++) for (let i = 0; i < each; i++, node++) {
    let [area, square] = [1, 0];
    for (let d = 0; d < latent; d++) {
      const [low, width] = [cells[cell * size + d], cells[cell * size + latent + d]];
      const k = Math.floor(i / NODES[latent] ** d) % NODES[latent];
      const value = (z[node * latent + d] = low + width * at[k]);
      square += value ** 2;
      area *= width * weight[k];
    }
    weights[node] = (area * Math.exp(-0.5 * square)) / (2 * Math.PI) ** (latent / 2);
  }
  return {places: decode(z, count * each), weights, sd};
}

/** Cells whose sides are stretched over no more than `longest`: lower corner and widths of each. @param {Decode} decode @param {1|2} latent @param {number} longest */
function cellsOf(decode, latent, longest) {
  const corners = 2 ** latent, size = 2 * latent;
  let open = firstCells(latent), done = 0;
  /** @type {Float64Array[]} */
  const kept = [];
  while (open.length) {
    const count = open.length / size;
    const z = new Float64Array(count * corners * latent);
    for (let cell = 0; cell < count; cell++) for (let corner = 0; corner < corners; corner++) for (let d = 0; d < latent; d++) {
      z[(cell * corners + corner) * latent + d] = open[cell * size + d] + open[cell * size + latent + d] * ((corner >> d) & 1);
    }
    const images = decode(z, count * corners);
    /** @type {{cell: number, side: number, distance: number}[]} */
    let long = [];
    for (let cell = 0; cell < count; cell++) {
      const distance = distanceOf(open.subarray(cell * size, (cell + 1) * size), latent);
      const side = distance < FAR[latent] ? longestSide(images, cell * corners, latent, longest) : -1;
      if (side >= 0) long.push({cell, side, distance});
    }
    const room = Math.max(0, MOST - done - count); // to halve one is to have one more
    if (long.length > room) long = long.sort((one, other) => one.distance - other.distance).slice(0, room);
    const sides = new Int8Array(count).fill(-1);
    for (const {cell, side} of long) sides[cell] = side;
    const [next, rest] = [new Float64Array(2 * long.length * size), new Float64Array((count - long.length) * size)];
    let [to, stay] = [0, 0];
    for (let cell = 0; cell < count; cell++) {
      const from = open.subarray(cell * size, (cell + 1) * size), side = sides[cell];
      if (side < 0) rest.set(from, size * stay++);
      else for (const half of [0, 1]) {
        next.set(from, to);
        next[to + latent + side] /= 2;
        next[to + side] += half * next[to + latent + side];
        to += size;
      }
    }
    kept.push(rest);
    done += stay;
    open = next;
  }
  const all = new Float64Array(done * size);
  kept.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}

/** @param {1|2} latent */
function firstCells(latent) {
  const along = FIRST[latent], width = (2 * REACH[latent]) / along, count = along ** latent;
  return Float64Array.from({length: count * 2 * latent}, (_, i) => {
    const [cell, d] = [Math.floor(i / (2 * latent)), i % (2 * latent)];
    return d < latent ? -REACH[latent] + width * (Math.floor(cell / along ** d) % along) : width;
  });
}

/** How far the nearest corner of a cell is from the prior's middle. @param {Float64Array} cell @param {number} latent */
function distanceOf(cell, latent) {
  let square = 0;
  for (let d = 0; d < latent; d++) {
    const [low, high] = [cell[d], cell[d] + cell[latent + d]];
    square += low > 0 ? low ** 2 : high < 0 ? high ** 2 : 0;
  }
  return Math.sqrt(square);
}

/** Along which dimension a cell is to be halved, by the images of its corners; −1 where it is short enough, or lies where no x is. @param {Float64Array} images @param {number} from @param {1|2} latent @param {number} most */
function longestSide(images, from, latent, most) {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  let [side, length] = [-1, most];
  for (let corner = 0; corner < 2 ** latent; corner++) {
    const i = from + corner, [x, y] = [images[2 * i], images[2 * i + 1]];
    left = Math.min(left, x);
    right = Math.max(right, x);
    low = Math.min(low, y);
    high = Math.max(high, y);
    for (let d = 0; d < latent; d++) {
      if ((corner >> d) & 1) continue;
      const other = i + 2 ** d, long = Math.hypot(images[2 * other] - x, images[2 * other + 1] - y);
      if (long > length) [side, length] = [d, long];
    }
  }
  return left < SEEN && right > -SEEN && low < SEEN && high > -SEEN ? side : -1;
}
