// @ts-check
// Layer records (vae_engine/stored/records.py) as steps that run forwards and backwards over one heap: those of dense networks. What
// is learned lies in one stretch of the heap, and its gradients in another of the same layout.

import {PlainError} from "../base/errors.js";
import {PANEL} from "./kernel.js";
import {columnAt, packRows, panelsOf, unpackRows} from "./panels.js";

/** @typedef {import("../model/bundle.js").Layer} Layer */
/** @typedef {import("./kernel.js").TrainingKernel} TrainingKernel */
/** @typedef {{kernel: TrainingKernel, weights: number, slopes: number}} Bench the heap, and where what is learned and its gradients begin */
/** @typedef {Map<string, Float32Array>} Tensors by the engine's names, in its order */
/**
 * @typedef {object} Step
 * @property {number} width of its result
 * @property {(bench: Bench, x: number) => number} forward from and to a place of rows in panels
 * @property {(bench: Bench, dy: number, wanted: boolean) => number} backward from the gradient of its last result to that of what it was given,
 *   where that is wanted; what it learns gets its gradients on the way
 * @property {(bench: Bench, tensors: Tensors, at: number) => void} write its weights, gradients or whatever is laid out as its weights are from `at` on
 * @property {(bench: Bench, tensors: Tensors, at: number) => void} read
 */
/** @typedef {{room: import("./panels.js").Room, learned: import("./panels.js").Room, rows: number, zeros: number, scratch: number, name: string}} Site room: for everything but what is learned;
 *   rows: of every matrix, always, so that the columns that fill the last panel stay zeros; zeros: a place that stays so; scratch: of products; name: of a layer's weights */

/** What can be trained here. */
export const TRAINED = ["linear", "fourier", "relu", "tanh", "silu", "gelu"];

/**
 * @param {readonly Layer[]} layers @param {string} path of their weights @param {number} width of what they are given
 * @param {Omit<Site, "name">} site
 * @returns {Step[]}
 * @throws {PlainError} for a layer that is not trained here
 */
export function compileTraining(layers, path, width, site) {
  return layers.map((layer, index) => {
    const make = {linear: linearStep, fourier: fourierStep}[layer.op] ?? (TRAINED.includes(layer.op) ? activationStep : null);
    if (!make) throw new PlainError(`The browser does not train the layer ${layer.op} of the ${path}; the program does.`);
    const step = make(layer, width, {...site, name: `${path}.${index}`});
    width = step.width;
    return step;
  });
}

/** @param {Layer} layer @param {number} width @param {Site} site @returns {Step} */
function linearStep({out = 0}, width, {room, learned, rows, zeros, scratch, name}) {
  const [inputs, outputs] = [panelsOf(width), panelsOf(out)];
  const [weight, bias] = [learned.matrix(inputs * PANEL, out), learned.take(outputs * PANEL)];
  const [result, turned, back] = [room.matrix(rows, out), room.take(inputs * outputs * PANEL ** 2), room.matrix(rows, width)];
  let given = 0;
  return {
    width: out,
    forward({kernel, weights}, x) {
      given = x;
      kernel.product(x, weights + weight, weights + bias, result, rows, inputs, outputs, scratch);
      return result;
    },
    backward({kernel, weights, slopes}, dy, wanted) {
      kernel.gradient(given, dy, slopes + weight, rows, inputs, outputs);
      kernel.sums(dy, slopes + bias, rows, outputs);
      if (!wanted) return back;
      kernel.transpose(weights + weight, turned, inputs, outputs);
      kernel.product(dy, turned, zeros, back, rows, outputs, inputs, scratch);
      return back;
    },
    write({kernel: {heap}}, tensors, at) {
      const plain = /** @type {Float32Array} */ (tensors.get(`${name}.weight`));
      // Torch has a row an output; here a row is an input.
      packRows(heap, at + weight, inputs * PANEL, out, transposed(plain, out, width));
      heap.set(/** @type {Float32Array} */ (tensors.get(`${name}.bias`)), at + bias);
    },
    read({kernel: {heap}}, tensors, at) {
      tensors.set(`${name}.weight`, transposed(unpackRows(heap, at + weight, inputs * PANEL, out, width), width, out));
      tensors.set(`${name}.bias`, heap.slice(at + bias, at + bias + out));
    },
  };
}

/** @param {Float32Array} matrix @param {number} rows @param {number} columns */
function transposed(matrix, rows, columns) {
  const turned = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) turned[column * rows + row] = matrix[row * columns + column];
  return turned;
}

/** [z, sin zW, cos zW] with fixed W. @param {Layer} layer @param {number} width @param {Site} site @returns {Step} */
function fourierStep({out = 0}, width, {room, rows, name}) {
  const whole = width + 2 * out;
  const [result, back] = [room.matrix(rows, whole), room.matrix(rows, width)];
  /** @type {Float32Array} */
  let frequencies = new Float32Array();
  return {
    width: whole,
    forward({kernel: {heap}}, x) {
      for (let row = 0; row < rows; row++) {
        for (let i = 0; i < width; i++) heap[result + row * PANEL + columnAt(i, rows)] = heap[x + row * PANEL + columnAt(i, rows)];
        for (let k = 0; k < out; k++) {
          let angle = 0;
          for (let i = 0; i < width; i++) angle += heap[x + row * PANEL + columnAt(i, rows)] * frequencies[i * out + k];
          heap[result + row * PANEL + columnAt(width + k, rows)] = Math.sin(angle);
          heap[result + row * PANEL + columnAt(width + out + k, rows)] = Math.cos(angle);
        }
      }
      return result;
    },
    backward({kernel: {heap}}, dy) {
      for (let row = 0; row < rows; row++) {
        const at = row * PANEL;
        for (let i = 0; i < width; i++) {
          let sum = heap[dy + at + columnAt(i, rows)];
          for (let k = 0; k < out; k++) {
            const [sine, cosine] = [at + columnAt(width + k, rows), at + columnAt(width + out + k, rows)];
            sum += frequencies[i * out + k] * (heap[dy + sine] * heap[result + cosine] - heap[dy + cosine] * heap[result + sine]);
          }
          heap[back + at + columnAt(i, rows)] = sum;
        }
      }
      return back;
    },
    write(_, tensors) {
      frequencies = tensors.get(`${name}.weight`) ?? frequencies; // they have no gradients and no averages
    },
    read(_, tensors) {
      tensors.set(`${name}.weight`, frequencies);
    },
  };
}

/** In place. @param {Layer} layer @param {number} width @param {Site} site @returns {Step} */
function activationStep({op}, width, {room, rows}) {
  const slope = room.matrix(rows, width);
  const name = /** @type {keyof TrainingKernel["activations"]} */ (op);
  return {
    width,
    forward({kernel}, x) {
      kernel.activations[name](x, slope, rows * panelsOf(width) * PANEL);
      return x;
    },
    backward({kernel}, dy) {
      kernel.multiply(dy, slope, rows * panelsOf(width) * PANEL);
      return dy;
    },
    write() {},
    read() {},
  };
}
