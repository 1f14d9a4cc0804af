// @ts-check
// Reads a *bundle*: the one safetensors file from which the browser runs a model (see vae_engine/exchange/bundle.py).
// Knows nothing of networks or screens. Nothing in the file is believed before it is checked.

import { gunzipped } from "../base/gzip.js";
import { HIGHEST_SORTED, sortedCodes } from "./rounded.js";
import { ensure, isObject, isWholeList, parseJson, readDescription, readSafetensors, requireTensor } from "./safetensors.js";

/** @typedef {import("./safetensors.js").Tensor} Tensor */
/** @typedef {number|[number, number]} Sides a number, or a pair [high, wide] */
/** @typedef {{op: string, in?: number, out?: number, size?: number, eps?: number, kernel?: Sides, stride?: Sides, padding?: Sides,
 *   output_padding?: Sides, edges?: number[], counting?: boolean, to?: number[], mode?: string, corners?: boolean,
 *   shape?: number[], order?: number[], slope?: number, alpha?: number, low?: number, high?: number,
 *   layers?: Layer[], shortcut?: Layer[], parts?: Layer[][]}} Layer as vae_engine/stored/records.py has them */
/** @typedef {{count: number, codes: Float32Array, std: Float32Array|null, off: Float32Array|null, labels: Uint8Array, pixels: number,
 *   truths: Truths|null, columns: Column[], protocol: string, seed: number, splits: Splits, of: Splits|null, low: [number, number], high: [number, number]}} Points pixels: of each image */
/** @typedef {Record<string, number>} Splits how many images of each split, in the order in which they stand */
/** @typedef {{logPx: Float32Array, elbo: Float32Array, modes: Uint8Array}} Truths per image: exact log p(x), the encoder's
 *   ELBO, nats, and the number of modes of p(z|x) */
/** @typedef {{name: string, words: string[]|null, values: Float32Array|Uint8Array, absent: number}} Column what the files say of each image besides: numbers, NaN where
 *   none is given, or places in words, beyond their end where none is; absent: for how many images */
/** @typedef {{name: string, kind: "vae"|"ae", side: number, header: any, tensors: Map<string, Tensor>, points: Points,
 *   train: {count: number, of: number|null, codes: Float32Array}, rest: Rest|null, hasImages: boolean, caveat: string, plane: Plane|null, awaited: boolean}} Bundle
 *   awaited: its decoder is still on its way; side: pixels along a side of its images; caveat: what its nats are where they are no log-probabilities of the pixels, else nothing */
/** @typedef {{of: number, off: number, told: string}} Plane through how many latent dimensions it lies, how far from it codes lie on average, and which it is,
 *   in two sentences; plane.js says what follows from it */
/** @typedef {{count: number, of: number, codes: Float32Array, labels: Uint8Array}} Rest codes of images that do not travel, all of them or some */

const BUNDLE_FORMAT = "latent-explorer-bundle";
const BUNDLE_VERSION = 1;
const [USUAL_SIDE, SMALLEST_SIDE, LARGEST_SIDE] = [28, 4, 64];
const LONGEST_NAME = 500; // bytes
const [LONGEST_CAVEAT, LONGEST_PLANE] = [300, 500];
const [MOST_COLUMNS, MOST_WORDS, LONGEST_WORD, NO_WORD] = [16, 100, 40, 255]; // vae_engine/data/formats/columns.py
const IDX_HEADER = 16; // the images travel as the canonical MNIST file

/**
 * The model in a bundle file. Weights become Float32Array; points are decoded to latent coordinates.
 * @param {ArrayBuffer|Uint8Array} buffer
 * @returns {Bundle}
 * @throws {Error} one sentence saying what is wrong with the file
 */
