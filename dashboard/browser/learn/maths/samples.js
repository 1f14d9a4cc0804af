// @ts-check
// How far samples lie from anything a model was trained on.

import {PlainError} from "../../base/errors.js";
import {drawMany, FAR_DRAWS} from "../../images/draws.js";
import {undecidedPixels} from "../../images/digits.js";

/** @typedef {import("../../state/state.js").Latent} Latent */
/** @typedef {import("../../model/explorer_model.js").Gaussian} Gaussian */

/** Of draws from a Gaussian those further than usual from every training code. @param {{gaussian: Gaussian, trained: {distance: (z1: number, z2: number) => number}, usual: number}} model @param {number} seed @returns {Latent[]} */
export function farDraws({gaussian, trained, usual}, seed) {
  return drawMany(gaussian, FAR_DRAWS, seed).filter(([z1, z2]) => trained.distance(z1, z2) > usual);
}

/** The median over images of the pixels that are undecided; null for none. @param {Float32Array} images one after another @param {number} pixels of each */
export function medianUndecided(images, pixels) {
  const counts = Array.from({length: images.length / pixels}, (_, i) => undecidedPixels(images.subarray(i * pixels, (i + 1) * pixels))).sort((a, b) => a - b);
  return counts.length ? (counts[(counts.length - 1) >> 1] + counts[counts.length >> 1]) / 2 : null;
}

/** Φ(x), the standard normal distribution function. Abramowitz & Stegun 7.1.26, absolute error below 1e−7. @param {number} x */
export function normalCdf(x) {
  const u = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * u);
  const tail = 0.5 * t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * Math.exp(-u * u);
  return x < 0 ? tail : 1 - tail;
}

const STRIPS = 32;
const REACH_STRIPS = 5; // σ to either side

/** P(|z| < r) for z ~ N(μ, diag σ²): the circle in strips along the first axis, each in closed form along the second.
 * @param {number} m1 @param {number} m2 @param {number} s1 @param {number} s2 @param {number} radius */
export function massWithin(m1, m2, s1, s2, radius) {
  const distance = Math.hypot(m1, m2);
  const reach = REACH_STRIPS * Math.max(s1, s2);
  if (distance + reach < radius) return 1;
  if (distance - reach > radius) return 0;
  const [low, high] = [Math.max(-radius, m1 - REACH_STRIPS * s1), Math.min(radius, m1 + REACH_STRIPS * s1)];
  let mass = 0;
  for (let strip = 0; strip < STRIPS && high > low; strip++) {
    const [from, to] = [low + ((high - low) * strip) / STRIPS, low + ((high - low) * (strip + 1)) / STRIPS];
    const half = Math.sqrt(Math.max(0, radius * radius - ((from + to) / 2) ** 2));
    mass += (normalCdf((to - m1) / s1) - normalCdf((from - m1) / s1)) * (normalCdf((half - m2) / s2) - normalCdf((-half - m2) / s2));
  }
  return mass;
}

/** Share of the aggregate posterior within a radius. @param {{count: number, codes: Float32Array, std: Float32Array|null}} points of a VAE @param {number} radius */
export function aggregateWithin({count, codes, std}, radius) {
  if (!std) throw new PlainError("An autoencoder has no posterior to aggregate.");
  let sum = 0;
  for (let i = 0; i < count; i++) sum += massWithin(codes[2 * i], codes[2 * i + 1], std[2 * i], std[2 * i + 1], radius);
  return sum / count;
}

/** In how many pixels two images differ. @param {ArrayLike<number>} x @param {ArrayLike<number>} other */
export function differing(x, other) {
  let count = 0;
  for (let i = 0; i < x.length; i++) count += Number(x[i] !== other[i]);
  return count;
}

/** In how many pixels two draws of x ~ Bernoulli(π) differ on average: Σ 2π(1 − π). @param {ArrayLike<number>} probabilities */
export function expectedToDiffer(probabilities) {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) sum += 2 * probabilities[i] * (1 - probabilities[i]);
  return sum;
}
