// @ts-check
// Test images whose posterior one Gaussian cannot tell, or whose encoder is far off: from the numbers kept with the model.

/** @typedef {import("../model/bundle.js").Points} Points */

export const FAR_OFF = 10; // nats of gap

/** Indices, ascending: images whose p(z|x) has two modes or more, or whose log p(x) − ELBO is large. @param {Points} points @returns {number[]} */
export function ambiguousImages({truths}) {
  if (!truths) return [];
  const {modes, logPx, elbo} = truths;
  return [...modes.keys()].filter((i) => modes[i] > 1 || logPx[i] - elbo[i] > FAR_OFF);
}

/** The first of some ascending indices after one, or the first of all. @param {number[]} indices @param {number|null} index */
export function nextAfter(indices, index) {
  return indices.find((one) => one > (index ?? -1)) ?? indices[0];
}
