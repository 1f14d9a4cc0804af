// @ts-check
// Images of one's own, as a data set to train on: which array holds them and which their labels, their tones as grey bytes, ink bright,
// of a size that a model takes, and which are trained on, measured by and left alone. They stay in the browser's memory.

import {PlainError} from "../../base/errors.js";
import {NumpyGenerator} from "../random/numpy.js";

/** @typedef {import("./arrays.js").Numbers} Numbers */
/** @typedef {{images: Uint8Array, labels: Uint8Array|null, high: number, wide: number, count: number}} Pictures grey bytes, one after the other */

const [LEAST, MOST] = [100, 20_000]; // images
const [SMALLEST, LARGEST, USUAL] = [4, 64, 28]; // pixels along a side
const [MOST_CLASSES, MIDDLE, EDGE, DARKER] = [100, 127, 150, 5];
const SHARES = [0.8, 0.9]; // up to which images are trained on, and measured by

/** The images among arrays, with their labels where there are any. @param {ReadonlyMap<string, Numbers>} arrays @returns {Pictures} @throws {PlainError} */
export function picturesIn(arrays) {
  const found = [...arrays.values()];
  const stacks = found.filter(({shape}) => shape.length >= 3 || (shape.length === 2 && Number.isInteger(Math.sqrt(shape[1])))).sort((a, b) => b.data.length - a.data.length);
  if (!stacks.length) throw new PlainError("There are no images in these files: an array of images has the shape n × height × width, or n × side².");
  const {shape, data} = stacks[0], count = shape[0];
  const [high, wide, channels] = shape.length === 2 ? [Math.sqrt(shape[1]), Math.sqrt(shape[1]), 1] : shape.length === 4 && shape[1] <= 4 ? [shape[2], shape[3], shape[1]] : [shape[1], shape[2], shape[3] ?? 1];
  const first = shape.length === 4 && shape[1] <= 4; // channels stand before the pixels
  if (shape.length > 4 || channels > 4 || data.length !== count * high * wide * channels) throw new PlainError(`An array of the shape ${shape.join(" × ")} holds no images.`);
  const pixels = high * wide, colours = Math.min(channels, 3), images = new Uint8Array(count * pixels);
  const [low, span] = rangeOf(data);
  for (let image = 0; image < count; image++) for (let i = 0; i < pixels; i++) {
    let sum = 0;
    for (let c = 0; c < colours; c++) sum += data[image * pixels * channels + (first ? c * pixels + i : i * channels + c)];
    images[image * pixels + i] = Math.round(255 * Math.min(1, Math.max(0, (sum / colours - low) / span)));
  }
  const labels = found.find((other) => other !== stacks[0] && other.shape.reduce((product, side) => product * side, 1) === count && isLabels(other.data));
  return {images, labels: labels ? Uint8Array.from(labels.data) : null, high, wide, count};
}

/** @param {ArrayLike<number>} values */
function isLabels(values) {
  for (let i = 0; i < values.length; i++) if (!Number.isInteger(values[i]) || values[i] < 0 || values[i] >= MOST_CLASSES) return false;
  return true;
}

/** What becomes 0, and how far from it lies what becomes 255. @param {ArrayLike<number>} data @returns {[number, number]} */
function rangeOf(data) {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) throw new PlainError("Some of the pixels are not finite numbers: replace them.");
    low = Math.min(low, data[i]);
    high = Math.max(high, data[i]);
  }
  if (low >= 0 && high <= 1) return [0, 1];
  if (low >= -1 && high <= 1) return [-1, 2];
  return low >= 0 && high > 16 && high <= 255 ? [0, 255] : [Math.min(low, 0), Math.max(high - Math.min(low, 0), 1e-9)];
}

/**
 * A data set of pictures.
 * @param {Pictures} pictures @param {string} name
 * @returns {import("../data.js").DataSet} @throws {PlainError} where there are too few
 */
export function dataSetOf({images, labels, high, wide, count}, name) {
  if (count < LEAST) throw new PlainError(`${count === 1 ? "One image is" : `${count} images are`} too few to train on: take ${LEAST} or more.`);
  const side = high === wide && high >= SMALLEST && high <= LARGEST ? high : USUAL, pixels = side ** 2;
  const order = new NumpyGenerator(0).permutation(count).slice(0, MOST);
  const small = new Uint8Array(order.length * pixels);
  order.forEach((from, to) => small.set(resized(images.subarray(from * high * wide, (from + 1) * high * wide), high, wide, side), to * pixels));
  const inverted = isDark(small, side);
  if (inverted) for (let i = 0; i < small.length; i++) small[i] = 255 - small[i];
  const known = labels ? [...new Set(labels)].sort((a, b) => a - b) : [];
  const marks = Uint8Array.from(order, (from) => (labels ? known.indexOf(labels[from]) : 0));
  const cuts = [0, ...SHARES.map((share) => Math.round(share * order.length)), order.length];
  const [train, held, rest] = [0, 1, 2].map((part) => ({images: small.subarray(cuts[part] * pixels, cuts[part + 1] * pixels), labels: marks.subarray(cuts[part], cuts[part + 1]), pixels}));
  return {name, set: "", train, held, rest, classes: labels ? known.map(String) : ["image"], side, of: null, own: true, inverted};
}

/** Whether this looks like dark ink on light paper, by edges and mean as the engine has it. @param {Uint8Array} images @param {number} side */
function isDark(images, side) {
  const edges = [];
  let sum = 0;
  for (let i = 0; i < images.length; i++) {
    const column = i % side, row = Math.floor(i / side) % side;
    sum += images[i];
    if (column === 0 || row === 0 || column === side - 1 || row === side - 1) edges.push(images[i]);
  }
  const edge = edges.sort((a, b) => a - b)[edges.length >> 1], mean = sum / images.length;
  return edge > EDGE && mean > MIDDLE && edge >= mean + DARKER;
}

/** Grey bytes as a square, each pixel the mean of the area that it covers; an oblong image stands in the middle of one.
 * @param {Uint8Array} grey @param {number} high @param {number} wide @param {number} side */
export function resized(grey, high, wide, side) {
  if (high === side && wide === side) return grey;
  const large = Math.max(high, wide), scale = large / side, [top, left] = [(large - high) / 2, (large - wide) / 2];
  const small = new Uint8Array(side ** 2);
  const covered = (/** @type {number} */ place, /** @type {number} */ before, /** @type {number} */ length) => {
    const [from, to] = [place * scale - before, (place + 1) * scale - before];
    const parts = [];
    for (let i = Math.max(0, Math.floor(from)); i < Math.min(length, Math.ceil(to)); i++) parts.push([i, Math.min(to, i + 1) - Math.max(from, i)]);
    return parts;
  };
  const columns = Array.from({length: side}, (_, place) => covered(place, left, wide));
  for (let row = 0; row < side; row++) {
    const lines = covered(row, top, high);
    columns.forEach((cells, column) => {
      let sum = 0;
      for (const [y, tall] of lines) for (const [x, broad] of cells) sum += tall * broad * grey[y * wide + x];
      small[row * side + column] = Math.round(sum / scale ** 2);
    });
  }
  return small;
}
