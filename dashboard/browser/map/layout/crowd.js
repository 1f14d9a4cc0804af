// @ts-check
// How many codes lie where on a map, counted once in small cells, so that many places for a label can be compared in every frame. No DOM.

import {toPixel} from "../../base/geometry.js";

/** @typedef {{at: [number, number], wide: number, tall: number}} Plate under a text: its middle and its sides, pixels */
/** @typedef {{under: (plate: Plate) => number}} Crowd */

const CELL = 4; // pixels
const COUNTED = 10_000; // codes at most

/** @param {import("../../state/state.js").View} view @param {Float32Array} codes @returns {Crowd} */
export function createCrowd(view, codes) {
  const [columns, rows] = [Math.ceil(view.width / CELL), Math.ceil(view.height / CELL)];
  const counts = new Uint16Array(columns * rows);
  const stride = 2 * Math.ceil(codes.length / 2 / COUNTED);
  const [left, top] = toPixel(view, 0, 0);
  for (let i = 0; i < codes.length; i += stride) {
    const [column, row] = [Math.floor((left + codes[i] * view.scale) / CELL), Math.floor((top - codes[i + 1] * view.scale) / CELL)];
    if (column >= 0 && row >= 0 && column < columns && row < rows) counts[row * columns + column]++;
  }
  const cellAt = (/** @type {number} */ pixel, /** @type {number} */ count) => Math.min(count - 1, Math.max(0, Math.floor(pixel / CELL)));
  return {
    under({at: [x, y], wide, tall}) {
      const [from, to] = [cellAt(x - wide / 2, columns), cellAt(x + wide / 2, columns)];
      let sum = 0;
      for (let row = cellAt(y - tall / 2, rows); row <= cellAt(y + tall / 2, rows); row++) {
        for (let column = from; column <= to; column++) sum += counts[row * columns + column];
      }
      return sum;
    },
  };
}

/** The plate that covers the fewest codes; the first of several that do. @param {Crowd} crowd @param {Plate[]} plates @returns {Plate} */
export function leastCrowded(crowd, plates) {
  let [best, least] = [plates[0], Infinity];
  for (const plate of plates) {
    const covered = crowd.under(plate);
    if (covered < least) [best, least] = [plate, covered];
  }
  return best;
}
