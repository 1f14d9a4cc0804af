// @ts-check
// Which tiles of the decoded manifold a view shows: as many along a side as were asked for while all of the map is in sight, and finer
// by halves as one comes closer, so that each stays about as large on the screen as it was. No DOM.

import {inverseNormalCdf, toLatent} from "../../base/geometry.js";

/** @typedef {import("../../state/state.js").View} View */
/** @typedef {{middles: number[], edges: number[], grain: number}} Cells along one axis, lowest first: where each is decoded, and the borders, one more; grain: their step, or how many there
 *   are in all */
/** @typedef {{x: Cells, y: Cells, even: boolean}} Tiling even: whether all tiles are equal squares */

const FINEST = 24; // halvings: nothing of the prior is left to divide by then
const ROUNDING = 1e-6; // of a halving

/**
 * The tiles that a view shows.
 * @param {View} view
 * @param {View} whole all of the map
 * @param {number} size tiles along its shorter side
 * @param {"linear"|"prior"} spacing equal steps, or equal masses of N(0, 1) along each axis
 * @returns {Tiling}
 */
export function tilesOver(view, whole, size, spacing) {
  const [left, bottom] = toLatent(view, 0, view.height);
  const [right, top] = toLatent(view, view.width, 0);
  const side = Math.min(whole.width, whole.height);
  if (spacing === "linear") {
    const step = side / whole.scale / size / 2 ** halvings(view.scale / whole.scale);
    const [originX, originY] = toLatent(whole, 0, whole.height);
    const [x, y] = [evenCells(left, right, originX, step), evenCells(bottom, top, originY, step)];
    return {x, y, even: true};
  }
  const [x, y] = [massCells(left, right, size, view.scale * size / side), massCells(bottom, top, size, view.scale * size / side)];
  return {x, y, even: false};
}

/** How far a tile reaches from where it is decoded and stays a square within its cell. @param {Tiling} tiling @param {number} column @param {number} row */
export function tileReach({x, y}, column, row) {
  return Math.min(...[[x, column], [y, row]].map(([cells, i]) => {
    const {middles, edges} = /** @type {Cells} */ (cells), at = /** @type {number} */ (i);
    return Math.min(middles[at] - edges[at], edges[at + 1] - middles[at]);
  }));
}

/** How strongly a tile is shown: in full while the nearest training code lies in it or no farther than usual, faintest at twice as far.
 * @param {number} distance to the nearest training code @param {number} reach of the tile @param {number} usual distance of a code to its nearest */
export function tileStrength(distance, reach, usual) {
  const near = Math.max(reach, usual);
  return Math.min(1, Math.max(0, 2 - distance / near));
}

/** Whether a tiling has all tiles of another. @param {Tiling} tiling @param {Tiling} other */
export function hasTiles(tiling, other) {
  return tiling.even === other.even && [[tiling.x, other.x], [tiling.y, other.y]].every(([mine, {edges, grain}]) =>
    mine.grain === grain && mine.edges[0] <= edges[0] && mine.edges[mine.edges.length - 1] >= edges[edges.length - 1]);
}

/** How often a cell may be halved until it is as large again as at first. @param {number} enlarged by which factor it is */
function halvings(enlarged) {
  return Math.min(FINEST, Math.floor(Math.log2(enlarged) + ROUNDING));
}

/** @param {number} low @param {number} high @param {number} origin @param {number} step @returns {Cells} */
function evenCells(low, high, origin, step) {
  const first = Math.floor((low - origin) / step + ROUNDING);
  const last = Math.max(first + 1, Math.ceil((high - origin) / step - ROUNDING));
  const at = (/** @type {number} */ place) => origin + place * step;
  return cells(first, last, step, at);
}

/** The narrowest cell in sight, which is the one nearest to 0, is not halved below the size that equal steps would give it. @param {number} low @param {number} high
 * @param {number} size @param {number} enlarged cells of an equal step that a unit of latent space would have on the screen @returns {Cells} */
function massCells(low, high, size, enlarged) {
  const nearest = Math.min(high, Math.max(low, 0));
  const count = size * 2 ** Math.max(0, halvings(enlarged / size / Math.exp(-nearest * nearest / 2) * Math.sqrt(2 * Math.PI)));
  const at = (/** @type {number} */ place) => inverseNormalCdf(place / count);
  const first = firstBeyond(count, (place) => at(place + 1) > low);
  const last = firstBeyond(count, (place) => at(place) >= high);
  return cells(first, last, count, at);
}

/** The least place from 0 to count at which something holds that goes on to hold. @param {number} count @param {(place: number) => boolean} holds */
function firstBeyond(count, holds) {
  let [from, to] = [0, count];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (holds(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** @param {number} first @param {number} last one more than the last cell's @param {number} grain @param {(place: number) => number} at @returns {Cells} */
function cells(first, last, grain, at) {
  const count = Math.max(0, last - first);
  return {grain, middles: Array.from({length: count}, (_, i) => at(first + i + 0.5)), edges: Array.from({length: count + 1}, (_, i) => at(first + i))};
}
