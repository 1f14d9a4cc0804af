// @ts-check
// From the layer records of a bundle (vae_engine/stored/architecture.py) to steps over one heap of floats.
// Every step takes a batch of rows at an offset and leaves its result at another, without allocating.

import { PlainError } from "../base/errors.js";
import { ACTIVATIONS } from "./activations.js";
import { compileConv, compileConvTranspose } from "./convolutions.js";
import { paddedLength } from "./kernels.js";
import { BATCH, expect, lengthOf, reserveMatrix } from "./machine.js";
import { compilePad, compilePermute, compilePool, compileUpsample } from "./maps.js";

/** @typedef {import("./bundle.js").Layer} Layer */
/** @typedef {import("./bundle.js").Tensor} Tensor */
/** @typedef {import("./machine.js").Machine} Machine */
/** @typedef {import("./machine.js").Stage} Stage */
/** @typedef {import("./machine.js").Step} Step */
/** @typedef {import("./machine.js").Task} Task */
/** @typedef {import("./machine.js").Weigh} Weigh */

/**
 * The steps of a list of layers, run one after the other.
 * @param {Machine} machine
 * @param {Map<string, Tensor>} tensors
 * @param {Layer[]} layers
 * @param {string} path prefix of the names of their weights
 * @param {number[]} shape of one row of the input
 * @returns {import("./machine.js").Chain}
 */
export function compileLayers(machine, tensors, layers, path, shape) {
  /** @type {Stage[]} */
  const steps = [];
  layers.forEach((layer, index) => {
    const compile = Object.hasOwn(COMPILERS, layer?.op) ? COMPILERS[layer.op] : null;
    if (!compile) throw new PlainError(`This page cannot run the layer ${JSON.stringify(layer?.op)} of the model's ${path}.`);
    const name = `${path}.${index}`;
    /** @type {Weigh} */
    const weigh = (part, ...sides) => weightsOf(machine, tensors, `${name}.${part}`, sides);
    const stage = compile({ machine, layer, shape, weigh, tensors, name });
    steps.push(stage);
    shape = stage.shape;
  });
  return { run: (input, rows) => steps.reduce((at, step) => step.run(at, rows), input), shape, steps };
}

/** @type {Record<string, (task: Task) => Stage>} */
const COMPILERS = {
  linear: compileLinear,
  fourier: compileFourier,
  layer_norm: compileLayerNorm,
  affine: compileAffine,
  residual: compileResidual,
  parallel: compileParallel,
  conv: compileConv,
  conv_transpose: compileConvTranspose,
  pad: compilePad,
  max_pool: compilePool,
  avg_pool: compilePool,
  upsample: compileUpsample,
  permute: compilePermute,
  dropout: ({ shape }) => ({ run: (input) => input, shape }), // only training drops units
  flatten: ({ shape }) => ({ run: (input) => input, shape: [lengthOf(shape)] }),
  reshape: ({ layer, shape, name }) => {
    const wanted = layer.shape ?? [];
    expect(lengthOf(wanted) === lengthOf(shape), name);
    return { run: (input) => input, shape: wanted };
  },
  ...Object.fromEntries(Object.keys(ACTIVATIONS).map((op) => [op, compileActivation])),
};

/** @param {Machine} machine @param {Map<string, Tensor>} tensors @param {string} name @param {(number|undefined)[]} sides */
function weightsOf(machine, tensors, name, sides) {
  if (machine.isBlank) return new Float32Array(sides.reduce((/** @type {number} */ product, side = 0) => product * side, 1));
  const tensor = tensors.get(name);
  expect(tensor?.data instanceof Float32Array && String(tensor.shape) === String(sides), name);
  return /** @type {Float32Array} */ (tensor?.data);
}

/** @param {Task} task @returns {Stage} */
function compileLinear({ machine, layer, shape, weigh, name }) {
  const { in: inner = 0, out: outer = 0 } = layer;
  expect(inner > 0 && outer > 0 && String(shape) === String(inner), name);
  const { weights, biases } = reserveMatrix(machine, weigh("weight", outer, inner), weigh("bias", outer), inner, outer,
    (output, input) => output * inner + input);
  const padded = paddedLength(outer);
  const result = machine.reserve(BATCH * padded);
  /** @type {Step} */
  const run = (input, rows) => {
    machine.linear(input, weights, biases, result, rows, inner, padded);
    if (padded !== outer) {
      for (let row = 1; row < rows; row++) {
        machine.heap.copyWithin(result + row * outer, result + row * padded, result + row * padded + outer);
      }
    }
    return result;
  };
  return { run, shape: [outer] };
}

/** [z, sin zW, cos zW]. @param {Task} task @returns {Stage} */
function compileFourier({ machine, layer, shape, weigh, name }) {
  const { in: inner = 0, out: count = 0 } = layer;
  expect(inner > 0 && count > 0 && String(shape) === String(inner), name);
  const frequencies = weigh("weight", inner, count);
  const width = inner + 2 * count;
  const result = machine.reserve(BATCH * width);
  /** @type {Step} */
  const run = (input, rows) => {
    const { heap } = machine;
    for (let row = 0; row < rows; row++) {
      const z = input + row * inner;
      const y = result + row * width;
      heap.copyWithin(y, z, z + inner);
      for (let k = 0; k < count; k++) {
        let angle = 0;
        for (let i = 0; i < inner; i++) angle += heap[z + i] * frequencies[i * count + k];
        heap[y + inner + k] = Math.sin(angle);
        heap[y + inner + count + k] = Math.cos(angle);
      }
    }
    return result;
  };
  return { run, shape: [width] };
}

