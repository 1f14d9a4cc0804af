// @ts-check
// One model as the views see it: its network, its codes with an index over them, and what its latent space is measured in.

import {createIndex} from "../base/geometry.js";
import {addDecoder, addEncoder} from "./bundle.js";
import {createNetwork} from "./networks.js";
import {recordDecode} from "../base/stats.js";

/** @typedef {import("./bundle.js").Bundle} Bundle */
/** @typedef {import("./networks.js").Network} Network */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {ReturnType<typeof createIndex>} CodeIndex */
/** @typedef {{mean: Latent, factor: [number, number, number]}} Gaussian mean, and the lower Cholesky factor [l11, l21, l22] of the covariance */
/**
 * @typedef {object} ExplorerModel
 * @property {number} place its number on the page
 * @property {string} id tells it apart from the other on the page: its kind, of a second one of that kind with a number
 * @property {string} name by which people know it: of a run of one's own the one that it was given
 * @property {string} title what the page calls it
 * @property {string} short the same in a word
 * @property {string} units of its latent space
 * @property {[string, string]} axes what the two numbers of a place are called: of z, or of a plane through more of them
 * @property {Bundle} bundle
 * @property {Network} network
 * @property {CodeIndex} index of the codes of points
 * @property {CodeIndex} trained index of the training codes
 * @property {Latent} low least value of each axis on map and sliders
 * @property {Latent} high
 * @property {[Latent, Latent]} core the part that a map shows at first: few codes lie outside, and it says how many
 * @property {number} usual distance to the nearest training code that the z of 95 of 100 test images stay within: codes, of a VAE drawn from q(z|x)
 * @property {Gaussian} gaussian fitted to the codes of points
 * @property {(z: Latent) => Float32Array} decode probabilities, in a buffer that the next call overwrites
 * @property {(index: number) => Latent} codeOf
 * @property {(decoder: Uint8Array) => void} begin give it the decoder that its bundle came without
 * @property {(encoder: Uint8Array) => void} complete give it the encoder that its bundle came without
 * @property {(x: Float32Array, z: Latent) => number} nll −log p(x|z), nats
 */

const TITLES = {vae: "Variational autoencoder", ae: "Plain autoencoder"};
const CUT = {vae: "VAE", ae: "autoencoder"};
const PROBED = 1000; // as in dashboard/stock/measures.py
const PLASTIC = 1.324717957244746; // x³ = x + 1
const PRIOR_REACH = 3.2;
const OUTLYING = 0.001;
const FLAT = 1e-5; // of the longer side: rounding leaves so much

/** @param {Bundle} bundle @param {number} place @returns {ExplorerModel} */
export function createModel(bundle, place) {
  const {points, train} = bundle;
  const trained = createIndex(train.codes);
  const shown = new Float32Array(bundle.side ** 2);
  const [low, high] = reach(bundle);
  /** @type {ExplorerModel} */
  const model = {
    place, bundle, network: createNetwork(bundle), trained, low, high, core: coreRange(points.codes),
    id: bundle.kind, name: bundle.name, title: titleOf(bundle), short: bundle.kind.toUpperCase(),
    units: bundle.kind === "vae" ? "prior sd" : "code units", axes: bundle.plane ? ["w₁", "w₂"] : ["z₁", "z₂"],
    index: createIndex(points.codes),
    usual: usualDistance(points, trained),
    gaussian: fitGaussian(points.codes),
    decode(z) {
      const began = performance.now();
      model.network.decode(z[0], z[1], shown);
      recordDecode(performance.now() - began);
      return shown;
    },
    nll(x, z) {
      const {network} = model;
      let nll = NaN;
      network.forEachRaw(Float32Array.from(z), (raw, at) => (nll = -network.likelihood.logProb(x, raw, at)));
      return nll;
    },
    codeOf: (index) => [points.codes[2 * index], points.codes[2 * index + 1]],
    begin(decoder) {
      addDecoder(bundle, decoder);
      model.network = createNetwork(bundle);
    },
    complete(encoder) {
      addEncoder(bundle, encoder);
      model.network = createNetwork(bundle);
    },
  };
  return model;
}

/** Whether a point lies farther from all training codes than the z of 95 of 100 test images. @param {ExplorerModel} model @param {Latent} z */
export function isFar(model, z) {
  return model.trained.distance(z[0], z[1]) > model.usual;
}

/** Whether a page shows two models of one kind. @param {readonly ExplorerModel[]} models */
export function areAlike(models) {
  return models.length > 1 && models.every((model) => model.bundle.kind === models[0].bundle.kind);
}

/** Calls the models of a page by their kind, or by name where that would not tell them apart. @param {readonly ExplorerModel[]} models @param {(model: ExplorerModel) => string} nameOf */
export function tellApart(models, nameOf) {
  const alike = areAlike(models);
  models.forEach((model, i) => {
    const {kind} = model.bundle;
    model.name = nameOf(model);
    model.id = alike && i > 0 ? `${kind}-${i + 1}` : kind;
    model.short = alike ? model.name : kind.toUpperCase();
    model.title = alike ? `${kind.toUpperCase()} ${model.name}` : titleOf(model.bundle);
  });
}

