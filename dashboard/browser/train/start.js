// @ts-check
// The first weights of a model: the engine's, number by number, by the same seed (vae_engine/model/models.py, networks.py).

import {TorchGenerator} from "./random/torch.js";
import {layersOf} from "./recipe.js";

/** @typedef {import("./layers.js").Tensors} Tensors */

const MEAN_OF = 5000; // images, of which the decoder begins at the mean
const EPSILON = 0.005;
const [REACH, POINTS] = [8, 1601]; // of the sum that is E[f(u)²]
/** @type {Record<string, (u: number) => number>} */
const FUNCTIONS = {
  relu: (u) => Math.max(u, 0),
  tanh: Math.tanh,
  silu: (u) => u / (1 + Math.exp(-u)),
  gelu: (u) => 0.5 * u * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (u + 0.044715 * u ** 3))),
};

/** @param {import("./recipe.js").ModelConfig} model @param {import("./recipe.js").TrainConfig} train @param {Uint8Array} images n × side² grey pixels that it is trained on @returns {Tensors} */
export function firstWeights(model, train, images) {
  const layers = layersOf(model);
  const tensors = drawnWeights(layers, train.seed, train.initialisation === "he" ? model.activation : "", model.fourier_scale);
  tensors.set(`decoder.${layers.decoder.length - 1}.bias`, meanLogits(images, layers.decoder.at(-1)?.out ?? 0));
  return tensors;
}

/**
 * The weights of layers as torch draws them: uniform ones, and where an activation is balanced for, normal ones by He's rule in all but the last layers.
 * @param {Record<"encoder"|"decoder", import("../model/bundle.js").Layer[]>} layers @param {number} seed @param {string} balanced an activation, or nothing @param {number} [scale] of frequencies @returns {Tensors}
 */
export function drawnWeights(layers, seed, balanced, scale = 1) {
  /** @type {Tensors} */
  const tensors = new Map();
  const parts = /** @type {const} */ (["encoder", "decoder"]);
  const each = parts.flatMap((part) => layers[part].map((layer, index) => ({...layer, name: `${part}.${index}`, isLast: index === layers[part].length - 1})));
  const random = new TorchGenerator(seed);
  for (const {op, in: inner = 0, out: outer = 0, name} of each) {
    if (op === "linear") {
      const bound = 1 / Math.sqrt(inner);
      tensors.set(`${name}.weight`, random.uniform(outer * inner, bound));
      tensors.set(`${name}.bias`, random.uniform(outer, bound));
    } else if (op === "fourier") tensors.set(`${name}.weight`, random.normal(inner * outer).map((value) => value * Math.fround(scale)));
  }
  if (!balanced) return tensors;
  const again = new TorchGenerator(seed), energy = energyOf(balanced);
  for (const {op, in: inner = 0, out: outer = 0, name, isLast} of each) {
    if (op !== "linear" || isLast) continue;
    tensors.set(`${name}.weight`, again.normal(outer * inner, (inner * energy) ** -0.5));
    tensors.set(`${name}.bias`, new Float32Array(outer));
  }
  return tensors;
}

/** E[f(u)²] for u ~ N(0, 1). @param {string} activation */
function energyOf(activation) {
  let [sum, all] = [0, 0];
  for (let i = 0; i < POINTS; i++) {
    const u = -REACH + (2 * REACH * i) / (POINTS - 1), weight = Math.exp(-0.5 * u ** 2);
    sum += weight * FUNCTIONS[activation](u) ** 2;
    all += weight;
  }
  return sum / all;
}

/** Logits of the mean image. @param {Uint8Array} images @param {number} pixels */
function meanLogits(images, pixels) {
  const count = Math.min(MEAN_OF, images.length / pixels);
  const sums = new Float64Array(pixels);
  for (let i = 0; i < count * pixels; i++) sums[i % pixels] += images[i];
  return Float32Array.from(sums, (sum) => {
    const mean = Math.min(1 - EPSILON, Math.max(EPSILON, sum / count / 255));
    return Math.log(mean / (1 - mean));
  });
}
