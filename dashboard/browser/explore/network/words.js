// @ts-check
// What the stages of a network are called, and what is said of them. Pure.

import {pair} from "../../model/convolutions.js";
import {signedNumber} from "../../words/numbers.js";

/** @typedef {import("../../model/stages.js").Stage} Stage */

/** @type {Record<string, string>} */
const OPS = {
  linear: "linear", fourier: "sin, cos", residual: "residual", conv: "conv", conv_transpose: "transposed conv", layer_norm: "norm",
  affine: "scale", parallel: "parallel", pad: "edges", max_pool: "max pool", avg_pool: "mean pool", upsample: "upsample",
  permute: "axes", leaky_relu: "leaky ReLU", elu: "ELU", gelu_erf: "GELU", gelu: "GELU", relu: "ReLU", silu: "SiLU", tanh: "tanh", dropout: "dropout", flatten: "flatten", reshape: "reshape",
};
const SILENT = ["dropout", "flatten", "reshape"]; // they change no number here

/** What the decoder's numbers are and become: chances of ink, or the means of Gaussian pixels. @param {{likelihood?: string}} config of a model */
export function decodedWords({likelihood = "bernoulli"}) {
  if (likelihood === "bernoulli") return {symbol: "π", meaning: "the chance of ink for each pixel", raw: "logits", made: "π = sigmoid"};
  const gaussian = {symbol: "μ(z)", meaning: "the mean of each pixel"};
  return likelihood === "gaussian-linear" ? {...gaussian, raw: "means", made: "μ(z), shown from 0 to 1"} : {...gaussian, raw: "logits", made: "μ(z) = sigmoid"};
}

/** @param {string} op */
export function nameOfOp(op) {
  return OPS[op] ?? op;
}

/** What a stage does, in the order in which it does it. @param {Stage} stage */
export function opsText({ops}) {
  return ops.filter((op) => !SILENT.includes(op)).map(nameOfOp).join(", ");
}

/** What is not to be guessed from the names of what a stage does; nothing for most. @param {Stage} stage */
export function meaningOf({ops, laid, part}) {
  if (laid) return part === "encoder" ? "w = Pᵀμ: where on the plane the code is shown. No layer of the model." : "z = o + P w: where the plane lies in the latent space. No layer of the model.";
  return ops.includes("fourier")
    ? "Fourier features: z, and sin and cos of it at random frequencies that were drawn once and never trained. With them a decoder of two numbers can change quickly from place to place."
    : "";
}

/** The sizes of a stage's numbers. @param {number[]} shape */
export function shapeText(shape) {
  return shape.join(" × ");
}

/** The numbers that training moved in a stage, as the products that its weights are and the rest, biases and norms, in one. @param {Stage} stage */
export function tensorsText({layer, parameters, laid}) {
  if (laid) return "";
  const products = factorsOf(layer);
  const rest = parameters - products.reduce((sum, factors) => sum + factors.reduce((product, one) => product * one, 1), 0);
  return products.length ? `${products.map((factors) => factors.join("·")).join(" + ")} + ${rest}` : "";
}

/** The sides of a layer's weights. @param {Stage["layer"]} layer @returns {number[][]} */
function factorsOf({op, in: inner = 0, out: outer = 0, kernel, layers = [], shortcut = [], parts = []}) {
  if (op === "residual" || op === "parallel") return [layers, shortcut, ...parts].flat().flatMap(factorsOf);
  if (op === "linear") return [[outer, inner]];
  return op === "conv" || op === "conv_transpose" ? [[outer, inner, ...pair(kernel, 0)]] : [];
}

/** How many numbers training moved; those that were drawn once and kept are said to be fixed. @param {Stage} stage */
export function countText({layer, parameters, laid}) {
  if (laid) return "the plane";
  return layer.op === "fourier" ? `${layer.out} fixed` : parameters.toLocaleString("en");
}

/** Which stage of how many. @param {Stage} stage @param {number} count */
export function stageText({part, place}, count) {
  return `${part === "encoder" ? "Encoder" : "Decoder"}, layer ${place + 1} of ${count}`;
}

/** A unit of a stage; the last ones of a part have names of their own. @param {Stage} stage @param {number} count of the part @param {number} unit from 0 @param {string} spread how an encoder gives σ */
export function unitText({part, place, shape, across, laid}, count, unit, spread) {
  const isLast = place === count - 1;
  if (laid) return part === "encoder" ? ["w₁", "w₂"][unit] : `number ${unit + 1} of z`;
  if (isLast && part === "encoder") return ["μ₁", "μ₂", ...(spread === "softplus" ? ["s₁", "s₂"] : ["log σ²₁", "log σ²₂"])][unit];
  if (across) return `pixel ${unit % across + 1} of row ${Math.floor(unit % across ** 2 / across) + 1}${unit >= across ** 2 ? ", spread" : ""}`;
  return `${shape.length > 1 ? "map" : "unit"} ${unit + 1}`;
}

/** In numbers, for who cannot see the cells. @param {ArrayLike<number>} values */
export function valuesText(values) {
  let [least, most, sum, above] = [Infinity, -Infinity, 0, 0];
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i]);
    most = Math.max(most, values[i]);
    sum += values[i];
    if (values[i] > 0) above++;
  }
  return `${values.length} numbers from ${signedNumber(least)} to ${signedNumber(most)}, mean ${signedNumber(sum / values.length)}, ${above} above 0`;
}
