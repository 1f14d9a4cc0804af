// @ts-check
// What a model makes of images that someone selected on a map. Jobs (base/slices.js), since there may be ten thousand. No DOM.

/** @typedef {import("./networks.js").Network} Network */
/** @typedef {import("../base/geometry.js").PointIndex} PointIndex */

export const NEIGHBOURS = 10;
const PART = 64;

/**
 * The mean over images i of decode(z_i): the average picture, which no single z need give.
 * @param {Network} network @param {Float32Array} codes [z1, z2, …] of all images @param {Uint32Array} selected
 * @returns {Generator<void, Float32Array>} side² probabilities
 */
export function* meanDecoded(network, codes, selected) {
  const sum = new Float64Array(network.pixels);
  for (let first = 0; first < selected.length; first += PART) {
    const part = selected.subarray(first, first + PART);
    const z = new Float32Array(2 * part.length);
    part.forEach((index, i) => z.set(codes.subarray(2 * index, 2 * index + 2), 2 * i));
    network.decodeMany(z).forEach((value, at) => (sum[at % network.pixels] += value));
    yield;
  }
  return Float32Array.from(sum, (value) => value / Math.max(1, selected.length));
}

/** How many neighbours of each selected image are asked about: where few are selected, as many as could be selected too. @param {number} selected how many are */
export function neighboursAsked(selected) {
  return Math.min(NEIGHBOURS, selected - 1);
}

/**
 * Of the k nearest neighbours of a selected image the share that is selected, too, in the mean over the selected images;
 * k = `neighboursAsked`. All of them in a map where the selected lie apart from all others. NaN for fewer than two images.
 * @param {PointIndex} index of the codes @param {Float32Array} codes @param {Uint32Array} selected
 * @returns {Generator<void, number>} 0 … 1
 */
export function* shareTogether(index, codes, selected) {
  const marks = new Uint8Array(codes.length / 2);
  for (const one of selected) marks[one] = 1;
  const k = neighboursAsked(selected.length);
  let count = 0;
  for (const one of selected) {
    const near = index.neighbours(codes[2 * one], codes[2 * one + 1], k + 1).filter((other) => other !== one).slice(0, k);
    for (const other of near) count += marks[other];
    yield;
  }
  return count / (k * selected.length);
}

/** The same share where the selected images are strewn over a map at random: every other image is as likely a neighbour. @param {number} selected how many are @param {number} all */
export function chanceTogether(selected, all) {
  return (selected - 1) / (all - 1);
}
