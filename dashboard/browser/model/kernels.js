// @ts-check
// The one operation that costs time: y = x Wᵀ + b for a batch of rows. In SIMD WebAssembly (source:
// linear_kernel.wat) where the page allows it, else in plain JavaScript over the same numbers in the same layout.
//
// Weights are *packed in panels*: eight outputs beside each other for every input, so that either version walks
// straight through memory and keeps eight sums going at once. Everything lives in one heap of floats.

import { FUSED_KERNEL, LINEAR_KERNEL } from "./linear_kernel.js";

/** Outputs in a panel; the last one is padded with zeros. */
export const PANEL = 8;

/** @typedef {(x: number, weight: number, bias: number, y: number, rows: number, inner: number, outer: number) => void} Linear */

/** @typedef {{heap: Float32Array, linear: Linear, simd: boolean}} Kernel */

/**
 * A heap of zeros and `linear(x, weight, bias, y, rows, inner, outer)` on it: the first four are offsets into the
 * heap; rows of x are `inner` numbers apart, rows of y `outer` (a multiple of eight) apart.
 * @param {number} floats size of the heap
 * @param {boolean} [allowSimd]
 * @returns {Kernel}
 */
export function createKernel(floats, allowSimd = true) {
  return (allowSimd && (simdKernel(FUSED_KERNEL, floats) || simdKernel(LINEAR_KERNEL, floats))) || plainKernel(floats);
}

/** Length of a row of y for so many outputs. @param {number} outputs */
export function paddedLength(outputs) {
  return Math.ceil(outputs / PANEL) * PANEL;
}

/**
 * Write a matrix into the heap in panels.
 * @param {Float32Array} heap
 * @param {number} at where the panels begin; they take paddedLength(outer) × inner floats
 * @param {ArrayLike<number>} matrix
 * @param {number} inner
 * @param {number} outer
 * @param {(output: number, input: number) => number} place index of a weight in `matrix`
 */
export function packPanels(heap, at, matrix, inner, outer, place) {
  for (let output = 0; output < outer; output++) {
    const panel = at + (output - (output % PANEL)) * inner + (output % PANEL);
    for (let input = 0; input < inner; input++) heap[panel + input * PANEL] = matrix[place(output, input)];
  }
}

/** The kernel of this WebAssembly, null where the browser does not know its instructions or a page's policy forbids it.
 * @param {string} assembled base64 @param {number} floats */
function simdKernel(assembled, floats) {
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil((floats * 4) / 65536) });
    const code = Uint8Array.from(atob(assembled), (letter) => letter.charCodeAt(0));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { host: { memory } });
    const bytes = /** @type {Linear} */ (/** @type {unknown} */ (exports.linear));
    /** @type {Linear} */
    const linear = (x, weight, bias, y, rows, inner, outer) => bytes(x * 4, weight * 4, bias * 4, y * 4, rows, inner, outer);
    return { heap: new Float32Array(memory.buffer, 0, floats), linear, simd: true };
  } catch {
    return null;
  }
}

/** @param {number} floats */
function plainKernel(floats) {
  const heap = new Float32Array(floats);
  /** @type {Linear} */
  const linear = (x, weight, bias, y, rows, inner, outer) => {
    for (let first = 0; first < outer; first += PANEL) {
      for (let row = 0; row < rows; row++) panelTimesRow(heap, x + row * inner, weight + first * inner, bias + first, y + row * outer + first, inner);
    }
  };
  return { heap, linear, simd: false };
}

/** @param {Float32Array} heap @param {number} x @param {number} panel @param {number} bias @param {number} y @param {number} inner */
function panelTimesRow(heap, x, panel, bias, y, inner) {
  let a = heap[bias], b = heap[bias + 1], c = heap[bias + 2], d = heap[bias + 3];
  let e = heap[bias + 4], f = heap[bias + 5], g = heap[bias + 6], h = heap[bias + 7];
  for (let i = 0; i < inner; i++, panel += PANEL) {
    const value = heap[x + i];
    a += value * heap[panel];
    b += value * heap[panel + 1];
    c += value * heap[panel + 2];
    d += value * heap[panel + 3];
    e += value * heap[panel + 4];
    f += value * heap[panel + 5];
    g += value * heap[panel + 6];
    h += value * heap[panel + 7];
  }
  heap[y] = a, heap[y + 1] = b, heap[y + 2] = c, heap[y + 3] = d;
  heap[y + 4] = e, heap[y + 5] = f, heap[y + 6] = g, heap[y + 7] = h;
}
