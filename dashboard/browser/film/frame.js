// @ts-check
// Reads the files that a film is made of (vae_engine/exchange/film.py): frames, one for each instant, and the cast, the images
// that all of them are about. Nothing in a file is believed before it is checked. No DOM.

import { readCaveat, readCodes, readSide, readSplits, readWhole, requireCount, unpackImages } from "../model/bundle.js";
import { ensure, isObject, parseJson, readSafetensors, requireTensor } from "../model/safetensors.js";
import { createNetwork } from "../model/networks.js";

/** @typedef {{step: number, nll?: number, kl?: number, elbo?: number, loss?: number, seconds?: number, progress?: number,
 *   nll_se?: number, kl_se?: number, elbo_se?: number}} Terms nats per image, each with its standard error, and the step they were measured at */
/** @typedef {{step: number, kind: "vae"|"ae", beta: number|null, noise: number|null, classes: string[], codes: Float32Array, std: Float32Array|null,
 *   training: Terms|null, heldOut: Terms|null, caveat: string, bytes: Uint8Array|null}} Frame bytes: of the whole file, from which the
 *   decoder is made when it is asked for; null once they were let go */
/** @typedef {Pick<Frame, "training"|"heldOut">} Moment what was logged last by an instant */
/** @typedef {{count: number, side: number, labels: Uint8Array, classes: string[], paper: "light"|"dark"|null, splits: import("../model/bundle.js").Splits, of: import("../model/bundle.js").Splits|null, images: Promise<Uint8Array>}} Cast
 *   side: pixels along one of an image; images: count × side² grey pixels */

const FRAME_FORMAT = "latent-explorer-frame";
const CAST_FORMAT = "latent-explorer-cast";
const FILM_VERSION = 1;

/** @param {Uint8Array} bytes @returns {Frame} @throws {Error} one sentence saying what is wrong with the file */
export function readFrame(bytes) {
  const { header, tensors } = readFilmFile(bytes, "frame", FRAME_FORMAT);
  ensure(header.kind === "vae" || header.kind === "ae", "its model is neither a VAE nor an autoencoder.");
  ensure(Number.isInteger(header.step) && header.step >= 0, "it does not say which step it is of.");
  ensure(Array.isArray(header.classes), "it does not name the classes.");
  const count = requireCount(header.points, "points");
  const std = header.kind === "vae" ? requireTensor(tensors, "points.std", "F16", [count, 2]).data : null;
  return {
    step: header.step,
    kind: header.kind,
    beta: header.beta,
    noise: tensors.get("noise")?.data[0] ?? null,
    classes: header.classes.map(String),
    codes: readCodes(tensors, "points.codes", header.points),
    std: /** @type {Float32Array|null} */ (std),
    training: termsOf(header.training),
    heldOut: termsOf(header.held_out),
    caveat: readCaveat(header),
    bytes,
  };
}

/** The decoder in the file of a frame. @param {Uint8Array} bytes @param {import("../model/networks.js").Network|null} [before] whose memory it takes, if that fits
 * @returns {import("../model/networks.js").Network} */
export function decoderOf(bytes, before) {
  const { header, tensors } = readFilmFile(bytes, "frame", FRAME_FORMAT);
  ensure(isObject(header.config) && isObject(header.layers) && Array.isArray(header.layers.decoder), "it does not say how its decoder is made.");
  return createNetwork({ header, kind: header.kind, tensors }, { kernel: before?.kernel });
}

/** @param {Uint8Array} bytes @returns {Cast} */
export function readCast(bytes) {
  const { header, tensors } = readFilmFile(bytes, "cast", CAST_FORMAT);
  ensure(Number.isInteger(header.count) && header.count >= 0, "it does not count its images.");
  const labels = /** @type {Uint8Array} */ (requireTensor(tensors, "points.labels", "U8", [header.count]).data);
  ensure(Array.isArray(header.classes) && labels.every((label) => label < header.classes.length), "a label names no class.");
  ensure([undefined, null, "light", "dark"].includes(header.paper), "it does not say on which ground its images are shown.");
  const side = readSide(header);
  const images = unpackImages({ tensors, side, points: { count: header.count } });
  images.catch(() => {}); // whoever asks for them is told
  return { count: header.count, side, labels, classes: header.classes.map(String), paper: header.paper ?? null, splits: readSplits(header.splits, header.count), of: readWhole(header.of), images };
}

/** @param {Uint8Array} bytes @param {string} key of the header @param {string} format */
function readFilmFile(bytes, key, format) {
  const { tensors, metadata } = readSafetensors(bytes);
  const header = parseJson(metadata?.[key]);
  ensure(isObject(header) && header.format === format, "it does not belong to a film.");
  ensure(header.version === FILM_VERSION, `it has version ${header.version}; this page reads version ${FILM_VERSION}.`);
  return { header, tensors };
}

/** The numbers of an instant, or those that the page tells of the moment, as a frame has them. @param {Moment} frame @param {any} [told] @returns {Moment} */
export function momentOf(frame, told) {
  return told ? { training: termsOf(told.training), heldOut: termsOf(told.held_out) } : frame;
}

/** @param {any} terms @returns {Terms|null} */
function termsOf(terms) {
  if (!isObject(terms) || !Number.isInteger(terms.step)) return null;
  return /** @type {Terms} */ (Object.fromEntries(Object.entries(terms).filter(([, value]) => Number.isFinite(value))));
}
