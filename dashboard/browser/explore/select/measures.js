// @ts-check
// What selected images come to, from the numbers that came with the models. Pure functions, no DOM.

/** @typedef {import("../../state/state.js").Latent} Latent */
/** @typedef {import("../../model/bundle.js").Truths} Truths */
/** @typedef {{mean: number, error: number|undefined}} Mean with its standard error, which one number alone has not */

const COLUMNS = 10; // of a bar chart, each with the mark of its class below

/** How many of the selected images are of each class. @param {Uint8Array} labels @param {Uint32Array} selected @param {number} classes @returns {number[]} */
export function countsOf(labels, selected, classes) {
  const counts = new Array(classes).fill(0);
  for (const index of selected) counts[labels[index]]++;
  return counts;
}

/** The classes that a bar chart shows, by label: all, or where there are more than it has room for the most frequent ones. @param {readonly number[]} counts of each class @returns {number[]} */
export function charted(counts) {
  const labels = [...counts.keys()];
  if (counts.length <= COLUMNS) return labels;
  return labels.filter((label) => counts[label]).sort((a, b) => counts[b] - counts[a] || a - b).slice(0, COLUMNS).sort((a, b) => a - b);
}

/** @param {Float32Array} codes @param {Uint32Array} selected at least one @returns {Latent} */
export function meanCode(codes, selected) {
  let [z1, z2] = [0, 0];
  for (const index of selected) {
    z1 += codes[2 * index];
    z2 += codes[2 * index + 1];
  }
  return [z1 / selected.length, z2 / selected.length];
}

/** @param {Uint8Array} images of so many pixels each @param {number} pixels @param {Uint32Array} selected at least one @returns {Float32Array} values 0 … 1 */
export function meanImage(images, pixels, selected) {
  const sum = new Uint32Array(pixels);
  for (const index of selected) for (let p = 0; p < pixels; p++) sum[p] += images[index * pixels + p];
  return Float32Array.from(sum, (value) => value / selected.length / 255);
}

/** Mean ± s/√n, s with n − 1 in its denominator. @param {Float64Array} values at least one @returns {Mean} */
export function meanOf(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {mean, error: values.length > 1 ? Math.sqrt(square / (values.length - 1) / values.length) : undefined};
}

/** Of each number that a VAE has of its images the mean over some of them, nats. @param {Truths} truths @param {Uint32Array} some */
export function meansOf({logPx, elbo}, some) {
  const of = (/** @type {(index: number) => number} */ number) => meanOf(Float64Array.from(some, number));
  return {logPx: of((i) => logPx[i]), elbo: of((i) => elbo[i]), gap: of((i) => logPx[i] - elbo[i])};
}

/** The likeliest of the selected images and the least likely ones, of each at most so many and at most half, so that none is both.
 * @param {Float32Array} logPx @param {Uint32Array} selected @param {number} most @returns {{likely: number[], unlikely: number[]}} the most extreme first */
export function extremes(logPx, selected, most) {
  const order = [...selected].sort((a, b) => logPx[b] - logPx[a] || a - b);
  const each = Math.min(most, order.length >> 1);
  return order.length === 1 ? {likely: order, unlikely: []} : {likely: order.slice(0, each), unlikely: order.slice(order.length - each).reverse()};
}