/** What a model is called in full. @param {{kind: "vae"|"ae", plane: import("./bundle.js").Plane|null}} bundle */
export function titleOf({kind, plane}) {
  return plane ? `Plane in a ${plane.of}-D ${CUT[kind]}` : TITLES[kind];
}

/** The true range of the codes, and at least where samples of N(0, I) fall, which both models are asked to decode. @param {Bundle} bundle @returns {[Latent, Latent]} */
function reach({points}) {
  const least = PRIOR_REACH;
  return [
    [Math.min(points.low[0], -least), Math.min(points.low[1], -least)],
    [Math.max(points.high[0], least), Math.max(points.high[1], least)],
  ];
}

/** Where nearly all codes and N(0, I) lie. A few far codes would shrink the rest to a blot. @param {Float32Array} codes @returns {[Latent, Latent]} */
function coreRange(codes) {
  const edges = [0, 1].map((axis) => {
    const sorted = codes.filter((_, i) => i % 2 === axis).sort();
    const cut = Math.floor(sorted.length * OUTLYING);
    return [Math.min(-PRIOR_REACH, sorted[cut]), Math.max(PRIOR_REACH, sorted[sorted.length - 1 - cut])];
  });
  return [[edges[0][0], edges[1][0]], [edges[0][1], edges[1][1]]];
}

/**
 * Of a VAE by draws of q: where q is as wide as the prior its means say nothing of where the decoder was trained.
 * @param {import("./bundle.js").Points} points of which those of the test split come first @param {CodeIndex} trained
 */
function usualDistance({codes, std, splits}, trained) {
  const count = Math.min(PROBED, splits.test ?? codes.length / 2);
  const distances = Float64Array.from({length: count}, (_, i) => {
    const [e1, e2] = std ? spreadNormal(i) : [0, 0];
    return trained.distance(codes[2 * i] + (std ? std[2 * i] * e1 : 0), codes[2 * i + 1] + (std ? std[2 * i + 1] * e2 : 0));
  }).sort();
  return distances[Math.floor(0.95 * (count - 1))];
}

/** One of the points that dashboard/stock/measures.py spreads evenly over N(0, I). @param {number} i @returns {Latent} */
export function spreadNormal(i) {
  const [first, second] = [1, 2].map((power) => (0.5 + i / PLASTIC ** power) % 1);
  const radius = Math.sqrt(-2 * Math.log(1 - first));
  return [radius * Math.cos(2 * Math.PI * second), radius * Math.sin(2 * Math.PI * second)];
}

/** Mean and covariance of codes. @param {Float32Array} codes @returns {Gaussian} */
export function fitGaussian(codes) {
  const count = codes.length / 2;
  let [a, b] = [0, 0];
  for (let i = 0; i < codes.length; i += 2) {
    a += codes[i] / count;
    b += codes[i + 1] / count;
  }
  let [aa, ab, bb] = [0, 0, 0];
  for (let i = 0; i < codes.length; i += 2) {
    aa += (codes[i] - a) ** 2 / count;
    ab += (codes[i] - a) * (codes[i + 1] - b) / count;
    bb += (codes[i + 1] - b) ** 2 / count;
  }
  const l11 = Math.sqrt(aa);
  const l21 = l11 > 0 ? ab / l11 : 0;
  return {mean: [a, b], factor: [l11, l21, Math.sqrt(Math.max(0, bb - l21 ** 2))]};
}

/** Whether a Gaussian covers no area, as that of one or two codes: no distance can be measured in its standard deviations. @param {Gaussian} gaussian */
export function isFlat({factor: [l11, l21, l22]}) {
  const longest = Math.max(l11, Math.hypot(l21, l22));
  return Math.min(l11, l22) <= FLAT * longest;
}

/** Standard normal numbers as a draw from a Gaussian. @param {Gaussian} gaussian @param {Latent} normal @returns {Latent} */
export function drawFrom({mean, factor: [l11, l21, l22]}, normal) {
  return [mean[0] + l11 * normal[0], mean[1] + l21 * normal[0] + l22 * normal[1]];
}

/** How many standard deviations from the mean, in the direction of the point; of a Gaussian that is not flat. @param {Gaussian} gaussian @param {Latent} z */
export function gaussianRadius({mean, factor: [l11, l21, l22]}, z) {
  const first = (z[0] - mean[0]) / l11;
  return Math.hypot(first, (z[1] - mean[1] - l21 * first) / l22);
}

/** Codes on their way from one model's to another's; the same image keeps its place in the list.
 * @param {Float32Array} from @param {Float32Array} to @param {number} share */
export function codesBetween(from, to, share) {
  return share === 1 ? to : from.map((value, i) => value + share * (to[i] - value));
}

/** The corners of a view between two. @param {[Latent, Latent]} from @param {[Latent, Latent]} to @param {number} share @returns {[Latent, Latent]} */
export function rangeBetween(from, to, share) {
  return /** @type {[Latent, Latent]} */ (from.map((corner, i) => corner.map((value, axis) => value + share * (to[i][axis] - value))));
}
