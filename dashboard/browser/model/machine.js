// @ts-check
// What compiled layers share: one heap of floats, handed out before it exists, and weights packed into it.

import { PlainError } from "../base/errors.js";
import { createKernel, packPanels, paddedLength } from "./kernels.js";

/** @typedef {(input: number, rows: number) => number} Step from and to an offset into the heap */
/** @typedef {{run: Step, shape: number[]}} Stage a step and the shape of one row of its result */
/** @typedef {Stage & {steps: Stage[]}} Chain layers run one after the other, and each of them alone */
/** @typedef {(part: string, ...sides: (number|undefined)[]) => Float32Array} Weigh a layer's own weights, checked */
/** @typedef {{machine: Machine, layer: import("./bundle.js").Layer, shape: number[], weigh: Weigh,
 *   tensors: Map<string, import("./bundle.js").Tensor>, name: string}} Task a layer to compile */

/** Rows that are computed together; longer batches are cut up. */
export const BATCH = 32;

/** Hands out places in a heap whose size is known only when every layer has asked. */
export class Machine {
  heap = new Float32Array(0);
  /** @type {import("./kernels.js").Linear} */
  linear = () => {};
  simd = false;
  #size = 0;
  /** @type {(() => void)[]} */
  #fills = [];

  /** @param {boolean} [isBlank] whether its weights are still on their way, and zeros until then */
  constructor(isBlank = false) {
    this.isBlank = isBlank;
  }

  /** @param {number} floats */
  reserve(floats) {
    const at = this.#size;
    this.#size += paddedLength(floats);
    return at;
  }

  /** Write weights once the heap exists. @param {() => void} fill */
  whenBuilt(fill) {
    if (!this.isBlank) this.#fills.push(fill);
  }

  /** @param {boolean} allowSimd @param {import("./kernels.js").Kernel} [used] to be taken over where it is of the same size */
  build(allowSimd, used) {
    Object.assign(this, used?.heap.length === this.#size ? used : createKernel(this.#size, allowSimd));
    for (const fill of this.#fills) fill();
    this.#fills = [];
  }
}

/** Reserve and later fill a weight matrix in panels with its bias.
 * @param {Machine} machine @param {ArrayLike<number>} matrix @param {ArrayLike<number>} bias
 * @param {number} inner @param {number} outer @param {(output: number, input: number) => number} place */
export function reserveMatrix(machine, matrix, bias, inner, outer, place) {
  const weights = machine.reserve(paddedLength(outer) * inner);
  const biases = machine.reserve(outer);
  machine.whenBuilt(() => {
    packPanels(machine.heap, weights, matrix, inner, outer, place);
    machine.heap.set(bias, biases);
  });
  return { weights, biases };
}

/** @param {boolean} holds @param {string} name */
export function expect(holds, name) {
  if (!holds) throw new PlainError(`This model file cannot be used: ${name} is missing or does not fit its place in the network.`);
}

/** @param {number[]} shape */
export function lengthOf(shape) {
  return shape.reduce((product, side) => product * side, 1);
}
