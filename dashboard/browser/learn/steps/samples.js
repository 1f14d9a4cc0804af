// @ts-check
// How far samples lie from anything a model was trained on.

import {seededNormal} from "../../images/digits.js";
import {drawFrom} from "../../model/explorer_model.js";

/** @typedef {import("../../state/state.js").Latent} Latent */
/** @typedef {import("../../model/explorer_model.js").Gaussian} Gaussian */

/** @type {Gaussian} */
export const STANDARD_NORMAL = {mean: [0, 0], factor: [1, 0, 1]};

/** The same draws of N(0, I) for every Gaussian, so that rows can be compared. @param {Gaussian} gaussian @param {number} count @param {number} seed @returns {Latent[]} */
export function drawMany(gaussian, count, seed) {
  const normal = seededNormal(seed);
  return Array.from({length: count}, () => drawFrom(gaussian, normal()));
}

/** The share of latents further from the nearest code than a distance. @param {readonly Latent[]} latents @param {{distance: (z1: number, z2: number) => number}} index @param {number} usual */
export function shareBeyond(latents, index, usual) {
  return latents.filter(([z1, z2]) => index.distance(z1, z2) > usual).length / latents.length;
}
