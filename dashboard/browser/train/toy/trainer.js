// @ts-check
// A small VAE of points in the plane, and its training by the steps that images have: the same layers, estimator and Adam. It knows no time
// and no page; every random number of step n is a function of seed, purpose and n.

import {createNetworks} from "../model.js";
import {PANEL} from "../kernel.js";
import {columnAt} from "../panels.js";
import {NumpyGenerator} from "../random/numpy.js";
import {TorchGenerator} from "../random/torch.js";
import {drawnWeights} from "../start.js";
import {gaussian, SIDES} from "./gaussian.js";

/** @typedef {{rate: number, beta: number, noise: number|null}} Knobs noise: s of the decoder; null where it is learned */

export const BATCH = 256;
/** s is never learned below it: with a fixed set of points the likelihood has no bound. */
export const LEAST_NOISE = 0.03;
const NOISE = 3; // a purpose of randomness
const [BETA1, BETA2] = [0.9, 0.999];

/** Its networks, as layer records. @param {1|2} latent @param {readonly number[]} hidden widths, of both @param {string} activation */
export function toyLayers(latent, hidden, activation) {
  /** @param {number[]} widths */
  const dense = (widths) => widths.slice(1).flatMap((out, i) => [{op: "linear", in: widths[i], out}, ...(i < widths.length - 2 ? [{op: activation}] : [])]);
  return {encoder: dense([SIDES, ...hidden, 2 * latent]), decoder: dense([latent, ...hidden, SIDES])};
}

export class ToyTrainer {
  steps = 0;
  #likelihood = gaussian();

  /** @param {{latent: 1|2, seed: number, noise: number, hidden?: readonly number[], activation?: string}} form noise: s to begin with @param {number} [batch] points of a step */
  constructor({latent, seed, noise, hidden = [48, 48], activation = "tanh"}, batch = BATCH) {
    const layers = toyLayers(latent, hidden, activation);
    this.seed = seed;
    this.latent = latent;
    this.batch = batch;
    this.model = createNetworks({layers, inputs: SIDES, latent, isVae: true, likelihood: this.#likelihood}, batch, 2);
    this.model.write(drawnWeights(layers, seed, activation));
    this.noise = noise;
  }

  /** s of the decoder. */
  get noise() {
    return Math.exp(this.model.heap[this.model.bench.weights + this.model.own]);
  }

  set noise(noise) {
    this.model.heap[this.model.bench.weights + this.model.own] = Math.log(noise);
  }

  /** The gradients of the mean of nll + β·kl over a whole batch, and its terms. @param {Float32Array} points batch × 2 @param {ArrayLike<number>} noise batch × latent @param {Knobs} knobs */
  gradients(points, noise, {beta, noise: given}) {
    this.#likelihood.isLearned = given === null;
    if (given !== null) this.noise = given;
    this.#show(points, 0, this.batch);
    return this.model.gradients(this.batch, this.batch, beta, noise);
  }

  /** A step of Adam. @param {Float32Array} points batch × 2 @param {Knobs} knobs @returns {import("../model.js").Terms} */
  step(points, knobs) {
    const {kernel, bench, size, stretches: [, , first, second]} = this.model;
    const terms = this.gradients(points, this.#draw(this.steps++, this.batch), knobs);
    kernel.adam(bench.weights, bench.slopes, first, second, size,
      1, 1, 1 - BETA1, BETA2, 1 - BETA2, knobs.rate / (1 - BETA1 ** this.steps), 1 / Math.sqrt(1 - BETA2 ** this.steps));
    this.noise = knobs.noise ?? Math.max(LEAST_NOISE, this.noise);
    return terms;
  }

  /** The terms of points, each the mean over so many draws of z. @param {Float32Array} points n × 2 @param {number} draws @returns {import("../model.js").Terms} */
  terms(points, draws) {
    const count = points.length / SIDES, terms = {nll: new Float64Array(count), kl: new Float64Array(count)};
    for (let draw = 0; draw < draws; draw++) {
      const noise = this.#draw(-1 - draw, count);
      this.#inParts(points, (from, some) => {
        const {nll, kl} = this.model.terms(this.model.bench, some, noise.subarray(from * this.latent));
        for (let i = 0; i < some; i++) {
          terms.nll[from + i] += nll[i] / draws;
          terms.kl[from + i] += kl[i] / draws;
        }
      });
    }
    return terms;
  }

  /** μ and σ of q(z|x) of points. @param {Float32Array} points n × 2 */
  codes(points) {
    const count = points.length / SIDES, {latent} = this;
    const [mu, std] = [new Float32Array(count * latent), new Float32Array(count * latent)];
    this.#inParts(points, (from, some) => this.model.encode(this.model.bench, some, (row, means, logvars) => {
      mu.set(means, (from + row) * latent);
      std.set(logvars.map((value) => Math.exp(0.5 * value)), (from + row) * latent);
    }));
    return {mu, std};
  }

  /** m(z). @param {Float64Array} z count × latent @param {number} count @returns {Float64Array} count × 2 */
  decode(z, count) {
    const to = new Float64Array(count * SIDES);
    for (let from = 0; from < count; from += this.batch) this.model.decode(z, from, Math.min(this.batch, count - from), to);
    return to;
  }

  /** ε of a step, or of a draw that is always the same, below 0. @param {number} step @param {number} count */
  #draw(step, count) {
    const key = step < 0 ? [this.seed, NOISE, 1, -step] : [this.seed, NOISE, 0, step];
    return new TorchGenerator(new NumpyGenerator(...key).word()).normal(count * this.latent);
  }

  /** As many points at once as the networks take. @param {Float32Array} points @param {(from: number, some: number) => void} work */
  #inParts(points, work) {
    for (let from = 0, count = points.length / SIDES; from < count; from += this.batch) {
      const some = Math.min(this.batch, count - from);
      this.#show(points, from, some);
      work(from, some);
    }
  }

  /** @param {Float32Array} points @param {number} from @param {number} some */
  #show(points, from, some) {
    const {heap, image, rows} = this.model;
    for (let row = 0; row < some; row++) for (let i = 0; i < SIDES; i++) heap[image + row * PANEL + columnAt(i, rows)] = points[(from + row) * SIDES + i];
  }
}
