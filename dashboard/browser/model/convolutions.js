// @ts-check
// Convolutions as matrix products, so that one kernel serves every network. Maps stay as they lie, [maps, places]: the weights
// are what the kernel takes for rows, and the places are the columns that it wants in panels, eight beside each other.

import { PANEL, paddedLength } from "./kernels.js";
import { BATCH, expect } from "./machine.js";

/** @typedef {import("./machine.js").Stage} Stage */
/** @typedef {import("./machine.js").Step} Step */
/** @typedef {import("./machine.js").Task} Task */

const AT_ONCE = 16384; // weights that stay in the processor's cache while all places pass

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

/** A convolution as one matrix product: weights [out, in·k·k] times patches [in·k·k, places]. @param {Task} task @returns {Stage} */
export function compileConv(task) {
  const { machine, weigh } = task;
  const sizes = convolutionSizes(task, (side, kernel, stride, padding) => Math.floor((side + 2 * padding - kernel) / stride) + 1);
  const { inner, outer, kernel: [high, wide], stride: [down, right], padding: [above, before], height, width, after } = sizes;
  const [weight, bias] = [weigh("weight", outer, inner, high, wide), weigh("bias", outer)];
  if (outer < inner && down * right === 1 && above < high && before < wide) return fewMaps(task, sizes, weight, bias);
  const patch = inner * high * wide;
  const places = after[1] * after[2];
  const padded = paddedLength(places);
  // The bias is the weight of one number more in every patch, which is 1.
  const product = reserveProduct(machine, outer, patch + 1, places, (row, column) => (column < patch ? weight[row * patch + column] : bias[row]));
  machine.whenBuilt(() => {
    for (let place = 0; place < places; place++) machine.heap[product.columns + panelPlace(place, patch + 1) + patch * PANEL] = 1;
  });
  const result = machine.reserve((BATCH - 1) * outer * places + outer * padded);
  const [rowsSeen, columnsSeen] = [within(high, down, above, height, after[1]), within(wide, right, before, width, after[2])];
  /** @type {Step} */
  const run = (input, rows) => {
    const { heap } = machine;
    for (let row = 0; row < rows; row++) {
      // Places that see the border of zeros are never written, and stay zero.
      for (let channel = 0, to = product.columns; channel < inner; channel++) {
        const map = input + (row * inner + channel) * height * width;
        for (let ky = 0; ky < high; ky++) {
          for (let kx = 0; kx < wide; kx++, to += PANEL) {
            const [first, end] = columnsSeen[kx];
            for (let y = rowsSeen[ky][0]; y < rowsSeen[ky][1]; y++) {
              let from = map + (y * down - above + ky) * width + first * right - before + kx;
              for (let place = y * after[2] + first, last = y * after[2] + end; place < last; place++, from += right) {
                heap[to + panelPlace(place, patch + 1)] = heap[from];
              }
            }
          }
        }
      }
      const at = result + row * outer * places;
      product.run(at);
      if (padded !== places) for (let map = 1; map < outer; map++) heap.copyWithin(at + map * places, at + map * padded, at + map * padded + places);
    }
    return result;
  };
  return { run, shape: after };
}

/** A convolution that makes few maps of many: transposed, with its kernel turned about, it moves fewer numbers.
 * @param {Task} task @param {ReturnType<typeof convolutionSizes>} sizes @param {Float32Array} weight @param {Float32Array} bias @returns {Stage} */
function fewMaps(task, { inner, outer, kernel: [high, wide], padding: [above, before], ...others }, weight, bias) {
  const turned = (/** @type {number} */ map, /** @type {number} */ ky, /** @type {number} */ kx, /** @type {number} */ channel) =>
    weight[((map * inner + channel) * high + high - 1 - ky) * wide + wide - 1 - kx];
  return transposed(task, { inner, outer, kernel: [high, wide], padding: [high - 1 - above, wide - 1 - before], ...others }, turned, bias);
}

/** @param {Task} task @returns {Stage} */
export function compileConvTranspose(task) {
  const { weigh } = task;
  const sizes = convolutionSizes(task, (side, kernel, stride, padding, more) => (side - 1) * stride + kernel - 2 * padding + more);
  const { inner, outer, kernel: [high, wide] } = sizes;
  const weight = weigh("weight", inner, outer, high, wide);
  return transposed(task, sizes, (map, ky, kx, channel) => weight[((channel * outer + map) * high + ky) * wide + kx], weigh("bias", outer));
}

