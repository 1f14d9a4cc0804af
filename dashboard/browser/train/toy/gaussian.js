// @ts-check
// A Gaussian likelihood in the plane, N(x; m(z), s² I), whose s is given or learned: nll = ‖x − m‖²/2s² + 2 log s + log 2π, nats.

import {PANEL} from "../kernel.js";
import {columnAt} from "../panels.js";

/** @typedef {import("../model.js").Likelihood & {isLearned: boolean}} Gaussian what it learns itself is log s */

export const SIDES = 2; // of x
const CONSTANT = Math.log(2 * Math.PI);

/** @returns {Gaussian} */
export function gaussian() {
  return {
    learns: 1,
    isLearned: false,
    reconstruct({kernel: {heap}, x, raw, slope, rows, scale, learned, learning}, count, nll) {
      const logSd = heap[learned], precision = Math.exp(-2 * logSd);
      let change = 0;
      for (let row = 0; row < count; row++) {
        let square = 0;
        for (let i = 0; i < SIDES; i++) {
          const at = row * PANEL + columnAt(i, rows), off = heap[raw + at] - heap[x + at];
          square += off * off;
          heap[slope + at] = off * precision * scale;
        }
        nll[row] = 0.5 * square * precision + SIDES * logSd + CONSTANT;
        change += SIDES - square * precision;
      }
      heap[learning] = this.isLearned ? change * scale : 0;
    },
  };
}
