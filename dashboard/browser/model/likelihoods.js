// @ts-check
// p(x|z) from the decoder's raw numbers, as in vae_engine/model/likelihoods.py. Nats per image, summed over pixels.

import { PlainError } from "../base/errors.js";
import { sigmoid, softplus } from "./activations.js";

const SMALLEST_SPREAD = 0.01;
const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);
const MOST_FACTORS = 784; // up to 2 each, whose product stays within double range

/**
 * @typedef {object} Likelihood
 * @property {number} rawWidth raw numbers per image
 * @property {(raw: number) => number} mean of a pixel by its raw number, as a picture can show it: in [0, 1]
 * @property {(x: Float32Array, raw: Float32Array, at: number) => number} logProb log p(x|z)
 * @property {(raw: Float32Array, at: number) => number} entropy of p(x|z)
 * @property {number} statisticsWidth how many numbers t(x) and η have
 * @property {(x: Float32Array) => Float32Array|Float64Array} statistics t(x)
 * @property {(raw: Float32Array, at: number, eta: Float32Array, to: number, step: number) => number} natural
 *   writes η to every step-th place, returns b, with log p(x|z) = t(x)·η + b: one image meets many z in one product
 */

/** Independent Bernoulli pixels with logits l: Σ xᵢ lᵢ − softplus(lᵢ). @param {number} pixels of an image @returns {Likelihood} */
const bernoulli = (pixels) => ({
  rawWidth: pixels,
  statisticsWidth: pixels,
  mean: sigmoid,
  logProb(x, raw, at) {
    let sum = 0;
    for (let i = 0; i < pixels; i++) sum += x[i] * raw[at + i];
    return sum - softplusSum(raw, at, pixels);
  },
  entropy(raw, at) {
    let sum = softplusSum(raw, at, pixels);
    for (let i = at; i < at + pixels; i++) sum -= raw[i] * sigmoid(raw[i]);
    return sum;
  },
  statistics: (x) => x,
  natural(raw, at, eta, to, step) {
    for (let i = 0; i < pixels; i++) eta[to + i * step] = raw[at + i];
    return -softplusSum(raw, at, pixels);
  },
});

/** Σ softplus(lᵢ) with one logarithm for many of them. @param {Float32Array} raw @param {number} at @param {number} count */
function softplusSum(raw, at, count) {
  let sum = 0;
  for (let from = at; from < at + count; from += MOST_FACTORS) {
    let product = 1;
    const end = Math.min(from + MOST_FACTORS, at + count);
    for (let i = from; i < end; i++) {
      sum += Math.max(raw[i], 0);
      product *= 1 + Math.exp(-Math.abs(raw[i]));
    }
    sum += Math.log(product);
  }
  return sum;
}

/** Independent Gaussian pixels, N(x; σ(m), s²) with s = 0.01 + softplus of the second half. @param {number} pixels of an image @returns {Likelihood} */
const gaussian = (pixels) => ({
  rawWidth: 2 * pixels,
  statisticsWidth: 2 * pixels,
  mean: sigmoid,
  logProb(x, raw, at) {
    let sum = 0;
    for (let i = 0; i < pixels; i++) {
      const spread = SMALLEST_SPREAD + softplus(raw[at + pixels + i]);
      sum -= 0.5 * ((x[i] - sigmoid(raw[at + i])) / spread) ** 2 + Math.log(spread) + HALF_LOG_TAU;
    }
    return sum;
  },
  entropy(raw, at) {
    let sum = pixels * (HALF_LOG_TAU + 0.5);
    for (let i = at + pixels; i < at + 2 * pixels; i++) sum += Math.log(SMALLEST_SPREAD + softplus(raw[i]));
    return sum;
  },
  statistics: (x) => Float32Array.from({ length: 2 * pixels }, (_, i) => (i < pixels ? x[i] : x[i - pixels] ** 2)),
  natural(raw, at, eta, to, step) {
    let bias = 0;
    for (let i = 0; i < pixels; i++) {
      const mean = sigmoid(raw[at + i]);
      const spread = SMALLEST_SPREAD + softplus(raw[at + pixels + i]);
      const precision = 1 / spread ** 2;
      eta[to + i * step] = mean * precision;
      eta[to + (pixels + i) * step] = -0.5 * precision;
      bias -= 0.5 * mean * mean * precision + Math.log(spread) + HALF_LOG_TAU;
    }
    return bias;
  },
});

/** Independent Gaussian pixels of one given spread, N(x; m, s²). The last of t(x) is log N(x; 0, s²), which no z touches.
 * @param {number} pixels of an image @param {number|undefined} noise s @param {(raw: number) => number} meanOf a raw number m @param {(raw: number) => number} [shown] of m in a picture
 * @returns {Likelihood} @throws {PlainError} where s is missing, or no spread */
function fixedGaussian(pixels, noise = 0, meanOf, shown = meanOf) {
  if (!(noise > 0)) throw new PlainError("This model file cannot be used: it does not give the noise of its pixels.");
  const precision = 1 / noise ** 2, constant = -pixels * (Math.log(noise) + HALF_LOG_TAU);
  return {
    rawWidth: pixels,
    statisticsWidth: pixels + 1,
    mean: shown,
    logProb(x, raw, at) {
      let sum = 0;
      for (let i = 0; i < pixels; i++) sum += (x[i] - meanOf(raw[at + i])) ** 2;
      return constant - 0.5 * precision * sum;
    },
    entropy: () => 0.5 * pixels - constant,
    statistics(x) {
      const found = new Float64Array(pixels + 1);
      found.set(x);
      found[pixels] = constant - 0.5 * precision * x.reduce((sum, pixel) => sum + pixel ** 2, 0);
      return found;
    },
    natural(raw, at, eta, to, step) {
      let sum = 0;
      for (let i = 0; i < pixels; i++) {
        const mean = meanOf(raw[at + i]);
        eta[to + i * step] = mean * precision;
        sum += mean ** 2;
      }
      eta[to + pixels * step] = 1;
      return -0.5 * precision * sum;
    },
  };
}

/** By name; each is given how many pixels an image has, and the noise that lies among the weights, which only the last ones have.
 * @type {Record<string, (pixels: number, noise?: number) => Likelihood>} */
export const LIKELIHOODS = {
  bernoulli,
  gaussian,
  "gaussian-fixed": (pixels, noise) => fixedGaussian(pixels, noise, sigmoid),
  "gaussian-linear": (pixels, noise) => fixedGaussian(pixels, noise, (raw) => raw, (raw) => Math.min(1, Math.max(0, raw))),
};
