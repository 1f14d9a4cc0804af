// @ts-check
// Convolutions as matrix products, so that one kernel serves every network.

import { paddedLength } from "./kernels.js";
import { BATCH, expect, reserveMatrix } from "./machine.js";

/** @typedef {import("./machine.js").Stage} Stage */
/** @typedef {import("./machine.js").Step} Step */
/** @typedef {import("./machine.js").Task} Task */

/** A number or a pair as a pair. @param {import("./bundle.js").Sides|undefined} sides @param {number} otherwise @returns {[number, number]} */
export function pair(sides, otherwise) {
  return Array.isArray(sides) ? sides : [sides ?? otherwise, sides ?? otherwise];
}

/** What a convolution and a transposed one share: sizes, checked.
 * @param {Task} task @param {(side: number, kernel: number, stride: number, padding: number, more: number) => number} sideAfter */
function convolutionSizes({ layer, shape, name }, sideAfter) {
  const { in: inner = 0, out: outer = 0 } = layer;
  const [count, height, width] = shape;
  const [kernel, stride, padding, more] = [pair(layer.kernel, 0), pair(layer.stride, 1), pair(layer.padding, 0), pair(layer.output_padding, 0)];
  const [rows, columns] = [height, width].map((side, axis) => sideAfter(side, kernel[axis], stride[axis], padding[axis], more[axis]));
  const fits = shape.length === 3 && count === inner && Math.min(...kernel, ...stride) > 0 && Math.min(rows, columns) > 0;
  expect(fits && Number.isInteger(rows) && Number.isInteger(columns), name);
  return { inner, outer, kernel, stride, padding, height, width, after: [outer, rows, columns] };
}

/** A convolution as one matrix product: patches [places, in·k·k] times weights. @param {Task} task @returns {Stage} */
export function compileConv(task) {
  const { machine, weigh } = task;
  const { inner, outer, kernel: [high, wide], stride: [down, right], padding: [above, before], height, width, after } =
    convolutionSizes(task, (side, kernel, stride, padding) => Math.floor((side + 2 * padding - kernel) / stride) + 1);
  const patch = inner * high * wide;
  const places = after[1] * after[2];
  const { weights, biases } = reserveMatrix(machine, weigh("weight", outer, inner, high, wide), weigh("bias", outer), patch, outer,
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
      for (let top = -above; top < after[1] * down - above; top += down) {
        for (let left = -before; left < after[2] * right - before; left += right) {
          for (let channel = 0; channel < inner; channel++) {
            for (let y = top; y < top + high; y++) {
              const line = image + (channel * height + y) * width;
              const inside = y >= 0 && y < height;
              for (let x = left; x < left + wide; x++) heap[to++] = inside && x >= 0 && x < width ? heap[line + x] : 0;
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
  const { inner, outer, kernel: [high, wide], stride: [down, right], padding: [above, before], height, width, after } =
    convolutionSizes(task, (side, kernel, stride, padding, more) => (side - 1) * stride + kernel - 2 * padding + more);
  const spread = outer * high * wide;
  const places = height * width;
  const [, rowsAfter, columnsAfter] = after;
  const bias = weigh("bias", outer);
  const { weights, biases } = reserveMatrix(machine, weigh("weight", inner, outer, high, wide), new Float32Array(spread), inner,
    spread, (output, input) => input * spread + output);
  const turned = machine.reserve(places * inner);
  const padded = paddedLength(spread);
  const product = machine.reserve(places * padded);
  const size = rowsAfter * columnsAfter;
  const length = outer * size;
  const result = machine.reserve(BATCH * length);
  /** @type {Step} */
  const run = (input, rows) => {
    const { heap } = machine;
    for (let row = 0; row < rows; row++) {
      transpose(heap, input + row * inner * places, inner, places, turned, places);
      machine.linear(turned, weights, biases, product, places, inner, padded);
      const maps = result + row * length;
      for (let map = 0; map < outer; map++) heap.fill(bias[map], maps + map * size, maps + (map + 1) * size);
      for (let place = 0; place < places; place++) {
        const top = Math.floor(place / width) * down - above;
        const left = (place % width) * right - before;
        let from = product + place * padded;
        for (let map = 0; map < outer; map++) {
          for (let y = top; y < top + high; y++) {
            const line = maps + map * size + y * columnsAfter;
            const inside = y >= 0 && y < rowsAfter;
            for (let x = left; x < left + wide; x++, from++) if (inside && x >= 0 && x < columnsAfter) heap[line + x] += heap[from];
          }
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