/** A transposed convolution: one matrix product [out·k·k, in] times [in, places], then added where it belongs.
 * @param {Task} task @param {ReturnType<typeof convolutionSizes>} sizes
 * @param {(map: number, ky: number, kx: number, channel: number) => number} weight @param {Float32Array} bias @returns {Stage} */
function transposed({ machine }, { inner, outer, kernel: [high, wide], stride: [down, right], padding: [above, before], height, width, after }, weight, bias) {
  const [kernel, places, size] = [high * wide, height * width, after[1] * after[2]];
  const product = reserveProduct(machine, outer * kernel, inner, places,
    (row, channel) => weight(Math.floor(row / kernel), Math.floor((row % kernel) / wide), row % wide, channel));
  const padded = paddedLength(places);
  const parts = machine.reserve(outer * kernel * padded);
  const result = machine.reserve(BATCH * outer * size);
  const [rowsMet, columnsMet] = [within(high, down, above, after[1], height), within(wide, right, before, after[2], width)];
  /** @type {Step} */
  const run = (input, rows) => {
    const { heap } = machine;
    for (let row = 0; row < rows; row++) {
      intoPanels(heap, input + row * inner * places, inner, places, product.columns);
      product.run(parts);
      for (let map = 0, from = parts; map < outer; map++) {
        const to = result + (row * outer + map) * size;
        heap.fill(bias[map], to, to + size);
        for (let ky = 0; ky < high; ky++) {
          for (let kx = 0; kx < wide; kx++, from += padded) {
            const [first, end] = columnsMet[kx];
            for (let y = rowsMet[ky][0]; y < rowsMet[ky][1]; y++) {
              let at = to + (y * down - above + ky) * after[2] + first * right - before + kx;
              for (let part = from + y * width + first, last = from + y * width + end; part < last; part++, at += right) heap[at] += heap[part];
            }
          }
        }
      }
    }
    return result;
  };
  return { run, shape: after };
}

/** A matrix times columns that lie in panels, to be written at `columns`: `run` writes [rows, padded places].
 * @param {import("./machine.js").Machine} machine @param {number} rows @param {number} inner @param {number} places
 * @param {(row: number, column: number) => number} weight */
function reserveProduct(machine, rows, inner, places, weight) {
  const padded = paddedLength(places);
  const [matrix, columns, zeros] = [machine.reserve(rows * inner), machine.reserve(inner * padded), machine.reserve(padded)];
  machine.whenBuilt(() => {
    for (let row = 0, to = matrix; row < rows; row++) for (let column = 0; column < inner; column++) machine.heap[to++] = weight(row, column);
  });
  const atOnce = Math.max(4, Math.floor(AT_ONCE / inner / 4) * 4); // the kernel takes four rows together
  return {
    columns,
    /** @param {number} to */
    run(to) {
      for (let row = 0; row < rows; row += atOnce) {
        machine.linear(matrix + row * inner, columns, zeros, to + row * padded, Math.min(atOnce, rows - row), inner, padded);
      }
    },
  };
}

/** Where in panels a place's first number is; the next one is a panel's width further. @param {number} place @param {number} inner */
function panelPlace(place, inner) {
  const beside = place % PANEL;
  return (place - beside) * inner + beside;
}

/** Write [inner, places] in panels. @param {Float32Array} heap @param {number} from @param {number} inner @param {number} places @param {number} to */
function intoPanels(heap, from, inner, places, to) {
  for (let first = 0; first < places; first += PANEL) {
    const width = Math.min(PANEL, places - first);
    for (let channel = 0, line = from + first; channel < inner; channel++, line += places, to += PANEL) {
      for (let i = 0; i < width; i++) heap[to + i] = heap[line + i];
    }
  }
}

/** For each number of a kernel, at which of the places that it is moved to it lies within a map: [first, end].
 * @param {number} kernel @param {number} stride @param {number} padding @param {number} side of the map @param {number} places @returns {[number, number][]} */
function within(kernel, stride, padding, side, places) {
  return Array.from({ length: kernel }, (_, k) => {
    const first = Math.max(0, Math.ceil((padding - k) / stride));
    return [first, Math.max(first, Math.min(places, Math.floor((side - 1 + padding - k) / stride) + 1))];
  });
}
