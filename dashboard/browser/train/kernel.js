// @ts-check
// The assembled kernel.wat over one heap of floats, whose places are counted in floats here. Training needs WebAssembly with SIMD: the
// same in plain JavaScript would take minutes for what takes seconds.

import {PlainError} from "../base/errors.js";
import {FUSED_TRAINING_KERNEL, TRAINING_KERNEL} from "./kernel_code.js";

/** Columns in a panel, and what numbers of rows are a multiple of. */
export const PANEL = 8;
export const FOUR = 4;
/** Floats that a product needs for itself. */
export const SCRATCH = 32 * 16 * PANEL;
const PAGE = 65536;

/**
 * @typedef {object} TrainingKernel
 * @property {Float32Array} heap
 * @property {(x: number, w: number, b: number, y: number, rows: number, inputs: number, outputs: number, scratch: number) => void} product y = x w + b; inputs and outputs in panels, scratch: SCRATCH floats
 * @property {(x: number, dy: number, dw: number, rows: number, inputs: number, outputs: number) => void} gradient dw = xᵀ dy
 * @property {(dy: number, db: number, rows: number, panels: number) => void} sums of columns
 * @property {(w: number, to: number, inputs: number, outputs: number) => void} transpose weights
 * @property {Record<"relu"|"tanh"|"silu"|"gelu", (h: number, slope: number, count: number) => void>} activations in place, with their slopes beside
 * @property {(l: number, x: number, d: number, panel: number, panels: number, scale: number) => number} bernoulli one row of Σ softplus(l) − x l, and d = (σ(l) − x) · scale;
 *   panel: floats from one to the next
 * @property {(a: number, b: number, count: number) => void} multiply a ← a ⊙ b
 * @property {(a: number, b: number, count: number) => void} add a ← a + b
 * @property {(a: number, b: number, count: number, share: number) => void} lerp a ← a + share · (b − a)
 * @property {(a: number, count: number) => number} squares Σ a²
 * @property {(w: number, g: number, m: number, v: number, count: number, scale: number, decay: number, share1: number, beta2: number, share2: number, rate: number, root: number) => void} adam
 */

/** @param {number} floats size of the heap, zeros at first @returns {TrainingKernel} @throws {PlainError} where the browser runs no such code */
export function createTrainingKernel(floats) {
  const memory = new WebAssembly.Memory({initial: Math.ceil((4 * floats) / PAGE)});
  const run = instance(FUSED_TRAINING_KERNEL, memory) ?? instance(TRAINING_KERNEL, memory);
  if (!run) throw new PlainError("This browser does not run WebAssembly with SIMD, which training needs: update it, or take Chrome 91, Firefox 89, Safari 16.4, or later.");
  const pointwise = (/** @type {string} */ name) => (/** @type {number} */ h, /** @type {number} */ slope, /** @type {number} */ count) => run[name](4 * h, 4 * slope, count);
  return {
    heap: new Float32Array(memory.buffer, 0, floats),
    product: (x, w, b, y, rows, inputs, outputs, scratch) => run.product(4 * x, 4 * w, 4 * b, 4 * y, rows, inputs, outputs, 4 * scratch),
    gradient: (x, dy, dw, rows, inputs, outputs) => run.gradient(4 * x, 4 * dy, 4 * dw, rows, inputs, outputs),
    sums: (dy, db, rows, panels) => run.sums(4 * dy, 4 * db, rows, panels),
    transpose: (w, to, inputs, outputs) => run.transpose(4 * w, 4 * to, inputs, outputs),
    activations: {relu: pointwise("relu"), tanh: pointwise("tanh"), silu: pointwise("silu"), gelu: pointwise("gelu")},
    bernoulli: (l, x, d, panel, panels, scale) => run.bernoulli(4 * l, 4 * x, 4 * d, 4 * panel, panels, scale),
    multiply: pointwise("multiply"),
    add: pointwise("add"),
    lerp: (a, b, count, share) => run.lerp(4 * a, 4 * b, count, share),
    squares: (a, count) => run.squares(4 * a, count),
    adam: (w, g, m, v, count, ...numbers) => run.adam(4 * w, 4 * g, 4 * m, 4 * v, count, ...numbers),
  };
}

/** @param {string} assembled base64 @param {WebAssembly.Memory} memory @returns {Record<string, (...numbers: number[]) => any>|null} null for code that the browser does not know */
function instance(assembled, memory) {
  try {
    const code = Uint8Array.from(atob(assembled), (letter) => letter.charCodeAt(0));
    return /** @type {any} */ (new WebAssembly.Instance(new WebAssembly.Module(code), {host: {memory, log: Math.log}}).exports);
  } catch {
    return null;
  }
}
