// @ts-check
// Many draws of z at once: how far they lie from anything a model was trained on, and which classes they show.

import {drawFrom} from "../model/explorer_model.js";
import {seededNormal} from "./digits.js";

/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {import("../model/explorer_model.js").Gaussian} Gaussian */
/** @typedef {{labels: number[], drawn: number, usual: number}} Lack classes, ascending; their share of the draws, and of the images */

/** @type {Gaussian} */
export const STANDARD_NORMAL = {mean: [0, 0], factor: [1, 0, 1]};

/** How many draws a share is counted over: as many as in dashboard/stock/measures.py. */
export const FAR_DRAWS = 5000;

const LACKED = 2; // classes

/** The same draws of N(0, I) for every Gaussian, so that rows can be compared. @param {Gaussian} gaussian @param {number} count @param {number} seed @returns {Latent[]} */
export function drawMany(gaussian, count, seed) {
  const normal = seededNormal(seed);
  return Array.from({length: count}, () => drawFrom(gaussian, normal()));
}

/** The share of latents further from the nearest code than a distance. @param {readonly Latent[]} latents @param {{distance: (z1: number, z2: number) => number}} index @param {number} usual */
export function shareBeyond(latents, index, usual) {
  return latents.filter(([z1, z2]) => index.distance(z1, z2) > usual).length / latents.length;
}

/** The two classes that latents lack most, a latent counting for the class of the nearest code, as dashboard/lecture/claims.py has it.
 * @param {readonly Latent[]} latents @param {{nearest: (z1: number, z2: number) => number}} index of the codes @param {ArrayLike<number>} labels of the codes @param {number} classes
 * @returns {Lack} */
export function lackOf(latents, index, labels, classes) {
  const [drawn, usual] = [new Float64Array(classes), new Float64Array(classes)];
  for (const [z1, z2] of latents) drawn[labels[index.nearest(z1, z2)]] += 1 / latents.length;
  for (let i = 0; i < labels.length; i++) usual[labels[i]] += 1 / labels.length;
  const lacked = [...drawn.keys()].sort((a, b) => drawn[a] - usual[a] - (drawn[b] - usual[b])).slice(0, LACKED).sort((a, b) => a - b);
  const shareIn = (/** @type {Float64Array} */ shares) => lacked.reduce((sum, label) => sum + shares[label], 0);
  return {labels: lacked, drawn: shareIn(drawn), usual: shareIn(usual)};
}
