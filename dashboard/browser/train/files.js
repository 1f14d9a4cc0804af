// @ts-check
// A training as the files that films, Explore and runs are made of: frames and cast (vae_engine/exchange/film.py), the bundle
// (exchange/bundle.py), weights. Written here in the same forms, so that the same readers read them.

import {toHalf, writeSafetensors} from "./safetensors_writer.js";
import {layersOf, pixelsOf} from "./recipe.js";

/** @typedef {import("./layers.js").Tensors} Tensors */
/** @typedef {import("./run.js").LogEvent} LogEvent */
/** @typedef {import("./safetensors_writer.js").Written} Written */
/** @typedef {{model: import("./recipe.js").ModelConfig & Record<string, any>, train: import("./recipe.js").TrainConfig & Record<string, any>, name: string}} Recipe */
/** @typedef {{mu: Float32Array, std: Float32Array|null}} Codes of two dimensions */
/** @typedef {{images: Uint8Array, labels: Uint8Array, classes: string[], splits: Record<string, number>, of: Record<string, number>|null}} Shown images of a map */

const MOST = 65535;
const LARGEST = 6e4; // about the largest number of half precision
const UNTOLD = ["data", "classes", "seed", "held_out"];

/** The shape of a weight. @param {Recipe["model"]} model @param {string} name @returns {number[]} */
function shapeOf(model, name) {
  const [part, index, kind] = name.split(".");
  const {op, in: inner = 0, out = 0} = layersOf(model)[/** @type {"encoder"|"decoder"} */ (part)][Number(index)];
  if (op === "fourier") return [inner, out];
  return kind === "bias" ? [out] : [out, inner];
}

/** @param {Recipe["model"]} model @param {Tensors} tensors @param {(name: string) => boolean} [wanted] @returns {Map<string, Written>} */
function inHalf(model, tensors, wanted = () => true) {
  return new Map([...tensors].filter(([name]) => wanted(name)).map(([name, data]) => [name, {dtype: "F16", shape: shapeOf(model, name), data: toHalf(data)}]));
}

/** The weights of a snapshot, in half precision. @param {Recipe} recipe @param {Tensors} tensors */
export const snapshotFile = ({model}, tensors) => writeSafetensors(inHalf(model, tensors));

/** The weights of a finished model. @param {Recipe} recipe @param {Tensors} tensors */
export const weightsFile = ({model}, tensors) => writeSafetensors(new Map([...tensors].map(([name, data]) => [name, /** @type {Written} */ ({dtype: "F32", shape: shapeOf(model, name), data})])));

/** Codes as whole numbers over their range, and that range. @param {Float32Array} codes */
function quantised(codes) {
  const [low, high] = [[Infinity, Infinity], [-Infinity, -Infinity]];
  codes.forEach((value, i) => {
    low[i & 1] = Math.min(low[i & 1], value);
    high[i & 1] = Math.max(high[i & 1], value);
  });
  const data = Uint16Array.from(codes, (value, i) => Math.round(((value - low[i & 1]) / Math.max(high[i & 1] - low[i & 1], 1e-9)) * MOST));
  return {tensor: /** @type {Written} */ ({dtype: "U16", shape: [codes.length / 2, 2], data}), range: {count: codes.length / 2, low, high}};
}

/** @param {Float32Array} std @returns {Written} */
const spreads = (std) => ({dtype: "F16", shape: [std.length / 2, 2], data: toHalf(std.map((value) => (value < LARGEST ? value : LARGEST)))});

/**
 * One instant of a film.
 * @param {Recipe} recipe @param {number} step @param {Tensors} tensors @param {Codes} codes of the cast @param {readonly LogEvent[]} events @param {number} beta in force
 */
export function frameFile({model, train, name}, step, tensors, codes, events, beta) {
  const {tensor, range} = quantised(codes.mu);
  const held = inHalf(model, tensors, (one) => one.startsWith("decoder."));
  held.set("points.codes", tensor);
  if (codes.std) held.set("points.std", spreads(codes.std));
  const header = {
    format: "latent-explorer-frame", version: 1, run: name, step, kind: model.kind, config: model, layers: {decoder: layersOf(model).decoder},
    beta: model.kind === "vae" ? beta : null, classes: train.classes, points: {...range, protocol: train.protocol, seed: train.seed}, caveat: caveatOf(train), ...momentOf(events),
  };
  return writeSafetensors(held, {frame: JSON.stringify(header)});
}

/** What was last logged of training and of the held-out images. @param {readonly LogEvent[]} events */
function momentOf(events) {
  const latest = [...events].reverse();
  const training = latest.find(({type}) => type === "step"), measured = latest.find(({terms}) => terms);
  const elbo = training && training.kl_se !== undefined ? {elbo: -(training.nll + training.kl)} : {};
  return {training: training ? {...training, ...elbo} : null, held_out: measured ? {step: measured.step, ...measured.terms} : null};
}

/** As vae_engine/stored/nats.py has it. @param {Recipe["train"]} train */
const caveatOf = ({protocol}) => (protocol === "grey" ? "Grey pixels under a Bernoulli likelihood: the nats are cross-entropies, no log-probabilities. They can be compared only among models of the same pixels and likelihood." : "");

/** The images that every instant is about. @param {Recipe} recipe @param {Shown} shown @param {Uint8Array} packed their bytes as a gzip file of the IDX format */
export function castFile({model}, {labels, classes, splits, of}, packed) {
  const header = {format: "latent-explorer-cast", version: 1, classes, count: labels.length, splits, of: of ?? undefined, paper: null, side: Math.sqrt(pixelsOf(model))};
  return writeSafetensors(new Map([["points.labels", bytesOf(labels)], ["points.images", bytesOf(packed)]]), {cast: JSON.stringify(header)});
}

/** @param {Uint8Array} data @returns {Written} */
const bytesOf = (data) => ({dtype: "U8", shape: [data.length], data});

/**
 * The bundle that Explore opens.
 * @param {Recipe} recipe @param {Tensors} tensors @param {Shown} shown @param {Codes} codes of those @param {Float32Array} trained codes of all images that it was trained on
 * @param {Record<string, any>} metrics
 */
export function bundleFile({model, train, name}, tensors, shown, codes, trained, metrics) {
  const [points, others] = [quantised(codes.mu), quantised(trained)];
  const held = inHalf(model, tensors);
  held.set("points.codes", points.tensor).set("points.labels", bytesOf(shown.labels)).set("train.codes", others.tensor);
  if (codes.std) held.set("points.std", spreads(codes.std));
  const about = {protocol: train.protocol, seed: train.seed};
  const header = {
    format: "latent-explorer-bundle", version: 1, name, kind: model.kind, config: model, layers: layersOf(model), metrics, plane: null,
    beta: model.kind === "vae" ? train.beta : null, training: Object.fromEntries(Object.entries(train).filter(([key]) => !UNTOLD.includes(key))),
    classes: shown.classes, paper: null, caveat: caveatOf(train), points: {...points.range, ...about, splits: shown.splits, of: shown.of ?? undefined}, train: {...others.range, ...about, split: "train"},
  };
  return writeSafetensors(held, {bundle: JSON.stringify(header)});
}

/** Images as a file of the IDX format. @param {Uint8Array} images @param {number} side */
export function idxFile(images, side) {
  const bytes = new Uint8Array(16 + images.length), view = new DataView(bytes.buffer);
  [0x803, images.length / side ** 2, side, side].forEach((number, i) => view.setUint32(4 * i, number));
  bytes.set(images, 16);
  return bytes;
}
