// @ts-check
// A model's two networks, runnable: from an image to its code, from a latent point to its pixels.
// Interprets the layer records of the bundle; knows nothing of screens.

import { PlainError } from "../base/errors.js";
import { readSide } from "./bundle.js";
import { compileLayers } from "./layers.js";
import { LIKELIHOODS } from "./likelihoods.js";
import { BATCH, Machine } from "./machine.js";
import { softplus } from "./activations.js";

/** @typedef {(raw: Float32Array, at: number, index: number) => void} TakeRaw the raw numbers of point `index` begin at `at` */
/** @typedef {{mu: [number, number], std: [number, number]|null, off?: number}} Encoded q(z|x), or an autoencoder's code as mu; off: how far it lies off the
 *   plane on which a model of more dimensions is shown */
/** @typedef {{input: number, steps: import("./machine.js").Stage[]}} Part input: where in the heap up to BATCH rows of its input belong */
/**
 * @typedef {object} Network
 * @property {"vae"|"ae"} kind
 * @property {import("./likelihoods.js").Likelihood} likelihood p(x|z)
 * @property {boolean} simd whether the WebAssembly kernel is in use
 * @property {import("./kernels.js").Kernel} kernel the memory it runs in
 * @property {number} side pixels along a side of an image
 * @property {number} pixels side²
 * @property {number} rawWidth numbers per image that the decoder gives: side², or 2·side² where a spread is learned
 * @property {boolean} encodes whether its encoder is here
 * @property {{encoder: Part|null, decoder: Part}} parts its layers one by one, for who wants to see inside (trace.js)
 * @property {(x: Float32Array) => Encoded} encode
 * @property {(z1: number, z2: number, out?: Float32Array) => Float32Array} decode E[x|z] as a picture can show it, side² numbers in [0, 1]
 * @property {(z: Float32Array) => Float32Array} decodeMany [z1, z2, …] → k × side²
 * @property {(z: Float32Array) => Float32Array} rawMany [z1, z2, …] → k × rawWidth
 * @property {(z: Float32Array, take: TakeRaw) => void} forEachRaw [z1, z2, …] → the rawWidth raw numbers of each,
 *   which are overwritten when `take` has returned
 * @property {(z: Float32Array) => Float32Array} entropyMany [z1, z2, …] → k entropies of p(x|z), nats per image
 */

/**
 * The networks of a bundle; one whose decoder is awaited decodes what zeros for weights make; of something that lists no layers of an encoder, or not yet, one that cannot encode.
 * @param {Pick<import("./bundle.js").Bundle, "header"|"kind"|"tensors"> & {awaited?: boolean}} bundle
 * @param {{allowSimd?: boolean, kernel?: import("./kernels.js").Kernel}} [options] allowSimd: false forces plain JavaScript;
 *   kernel: of a network of the same layers that is no longer wanted, to be overwritten
 * @returns {Network}
 * @throws {Error} one sentence, when a layer is unknown or a weight does not fit
 */