export function readBundle(buffer) {
  const bytes = buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer);
  const { tensors, metadata } = readSafetensors(bytes);
  const header = parseJson(metadata?.bundle);
  ensure(isObject(header) && header.format === BUNDLE_FORMAT, "it is not a latent-explorer bundle.");
  ensure(header.version === BUNDLE_VERSION, `it has version ${header.version}; this page reads version ${BUNDLE_VERSION}.`);
  ensure(header.kind === "vae" || header.kind === "ae", "its model is neither a VAE nor an autoencoder.");
  ensure(isObject(header.config), "it does not say how its model is made.");
  const { encoder = [], decoder } = isObject(header.layers) ? header.layers : {};
  ensure(Array.isArray(encoder) && Array.isArray(decoder), "it does not list its layers.");
  const points = header.points;
  const count = requireCount(points, "points");
  const codes = readCodes(tensors, "points.codes", points);
  const labels = requireTensor(tensors, "points.labels", "U8", [count]).data;
  ensure([undefined, null, "light", "dark"].includes(header.paper), "it does not say on which ground its images are shown.");
  ensure(Array.isArray(header.classes) && labels.every((label) => label < header.classes.length), "a label names no class.");
  ensure(typeof points.protocol === "string" && Number.isInteger(points.seed), "it does not say what its encoder saw.");
  const plane = readPlane(header);
  const off = plane ? /** @type {Float32Array} */ (requireTensor(tensors, "points.off", "F16", [count]).data) : null;
  const std = header.kind === "vae" && !plane ? requireTensor(tensors, "points.std", "F16", [count, 2]).data : null;
  return {
    name: String(header.name),
    kind: header.kind,
    side: readSide(header.config),
    header,
    tensors,
    points: {
      count,
      pixels: readSide(header.config) ** 2,
      codes,
      std: /** @type {Float32Array|null} */ (std),
      off,
      labels: /** @type {Uint8Array} */ (labels),
      truths: readTruths(tensors, count),
      columns: readColumns(tensors, count),
      protocol: points.protocol,
      seed: points.seed,
      splits: readSplits(points.splits, count),
      of: readWhole(points.of),
      low: points.low,
      high: points.high,
    },
    train: { count: requireCount(header.train, "train"), of: readWhole(header.train.of)?.train ?? null, codes: readTrain(tensors, header.train) },
    rest: readRest(tensors, header),
    caveat: readCaveat(header),
    plane,
    hasImages: tensors.has("points.images"),
    awaited: false,
  };
}

/** Pixels along a side of the images that something is about; 28 where it does not say. @param {{side?: unknown}} said @returns {number} */
export function readSide({side = USUAL_SIDE}) {
  ensure(Number.isInteger(side) && Number(side) >= SMALLEST_SIDE && Number(side) <= LARGEST_SIDE, "it does not say how large its images are.");
  return Number(side);
}

/** What the nats of a model are; nothing where a file does not say. @param {any} header @returns {string} */
export const readCaveat = ({caveat}) => (typeof caveat === "string" ? caveat.slice(0, LONGEST_CAVEAT) : "");

/** @param {any} header @returns {Plane|null} */
function readPlane({plane}) {
  if (plane === undefined || plane === null) return null;
  const {of, off, told} = isObject(plane) ? plane : {};
  ensure(Number.isSafeInteger(of) && of > 2 && Number.isFinite(off) && off >= 0 && typeof told === "string", "it does not say on which plane it is shown.");
  return {of, off, told: told.slice(0, LONGEST_PLANE)};
}

/** @param {Map<string, Tensor>} tensors @param {any} header @returns {Rest|null} */
function readRest(tensors, {rest, classes}) {
  if (rest === undefined) return null;
  const count = requireCount(rest, "other codes");
  ensure(Number.isSafeInteger(rest.of) && rest.of >= count, "it does not say how many other codes there are.");
  const labels = /** @type {Uint8Array} */ (requireTensor(tensors, "rest.labels", "U8", [count]).data);
  ensure(labels.every((label) => label < classes.length), "a label names no class.");
  return {count, of: rest.of, codes: readCodes(tensors, "rest.codes", rest), labels};
}

