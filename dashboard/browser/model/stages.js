// @ts-check
// A network's layers as the stages that one looks at: each layer with weights of its own, with the norm and the nonlinearity behind it.

import { requireTensor } from "./safetensors.js";
import { pair } from "./convolutions.js";
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
 * @property {number} across where its numbers are the pixels of a picture, the side of that; else 0
 * @property {number} parameters that training moved
 * @property {boolean} laid whether it is the way to or from the plane on which a model of more dimensions is shown
 */

const WEIGHTED = ["linear", "fourier", "residual", "parallel", "conv", "conv_transpose"];

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
  let from = part === "encoder" ? [1, network.side, network.side] : [2];
  return heads.map((head, place) => {
    const isLast = place === heads.length - 1;
    const [first, last] = [place === 0 ? 0 : head, isLast ? layers.length - 1 : heads[place + 1] - 1];
    // The last numbers of a part are single ones, whatever maps they came from; before, flattening does not end maps.
    let shaped = last;
    while (!isLast && layers[shaped].op === "flatten") shaped--;
    const shape = isLast ? [lengthOf(steps[last].shape)] : steps[shaped].shape;
    const path = `${part}.${head}`;
    const stage = {
      part, place, layer: layers[head], path, first, last, from, shape, units: shape[0], across: isLast && part === "decoder" ? network.side : 0,
      ops: layers.slice(first, last + 1).map((layer) => layer.op), parameters: countParameters(tensors, layers, part, first, last),
      laid: Boolean(header.plane) && (part === "encoder" ? isLast : place === 0),
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
 * @param {Map<string, Tensor>} tensors @param {Pick<Stage, "layer"|"path"|"from"|"shape">} stage @param {number} unit @returns {Weights} */
export function weightsInto(tensors, { layer, path, from, shape }, unit) {
  const { op } = layer;
  const [high, wide] = pair(layer.kernel, 0);
  if (op === "fourier") {
    // [z, sin zW, cos zW]
    const { in: inner = 0, out: count = 0 } = layer;
    const frequencies = matrix(tensors, path, [inner, count]);
    const values = new Float32Array(inner).map((_, i) => (unit < inner ? Number(i === unit) : frequencies[i * count + ((unit - inner) % count)]));
    return { values, shape: from };
  }
  if (op === "residual") {
    return weightsIntoLast(tensors, layer.layers ?? [], `${path}.layers`, from, shape, unit);
  }
  if (op === "parallel") {
    // Whose unit it is, is told by how many units each part has.
    const parts = layer.parts ?? [];
    const units = parts.map((part) => part.reduce((count, one) => one.out ?? count, from[0]));
    let part = 0;
    while (part < parts.length - 1 && unit >= units[part]) unit -= units[part++];
    return weightsIntoLast(tensors, parts[part], `${path}.parts.${part}`, from, [units[part], ...shape.slice(1)], unit);
  }
  const { in: inner = 0, out: outer = 0 } = layer;
  if (op === "conv") {
    const size = inner * high * wide;
    return { values: matrix(tensors, path, [outer, inner, high, wide]).slice(unit * size, (unit + 1) * size), shape: [inner, high, wide] };
  }
  if (op === "conv_transpose") return { values: kernelsInto(matrix(tensors, path, [inner, outer, high, wide]), inner, outer, high * wide, Math.floor(unit * outer / shape[0])), shape: [inner, high, wide] };
  const rows = outer / shape[0];
  const weights = matrix(tensors, path, [outer, inner]);
  const values = new Float32Array(inner);
  for (let row = unit * rows; row < (unit + 1) * rows; row++) for (let i = 0; i < inner; i++) values[i] += weights[row * inner + i] / rows;
  return { values, shape: from };
}

/** The weights into a unit of a list of layers inside another: those of its last layer with weights.
 * @param {Map<string, Tensor>} tensors @param {Layer[]} layers @param {string} path @param {number[]} from @param {number[]} shape @param {number} unit @returns {Weights} */
function weightsIntoLast(tensors, layers, path, from, shape, unit) {
  const last = layers.map((one) => WEIGHTED.includes(one.op)).lastIndexOf(true);
  if (last < 0) return { values: new Float32Array(lengthOf(from)), shape: from };
  const layer = layers[last];
  const inner = last === 0 || layer.op !== "linear" ? from : [layer.in ?? 0];
  return weightsInto(tensors, { layer, path: `${path}.${last}`, from: inner, shape }, unit);
}

/** @param {Float32Array} weights [in, out, k, k] @param {number} inner @param {number} outer @param {number} size of a kernel @param {number} map of the output */
function kernelsInto(weights, inner, outer, size, map) {
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