export function createNetwork(bundle, { allowSimd = true, kernel } = {}) {
  const { header, kind, tensors } = bundle;
  const { spread } = header.config;
  const side = readSide(header.config), pixels = side ** 2;
  const likelihood = LIKELIHOODS[header.config.likelihood]?.(pixels, tensors.get("noise")?.data[0]);
  if (!likelihood) throw new PlainError(`This page does not know the likelihood ${JSON.stringify(header.config.likelihood)}.`);
  const machine = new Machine(bundle.awaited);
  const image = machine.reserve(BATCH * pixels);
  const latent = machine.reserve(BATCH * 2);
  const encoder = header.layers.encoder ? compileLayers(machine, tensors, header.layers.encoder, "encoder", [pixels]) : null;
  const decoder = compileLayers(machine, tensors, header.layers.decoder, "decoder", [2]);
  const { rawWidth, mean } = likelihood;
  const { plane } = header;
  const spreads = kind === "vae" && !plane; // on a plane it gives a place alone
  if ((encoder && String(encoder.shape) !== String(spreads ? 4 : 2)) || String(decoder.shape) !== String(rawWidth)) {
    throw new PlainError(`This model file cannot be used: its networks do not end in a latent plane and in ${side}×${side} pixels.`);
  }
  const [{ op, out } = { op: "" }] = header.layers.decoder;
  if (plane && (op !== "linear" || out !== plane.of)) throw new PlainError("This model file cannot be used: its decoder does not begin on the plane that it speaks of.");
  machine.build(allowSimd, kernel);
  const { heap } = machine;

  /** @param {Float32Array} x @returns {Encoded} */
  function encode(x) {
    if (!encoder) throw new PlainError("Only the decoder of this model is here, so it cannot encode.");
    heap.set(x, image);
    const last = encoder.steps.length - 1;
    const code = encoder.steps.slice(0, last).reduce((from, step) => step.run(from, 1), image);
    const at = encoder.steps[last].run(code, 1);
    const mu = /** @type {[number, number]} */ ([heap[at], heap[at + 1]]);
    if (!spreads) return { mu, std: null, ...(plane && { off: offPlane(mu, code) }) };
    const toStd = spread === "softplus" ? softplus : (/** @type {number} */ raw) => Math.exp(0.5 * raw);
    return { mu, std: [toStd(heap[at + 2]), toStd(heap[at + 3])] };
  }

  /** How far the code that begins at some place of the heap lies off o + P w, which is what the first layer of the decoder makes of w.
   * @param {[number, number]} w @param {number} at */
  function offPlane([w1, w2], at) {
    const [axes, origin] = ["weight", "bias"].map((name) => /** @type {Float32Array} */ (tensors.get(`decoder.0.${name}`)?.data));
    let squares = 0;
    for (let i = 0; i < origin.length; i++) squares += (heap[at + i] - origin[i] - axes[2 * i] * w1 - axes[2 * i + 1] * w2) ** 2;
    return Math.sqrt(squares);
  }

  /** @param {number} z1 @param {number} z2 @returns {number} */
  function decodeOne(z1, z2) {
    heap[latent] = z1;
    heap[latent + 1] = z2;
    return decoder.run(latent, 1);
  }

  /** @type {Network["forEachRaw"]} */
  function forEachRaw(z, take) {
    const count = z.length >> 1;
    for (let start = 0; start < count; start += BATCH) {
      const rows = Math.min(BATCH, count - start);
      heap.set(z.subarray(2 * start, 2 * (start + rows)), latent);
      const at = decoder.run(latent, rows);
      for (let row = 0; row < rows; row++) take(heap, at + row * rawWidth, start + row);
    }
  }

  /** @type {Network} */
  const network = {
    kind,
    likelihood,
    simd: machine.simd,
    kernel: { heap, linear: machine.linear, simd: machine.simd },
    side,
    pixels,
    rawWidth,
    encodes: encoder !== null,
    parts: { encoder: encoder && { input: image, steps: encoder.steps }, decoder: { input: latent, steps: decoder.steps } },
    encode,
    decode(z1, z2, out = new Float32Array(pixels)) {
      const at = decodeOne(z1, z2);
      for (let i = 0; i < pixels; i++) out[i] = mean(heap[at + i]);
      return out;
    },
    decodeMany(z) {
      const out = new Float32Array((z.length >> 1) * pixels);
      forEachRaw(z, (_, at, index) => {
        for (let i = 0, to = index * pixels; i < pixels; i++) out[to + i] = mean(heap[at + i]);
      });
      return out;
    },
    rawMany(z) {
      const out = new Float32Array((z.length >> 1) * rawWidth);
      forEachRaw(z, (raw, at, index) => out.set(raw.subarray(at, at + rawWidth), index * rawWidth));
      return out;
    },
    forEachRaw,
    entropyMany(z) {
      const out = new Float32Array(z.length >> 1);
      forEachRaw(z, (raw, at, index) => (out[index] = likelihood.entropy(raw, at)));
      return out;
    },
  };
  return network;
}