/**
 * Gives a bundle that came without its encoder what was left out (vae_engine/exchange/bundle.py, `parted`).
 * @param {Bundle} bundle
 * @param {Uint8Array} bytes
 * @throws {Error} one sentence saying what is wrong with the file
 */
export function addEncoder(bundle, bytes) {
  const { tensors, metadata } = readSafetensors(bytes);
  const layers = parseJson(metadata?.encoder);
  ensure(Array.isArray(layers), "it does not list the layers of its encoder.");
  bundle.header.layers.encoder = layers;
  for (const [name, tensor] of tensors) bundle.tensors.set(name, tensor);
}

/** Gives a bundle that came without its decoder the tensors of that. @param {Bundle} bundle @param {Uint8Array} bytes @throws {Error} as above */
export function addDecoder(bundle, bytes) {
  for (const [name, tensor] of readSafetensors(bytes).tensors) bundle.tensors.set(name, tensor);
  bundle.awaited = false;
}

/**
 * The grey images of a bundle (or a cast), n × side² bytes; image i belongs to point i.
 * @param {{tensors: Map<string, Tensor>, points: {count: number}, side: number}} bundle
 * @returns {Promise<Uint8Array>}
 */
export async function unpackImages(bundle) {
  const packed = bundle.tensors.get("points.images");
  ensure(packed?.dtype === "U8", "it was made without images.");
  const reader = gunzipped(/** @type {Uint8Array<ArrayBuffer>} */ (packed?.data)).getReader();
  const images = new Uint8Array(IDX_HEADER + bundle.points.count * bundle.side ** 2);
  let filled = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      // A hostile file may unpack to anything, so never keep more than was announced.
      images.set(part.value, filled); // throws RangeError past the end
      filled += part.value.length;
    }
  } catch {
    filled = -1;
  }
  ensure(filled === images.length, "its images cannot be unpacked.");
  return images.subarray(IDX_HEADER);
}

/**
 * What the files call the images of a bundle: name i is that of point i. Nothing where it does not say.
 * @param {{tensors: Map<string, Tensor>, points: {count: number}}} bundle
 * @returns {Promise<string[]|null>}
 */
export async function unpackNames({tensors, points}) {
  const packed = tensors.get("points.names");
  if (!packed) return null;
  ensure(packed.dtype === "U8", "its images have no readable names.");
  const reader = gunzipped(/** @type {Uint8Array<ArrayBuffer>} */ (packed.data)).getReader();
  const decoder = new TextDecoder();
  let [text, room] = ["", points.count * LONGEST_NAME];
  try {
    for (let part = await reader.read(); !part.done && room >= 0; part = await reader.read()) {
      room -= part.value.length;
      text += decoder.decode(part.value, {stream: true});
    }
  } catch {
    room = -1;
  }
  const names = text.split("\n");
  ensure(room >= 0 && names.length === points.count, "its images have no readable names.");
  return names;
}

/** The name of the model, of which no number is read. @param {Uint8Array} bytes */
export function nameIn(bytes) {
  return String(parseJson(readDescription(bytes).metadata?.bundle)?.name);
}

/** How many pixels the images of a bundle have along a side. @param {Uint8Array} bytes */
export function sideIn(bytes) {
  return readSide(parseJson(readDescription(bytes).metadata?.bundle)?.config ?? {});
}

/** Latent coordinates [x0, y0, x1, y1, …] of codes quantised over [low, high].
 * @param {Map<string, Tensor>} tensors @param {string} name @param {any} range */
export function readCodes(tensors, name, range) {
  return placesIn(requireTensor(tensors, name, "U16", [range.count, 2]).data, 65535, name, range);
}

/** @param {ArrayLike<number>} data @param {number} most which stands for the highest @param {string} name @param {any} range */
function placesIn(data, most, name, { low, high }) {
  ensure([low, high].every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(Number.isFinite)),
    `the range of ${name} is missing.`);
  const codes = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) codes[i] = low[i & 1] + (data[i] / most) * (high[i & 1] - low[i & 1]);
  return codes;
}