/** In place. @param {Task} task @returns {Stage} */
function compileActivation({ machine, layer, shape }) {
  const length = lengthOf(shape);
  const activate = ACTIVATIONS[layer.op];
  return { run: (input, rows) => (activate(machine.heap, input, input + rows * length, layer), input), shape };
}

/** Over the last axis, in place. @param {Task} task @returns {Stage} */
function compileLayerNorm({ machine, layer, shape, weigh, name }) {
  const { size = 0, eps = 1e-5 } = layer;
  expect(size > 0 && shape[shape.length - 1] === size, name);
  const length = lengthOf(shape);
  const gain = weigh("weight", size);
  const bias = weigh("bias", size);
  /** @type {Step} */
  const run = (input, rows) => {
    const { heap } = machine;
    for (let at = input; at < input + rows * length; at += size) {
      let sum = 0, squares = 0;
      for (let i = 0; i < size; i++) sum += heap[at + i];
      const mean = sum / size;
      for (let i = 0; i < size; i++) squares += (heap[at + i] - mean) ** 2;
      const scale = 1 / Math.sqrt(squares / size + eps);
      for (let i = 0; i < size; i++) heap[at + i] = (heap[at + i] - mean) * scale * gain[i] + bias[i];
    }
    return input;
  };
  return { run, shape };
}

/** w h + b, by the first axis, in place. @param {Task} task @returns {Stage} */
function compileAffine({ machine, layer, shape, weigh, name }) {
  const { size = 0 } = layer;
  expect(size === 1 || size === shape[0], name);
  const [gain, bias, part] = [weigh("weight", size), weigh("bias", size), lengthOf(shape) / size];
  /** @type {Step} */
  const run = (input, rows) => {
    const { heap } = machine;
    let at = input;
    for (let row = 0; row < rows; row++) {
      for (let map = 0; map < size; map++) for (const end = at + part; at < end; at++) heap[at] = heap[at] * gain[map] + bias[map];
    }
    return input;
  };
  return { run, shape };
}

/** h + f(h), or g(h) + f(h). @param {Task} task @returns {Stage} */
function compileResidual(task) {
  const { layer, name } = task;
  const { run: runAll, shapes, results } = compileParts(task, { shortcut: layer.shortcut ?? [], layers: layer.layers ?? [] });
  expect(String(shapes[0]) === String(shapes[1]), name);
  const length = lengthOf(shapes[0]);
  /** @type {Step} */
  const run = (input, rows) => {
    runAll(input, rows);
    const { heap } = task.machine;
    const [kept, change] = results;
    for (let i = 0; i < rows * length; i++) heap[kept + i] += heap[change + i];
    return kept;
  };
  return { run, shape: shapes[0] };
}

/** [f(h), g(h), …], along the first axis. @param {Task} task @returns {Stage} */
function compileParallel(task) {
  const { layer, name, machine } = task;
  const parts = Object.fromEntries((layer.parts ?? []).map((part, index) => [`parts.${index}`, part]));
  const { run: runAll, shapes, results } = compileParts(task, parts);
  expect(shapes.length > 0 && shapes.every((one) => String(one.slice(1)) === String(shapes[0].slice(1))), name);
  const shape = [shapes.reduce((sum, one) => sum + one[0], 0), ...shapes[0].slice(1)];
  const [lengths, length] = [shapes.map(lengthOf), lengthOf(shape)];
  const joined = machine.reserve(BATCH * length);
  /** @type {Step} */
  const run = (input, rows) => {
    runAll(input, rows);
    let to = joined;
    for (let row = 0; row < rows; row++) {
      lengths.forEach((size, part) => {
        machine.heap.copyWithin(to, results[part] + row * size, results[part] + (row + 1) * size);
        to += size;
      });
    }
    return joined;
  };
  return { run, shape };
}

/** Several lists of layers over the same numbers, each with a place of its own for its result.
 * @param {Task} task @param {Record<string, Layer[]>} parts by the name of each */
function compileParts({ machine, shape, tensors, name }, parts) {
  const length = lengthOf(shape);
  const chains = Object.entries(parts).map(([part, layers]) => compileLayers(machine, tensors, layers, `${name}.${part}`, shape));
  const [given, results] = [machine.reserve(BATCH * length), chains.map((chain) => machine.reserve(BATCH * lengthOf(chain.shape)))];
  return {
    shapes: chains.map((chain) => chain.shape),
    results,
    /** @param {number} input @param {number} rows */
    run(input, rows) {
      const { heap } = machine;
      chains.forEach((chain, part) => {
        heap.copyWithin(given, input, input + rows * length); // steps may work in place
        const at = chain.run(given, rows);
        heap.copyWithin(results[part], at, at + rows * lengthOf(chain.shape));
      });
    },
  };
}
