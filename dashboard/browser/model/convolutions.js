// @ts-check
// Convolutions as matrix products, so that one kernel serves every network.

import { paddedLength } from "./kernels.js";
import { BATCH, expect, reserveMatrix } from "./machine.js";

/** @typedef {import("./machine.js").Stage} Stage */
/** @typedef {import("./machine.js").Step} Step */
/** @typedef {import("./machine.js").Task} Task */

/** What a convolution and a transposed one share: sizes, checked. @param {Task} task @param {(side: number) => number} sideAfter */
function convolutionSizes({ layer, shape, name }, sideAfter) {
  const { in: inner = 0, out: outer = 0, kernel = 0 } = layer;
  const [count, height, width] = shape;
  const after = [outer, sideAfter(height), sideAfter(width)];
  expect(shape.length === 3 && count === inner && kernel > 0 && after.every((side) => Number.isInteger(side) && side > 0), name);
  return { inner, outer, kernel, height, width, after };
}

/** A convolution as one matrix product: patches [places, in·k·k] times weights. @param {Task} task @returns {Stage} */
export function compileConv(task) {
  const { machine, weigh } = task;
  const { stride = 1, padding = 0 } = task.layer;
  const { inner, outer, kernel, height, width, after } =
    convolutionSizes(task, (side) => Math.floor((side + 2 * padding - (task.layer.kernel ?? 0)) / stride) + 1);
  const patch = inner * kernel * kernel;
  const places = after[1] * after[2];
  const { weights, biases } = reserveMatrix(machine, weigh("weight", outer, inner, kernel, kernel), weigh("bias", outer), patch, outer,
    (output, input) => output * patch + input);
  const patches = machine.reserve(places * patch);
  const padded = paddedLength(outer);
  const product = machine.reserve(places * padded);
  const result = machine.reserve(BATCH * outer * places);
  /** @type {Step} */
  const run = (input, rows) => {
    const { heap } = machine;
    for (let row = 0; row < rows; row++) {
      const image = input + row * inner * height * width;
      let to = patches;
      for (let top = -padding; top < after[1] * stride - padding; top += stride) {
        for (let left = -padding; left < after[2] * stride - padding; left += stride) {
          for (let channel = 0; channel < inner; channel++) {
            for (let y = top; y < top + kernel; y++) {
              const line = image + (channel * height + y) * width;
              const inside = y >= 0 && y < height;
              for (let x = left; x < left + kernel; x++) heap[to++] = inside && x >= 0 && x < width ? heap[line + x] : 0;
            }
          }
        }
      }
      machine.linear(patches, weights, biases, product, places, patch, padded);
      transpose(heap, product, places, padded, result + row * outer * places, outer);
    }
    return result;
  };
  return { run, shape: after };
}

/** A transposed convolution: one matrix product [places, in] → [places, out·k·k], then added where it belongs.
 * @param {Task} task @returns {Stage} */
export function compileConvTranspose(task) {
  const { machine, weigh } = task;
  const { stride = 1, padding = 0 } = task.layer;
  const { inner, outer, kernel, height, width, after } =
    convolutionSizes(task, (side) => (side - 1) * stride + (task.layer.kernel ?? 0) - 2 * padding);
  const spread = outer * kernel * kernel;
  const places = height * width;
  const [, rowsAfter, columnsAfter] = after;
  const bias = weigh("bias", outer);
  const { weights, biases } = reserveMatrix(machine, weigh("weight", inner, outer, kernel, kernel), new Float32Array(spread), inner,
    spread, (output, input) => input * spread + output);
  const turned = machine.reserve(places * inner);
  const padded = paddedLength(spread);
  const product = machine.reserve(places * padded);
  const length = outer * rowsAfter * columnsAfter;
  const result = machine.reserve(BATCH * length);
  /** @type {Step} */
  const run = (input, rows) => {
    const { heap } = machine;
    for (let row = 0; row < rows; row++) {
      transpose(heap, input + row * inner * places, inner, places, turned, places);
      machine.linear(turned, weights, biases, product, places, inner, padded);
      const maps = result + row * length;
      for (let i = 0; i < length; i++) heap[maps + i] = bias[Math.floor(i / (rowsAfter * columnsAfter))];
      for (let place = 0; place < places; place++) {
        const top = Math.floor(place / width) * stride - padding;
        const left = (place % width) * stride - padding;
        for (let i = 0; i < spread; i++) {
          const y = top + (Math.floor(i / kernel) % kernel);
          const x = left + (i % kernel);
          if (y < 0 || y >= rowsAfter || x < 0 || x >= columnsAfter) continue;
          const map = Math.floor(i / (kernel * kernel));
          heap[maps + (map * rowsAfter + y) * columnsAfter + x] += heap[product + place * padded + i];
        }
      }
    }
    return result;
  };
  return { run, shape: after };
}

/** Write the first `columnsKept` columns of a matrix [rows, columns] as rows elsewhere.
 * @param {Float32Array} heap @param {number} from @param {number} rows @param {number} columns @param {number} to @param {number} columnsKept */
function transpose(heap, from, rows, columns, to, columnsKept) {
  for (let column = 0; column < columnsKept; column++) {
    for (let row = 0; row < rows; row++) heap[to + column * rows + row] = heap[from + row * columns + column];
  }
}