/** The codes of the training images. @param {Map<string, Tensor>} tensors @param {any} range */
function readTrain(tensors, range) {
  if (!tensors.has("train.sorted")) return readCodes(tensors, "train.codes", range);
  const sorted = requireTensor(tensors, "train.sorted", "U8", [4, range.count]).data;
  return placesIn(sortedCodes(sorted), HIGHEST_SORTED, "train.sorted", range);
}

/** @param {Map<string, Tensor>} tensors @param {number} count @returns {Truths|null} */
function readTruths(tensors, count) {
  if (!tensors.has("points.log_px")) return null;
  /** @param {string} name @param {string} dtype */
  const numbers = (name, dtype) => /** @type {any} */ (requireTensor(tensors, `points.${name}`, dtype, [count]).data);
  return { logPx: numbers("log_px", "F32"), elbo: numbers("elbo", "F32"), modes: numbers("modes", "U8") };
}

/** @param {Map<string, Tensor>} tensors @param {number} count @returns {Column[]} */
function readColumns(tensors, count) {
  const listed = tensors.get("points.columns");
  if (!listed) return [];
  const columns = parseJson(new TextDecoder().decode(listed.data));
  ensure(Array.isArray(columns) && columns.length <= MOST_COLUMNS && columns.every(isColumn) && new Set(columns.map(({name}) => name)).size === columns.length, "it does not say what its columns are.");
  return columns.map(({name, words}, place) => {
    const tensor = `points.column.${place}`;
    if (words) {
      const values = /** @type {Uint8Array} */ (requireTensor(tensors, tensor, "U8", [count]).data);
      ensure(values.every((value) => value < words.length || value === NO_WORD), `its column ${name} has words that are not listed.`);
      return {name, words, values, absent: values.reduce((sum, value) => sum + Number(value === NO_WORD), 0)};
    }
    const values = Float32Array.from(requireTensor(tensors, tensor, "F32", [count]).data);
    const absent = tensors.has(`${tensor}.absent`) ? requireTensor(tensors, `${tensor}.absent`, "U8", [count]).data : [];
    absent.forEach((is, i) => is && (values[i] = NaN));
    return {name, words: null, values, absent: values.reduce((sum, value) => sum + Number(Number.isNaN(value)), 0)};
  });
}

/** @param {any} column */
function isColumn(column) {
  const isWord = (/** @type {unknown} */ text) => typeof text === "string" && text.length > 0 && text.length <= 2 * LONGEST_WORD; // of two units in UTF-16 each
  return isObject(column) && isWord(column.name) && (column.words === null || (Array.isArray(column.words) && column.words.length <= MOST_WORDS && column.words.every(isWord)));
}

const SPLITS = ["test", "validation", "train"];

/** Of which splits the images are. A file that does not say has those of the test split. @param {any} splits @param {number} count @returns {Splits} */
export function readSplits(splits, count) {
  if (splits === undefined) return {test: count};
  const counted = areSplits(splits) ? /** @type {number[]} */ (Object.values(splits)).reduce((sum, one) => sum + one, 0) : -1;
  ensure(counted === count, "it does not say of which splits its images are.");
  return splits;
}

/** How many images the data set has in each split; nothing where a file does not say. @param {any} of @returns {Splits|null} */
export function readWhole(of) {
  ensure(of === undefined || areSplits(of), "it does not say how many images its data set has.");
  return of ?? null;
}

/** @param {any} splits */
function areSplits(splits) {
  return isObject(splits) && Object.keys(splits).every((name) => SPLITS.includes(name)) && isWholeList(Object.values(splits));
}

/** @param {any} described @param {string} what @returns {number} */
export function requireCount(described, what) {
  ensure(isObject(described) && Number.isInteger(described.count) && described.count >= 0, `it does not count its ${what}.`);
  return described.count;
}
