// @ts-check
// What the layers of images do without weights: edges, pooling, upsampling, another order of the axes (vae_engine/stored/maps.py).

import { pair } from "./convolutions.js";
import { BATCH, expect, lengthOf } from "./machine.js";

/** @typedef {import("./machine.js").Stage} Stage */
/** @typedef {import("./machine.js").Step} Step */
/** @typedef {import("./machine.js").Task} Task */

/** @param {Task} task @returns {number[]} [top, left, bottom, right] */
function edgesOf({ layer, shape, name }) {
  const { edges = [] } = layer;
  expect(shape.length === 3 && edges.length === 4 && edges.every(Number.isInteger), name);
  return edges;
}

/** A step that makes maps of one size of maps of another, one by one. @param {Task} task @param {number[]} after
 * @param {(heap: Float32Array, from: number, to: number) => void} make the map at `to` of the one at `from` @returns {Stage} */
function mapByMap({ machine, shape, name }, after, make) {
  const [maps, height, width] = shape;
  const [, rowsAfter, columnsAfter] = after;
  expect(rowsAfter > 0 && columnsAfter > 0, name);
  const result = machine.reserve(BATCH * lengthOf(after));
  /** @type {Step} */
  const run = (input, rows) => {
    for (let map = 0; map < rows * maps; map++) make(machine.heap, input + map * height * width, result + map * rowsAfter * columnsAfter);
    return result;
  };
  return { run, shape: after };
}

/** Zeros added around, or rows and columns taken away. @param {Task} task @returns {Stage} */
export function compilePad(task) {
  const [top, left, bottom, right] = edgesOf(task);
  const [maps, height, width] = task.shape;
  const [rows, columns] = [height + top + bottom, width + left + right];
  const [first, end] = [Math.max(-left, 0), Math.min(width + right, width)];
  return mapByMap(task, [maps, rows, columns], (heap, from, to) => {
    heap.fill(0, to, to + rows * columns); // the next layer may have worked in place
    for (let y = Math.max(-top, 0); y < Math.min(height + bottom, height); y++) {
      heap.copyWithin(to + (y + top) * columns + left + first, from + y * width + first, from + y * width + end);
    }
  });
}

/** The largest number, or the mean, of each window. @param {Task} task @returns {Stage} */
export function compilePool(task) {
  const { layer } = task;
  const [top, left, bottom, right] = edgesOf(task);
  const [maps, height, width] = task.shape;
  const [[high, wide], [down, across]] = [pair(layer.kernel, 0), pair(layer.stride, 1)];
  const largest = layer.op === "max_pool";
  const rows = Math.floor((height + top + bottom - high) / down) + 1;
  const columns = Math.floor((width + left + right - wide) / across) + 1;
  return mapByMap(task, [maps, rows, columns], (heap, from, to) => {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const [y0, x0] = [row * down - top, column * across - left];
        const [yLow, yHigh, xLow, xHigh] = [Math.max(y0, 0), Math.min(y0 + high, height), Math.max(x0, 0), Math.min(x0 + wide, width)];
        let [sum, most] = [0, -Infinity];
        for (let y = yLow; y < yHigh; y++) {
          for (let i = from + y * width + xLow, end = from + y * width + xHigh; i < end; i++) {
            sum += heap[i];
            if (heap[i] > most) most = heap[i];
          }
        }
        heap[to++] = largest ? most : sum / (layer.counting ? high * wide : (yHigh - yLow) * (xHigh - xLow));
      }
    }
  });
}

/** Maps of another size: each number the nearest one, or the bilinear mean of four. @param {Task} task @returns {Stage} */
export function compileUpsample(task) {
  const { layer, shape, name } = task;
  const { to: sides = [], mode, corners = false } = layer;
  expect(shape.length === 3 && sides.length === 2 && (mode === "nearest" || mode === "bilinear"), name);
  const [maps, height, width] = shape;
  const [down, across] = [height, width].map((side, axis) => (mode === "nearest" ? nearest(side, sides[axis]) : bilinear(side, sides[axis], corners)));
  return mapByMap(task, [maps, ...sides], (heap, from, to) => {
    for (const vertical of down) {
      const [upper, lower] = [from + vertical.first * width, from + vertical.second * width];
      for (const { first, second, share } of across) {
        const above = heap[upper + first] * (1 - share) + heap[upper + second] * share;
        const below = heap[lower + first] * (1 - share) + heap[lower + second] * share;
        heap[to++] = above * (1 - vertical.share) + below * vertical.share;
      }
    }
  });
}

/** Between which two numbers along an axis each new one lies. @typedef {{first: number, second: number, share: number}} Place */

/** @param {number} side @param {number} to @returns {Place[]} */
function nearest(side, to) {
  return Array.from({ length: to }, (_, i) => ({ first: Math.floor((i * side) / to), second: Math.floor((i * side) / to), share: 0 }));
}

/** @param {number} side @param {number} to @param {boolean} corners @returns {Place[]} */
function bilinear(side, to, corners) {
  return Array.from({ length: to }, (_, i) => {
    const place = corners ? (i * (side - 1)) / Math.max(to - 1, 1) : Math.max(((i + 0.5) * side) / to - 0.5, 0);
    const first = Math.min(Math.floor(place), side - 1);
    return { first, second: Math.min(first + 1, side - 1), share: place - first };
  });
}

/** Another order of the axes. @param {Task} task @returns {Stage} */
export function compilePermute({ machine, layer, shape, name }) {
  const { order = [] } = layer;
  expect(String([...order].sort((a, b) => a - b)) === String(shape.map((_, axis) => axis)), name);
  const after = order.map((axis) => shape[axis]);
  const steps = order.map((axis) => lengthOf(shape.slice(axis + 1)));
  const from = Int32Array.from({ length: lengthOf(shape) }, (_, i) => {
    let place = 0;
    for (let axis = after.length - 1; axis >= 0; axis--) {
      place += (i % after[axis]) * steps[axis];
      i = Math.floor(i / after[axis]);
    }
    return place;
  });
  const result = machine.reserve(BATCH * from.length);
  /** @type {Step} */
  const run = (input, rows) => {
    const { heap } = machine;
    for (let row = 0, to = result; row < rows; row++) for (const place of from) heap[to++] = heap[input + row * from.length + place];
    return result;
  };
  return { run, shape: after };
}
