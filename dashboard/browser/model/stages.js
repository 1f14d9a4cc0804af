// @ts-check
// A network's layers as the stages that one looks at: each layer with weights of its own, with the norm and the nonlinearity behind it.

import { requireTensor } from "./bundle.js";
import { lengthOf } from "./machine.js";

/** @typedef {import("./bundle.js").Layer} Layer */
/** @typedef {import("./bundle.js").Tensor} Tensor */
/** @typedef {import("./networks.js").Network} Network */
/** @typedef {"encoder"|"decoder"} PartName */
/**
 * @typedef {object} Stage
 * @property {PartName} part
 * @property {number} place in its part, from 0
 * @property {Layer} layer the one with weights
 * @property {string} path of its tensors
 * @property {string[]} ops its layers by name
 * @property {number} first of its layers in the part
 * @property {number} last
 * @property {number[]} from the shape of its input
 * @property {number[]} shape of its numbers: [units], or [maps, height, width]
 * @property {number} units how many there are: of maps each counts as one
 * @property {number} parameters that training moved
 */

const WEIGHTED = ["linear", "fourier", "residual", "conv", "conv_transpose"];

/**
 * The stages of one part of a network, in their order.
 * @param {Pick<import("./bundle.js").Bundle, "header"|"tensors">} bundle
 * @param {Network} network
 * @param {PartName} part
 * @returns {Stage[]} none where the part is not here
 */
export function stagesOf({ header, tensors }, network, part) {
  const steps = network.parts[part]?.steps;
  /** @type {Layer[]} */
  const layers = header.layers[part];
  if (!steps || !layers) return [];
  const heads = layers.flatMap((layer, i) => (WEIGHTED.includes(layer.op) ? [i] : []));
  /** @type {number[]} */
  let from = part === "encoder" ? [1, 28, 28] : [2];
  return heads.map((head, place) => {
    const isLast = place === heads.length - 1;
    const [first, last] = [place === 0 ? 0 : head, isLast ? layers.length - 1 : heads[place + 1] - 1];
    // The last numbers of a part are single ones, whatever maps they came from; before, flattening does not end maps.
    let shaped = last;
    while (!isLast && layers[shaped].op === "flatten") shaped--;
    const shape = isLast ? [lengthOf(steps[last].shape)] : steps[shaped].shape;
    const path = `${part}.${head}`;
    const stage = {
      part, place, layer: layers[head], path, first, last, from, shape, units: shape[0],
      ops: layers.slice(first, last + 1).map((layer) => layer.op), parameters: countParameters(tensors, layers, part, first, last),
    };
    from = shape;
    return stage;
  });
}

/** Fixed frequencies were drawn, not learned. @param {Map<string, Tensor>} tensors @param {Layer[]} layers @param {string} part @param {number} first @param {number} last */
function countParameters(tensors, layers, part, first, last) {
  let count = 0;
  for (const [name, { shape }] of tensors) {
    const [owner, index] = name.split(".");
    const at = Number(index);
    if (owner === part && at >= first && at <= last && layers[at].op !== "fourier") count += lengthOf(shape);
  }
  return count;
}

/** The value of a unit among a stage's numbers: of a map its mean. @param {ArrayLike<number>} values @param {Stage} stage @param {number} unit @param {number} [row] where the numbers begin */
export function unitValue(values, { shape }, unit, row = 0) {
  const [, height = 1, width = 1] = shape;
  const size = height * width;
  if (size === 1) return values[row + unit];
  let sum = 0;
  for (let i = row + unit * size, end = i + size; i < end; i++) sum += values[i];
  return sum / size;
}

/** @typedef {{values: Float32Array, shape: number[]}} Weights laid out like what they belong to */

/** The weights that lead into a unit, laid out as the numbers that they are multiplied with; of a map of a linear layer the mean over its places.
 * @param {Map<string, Tensor>} tensors @param {Stage} stage @param {number} unit @returns {Weights} */
export function weightsInto(tensors, { layer, path, from, shape }, unit) {
  const { op, kernel = 0 } = layer;
  if (op === "fourier") {
    // [z, sin zW, cos zW]
    const { in: inner = 0, out: count = 0 } = layer;
    const frequencies = matrix(tensors, path, [inner, count]);
    const values = new Float32Array(inner).map((_, i) => (unit < inner ? Number(i === unit) : frequencies[i * count + ((unit - inner) % count)]));
    return { values, shape: from };
  }
  if (op === "residual") {
    const inside = layer.layers ?? [];
    const last = inside.map((one) => one.op).lastIndexOf("linear");
    const { in: inner = 0, out: outer = 0 } = inside[last];
    return { values: matrix(tensors, `${path}.layers.${last}`, [outer, inner]).slice(unit * inner, (unit + 1) * inner), shape: [inner] };
  }
  const { in: inner = 0, out: outer = 0 } = layer;
  if (op === "conv") {
    const size = inner * kernel * kernel;
    return { values: matrix(tensors, path, [outer, inner, kernel, kernel]).slice(unit * size, (unit + 1) * size), shape: [inner, kernel, kernel] };
  }
  if (op === "conv_transpose") return { values: kernelsInto(matrix(tensors, path, [inner, outer, kernel, kernel]), inner, outer, kernel, Math.floor(unit * outer / shape[0])), shape: [inner, kernel, kernel] };
  const rows = outer / shape[0];
  const weights = matrix(tensors, path, [outer, inner]);
  const values = new Float32Array(inner);
  for (let row = unit * rows; row < (unit + 1) * rows; row++) for (let i = 0; i < inner; i++) values[i] += weights[row * inner + i] / rows;
  return { values, shape: from };
}

/** @param {Float32Array} weights [in, out, k, k] @param {number} inner @param {number} outer @param {number} kernel @param {number} map of the output */
function kernelsInto(weights, inner, outer, kernel, map) {
  const size = kernel * kernel;
  const values = new Float32Array(inner * size);
  for (let i = 0; i < inner; i++) values.set(weights.subarray((i * outer + map) * size, (i * outer + map + 1) * size), i * size);
  return values;
}

/** The weights that lead from a unit into the next stage, laid out like that one; null where it is no linear layer over single units.
 * @param {Map<string, Tensor>} tensors @param {Stage} stage @param {Stage|undefined} next @param {number} unit @returns {Weights|null} */
export function weightsFrom(tensors, stage, next, unit) {
  if (next?.layer.op !== "linear" || stage.shape.length > 1) return null;
  const { in: inner = 0, out: outer = 0 } = next.layer;
  const weights = matrix(tensors, next.path, [outer, inner]);
  return { values: Float32Array.from({ length: outer }, (_, row) => weights[row * inner + unit]), shape: next.shape };
}

/** @param {Map<string, Tensor>} tensors @param {string} path @param {number[]} sides */
function matrix(tensors, path, sides) {
  return /** @type {Float32Array} */ (requireTensor(tensors, `${path}.weight`, tensors.get(`${path}.weight`)?.dtype ?? "", sides).data);
}
