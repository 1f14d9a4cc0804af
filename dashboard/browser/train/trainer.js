// @ts-check
// One trainer works on its share of each minibatch: the steps of vae_engine/training/training.py. It knows no time, no page and no
// other trainer; every random number of step n is a function of seed, purpose and n, so that trainers of one team draw the same.

import {observeFixed} from "../images/digits.js";
import {createModel} from "./model.js";
import {PANEL} from "./kernel.js";
import {columnAt, panelsOf} from "./panels.js";
import {observeBatch} from "./pixels.js";
import {NumpyGenerator} from "./random/numpy.js";
import {TorchGenerator} from "./random/torch.js";
import {betaAt} from "./recipe.js";
import {firstWeights} from "./start.js";

/** @typedef {{images: Uint8Array, labels: Uint8Array, pixels: number}} Images */
/** @typedef {{place: number, of: number}} Share which part of every minibatch, of how many */
/** @typedef {{count: number, nll: number, kl: number, nll2: number, kl2: number}} Sums over images; of squares, too */

const [BATCH, PIXELS] = [1, 2]; // purposes of randomness
const [BETA1, SMALLEST] = [0.9, 1e-6];
const DECAY_AT_FIRST = [1, 10];
const HELD_OUT_PART = 500; // images whose ε the engine draws together

/** A number below the whole in equal steps. @param {number} whole @param {number} place @param {number} of */
export const cut = (whole, place, of) => Math.floor((whole * place) / of);

export class Trainer {
  #order = new Uint32Array();
  #epoch = -1;
  /** The step whose part of the batch lies where the model sees it. */
  #observed = -1;
  /** Images as they are evaluated, in panels. @type {Map<Images, Float32Array[]>} */
  #seen = new Map();

  /**
   * @param {import("./recipe.js").ModelConfig} model @param {import("./recipe.js").TrainConfig} train
   * @param {Images} images that are trained on @param {Share} [share]
   */
  constructor(model, train, images, share = {place: 0, of: 1}) {
    this.train = train;
    this.images = images;
    this.count = images.images.length / images.pixels;
    this.batch = Math.min(train.batch_size, this.count);
    /** Steps of an epoch. */
    this.perEpoch = Math.floor(this.count / this.batch);
    this.from = cut(this.batch, share.place, share.of);
    this.to = cut(this.batch, share.place + 1, share.of);
    const averages = train.ema > 0;
    this.model = createModel(model, this.to - this.from, 2 + Number(averages));
    const [weights, , first, second, average] = this.model.stretches;
    this.moments = [first, second];
    /** With the weights that are evaluated and kept. */
    this.kept = averages ? {...this.model.bench, weights: average} : this.model.bench;
    this.model.write(firstWeights(model, train, images.images));
    if (averages) this.model.heap.copyWithin(average, weights, weights + this.model.size);
    /** Floats of what is learned, as they lie in the heap. */
    this.size = this.model.size;
  }

  /** Have its share of the batch of a step where the model sees it. @param {number} step */
  observe(step) {
    if (this.#observed === step) return;
    const {seed, protocol} = this.train;
    const epoch = Math.floor(step / this.perEpoch), place = step % this.perEpoch;
    if (epoch !== this.#epoch) [this.#order, this.#epoch] = [new NumpyGenerator(seed, BATCH, epoch).permutation(this.count), epoch];
    const chosen = this.#order.subarray(place * this.batch, (place + 1) * this.batch);
    const {heap, image, rows} = this.model;
    observeBatch(this.images, chosen, protocol, new NumpyGenerator(seed, PIXELS, step), heap, image, rows, this.from, this.to);
    this.#observed = step;
  }

  /** The gradients of a step for its share of the batch, and the terms of that. @param {number} step @param {number} beta in force, before it is warmed up @returns {Sums} */
  gradients(step, beta) {
    this.observe(step);
    const {latent, isVae} = this.model;
    const noise = isVae ? new TorchGenerator(step).normal(this.batch * latent) : []; // torch counts 32 bits of the engine's key, which leave no seed
    const own = noise.slice(this.from * latent, this.to * latent);
    return summed(this.model.gradients(this.to - this.from, this.batch, betaAt({...this.train, beta}, step / this.perEpoch), own));
  }

  /** Where gradients lie. */
  get slopes() {
    return this.model.bench.slopes;
  }

  /** Σ g² over a part of what is learned. @param {number} from @param {number} to */
  squares(from, to) {
    return this.model.kernel.squares(this.slopes + from, to - from);
  }

  /**
   * Change a part of the weights by their gradients: step `step` of Adam.
   * @param {number} from @param {number} to @param {number} step counted from 0 @param {number} rate @param {number} squares Σ g² over all, for the largest norm
   */
  update(from, to, step, rate, squares) {
    const {kernel, bench} = this.model, {adam_beta2: beta2, weight_decay: decay, grad_clip: most} = this.train;
    const scale = most ? Math.min(1, most / (Math.sqrt(squares) + SMALLEST)) : 1;
    kernel.adam(bench.weights + from, bench.slopes + from, this.moments[0] + from, this.moments[1] + from, to - from,
      scale, 1 - rate * decay, 1 - BETA1, beta2, 1 - beta2, rate / (1 - BETA1 ** (step + 1)), 1 / Math.sqrt(1 - beta2 ** (step + 1)));
  }

  /** Move the averages towards the weights of the moment. @param {number} step counted from 0 */
  average(step) {
    if (this.kept === this.model.bench) return;
    const updates = step + 1, [few, more] = DECAY_AT_FIRST;
    this.model.kernel.lerp(this.kept.weights, this.model.bench.weights, this.size, 1 - Math.min(this.train.ema, (few + updates) / (more + updates)));
  }

  /** A whole step alone. @param {number} step @param {number} rate @param {number} beta @returns {Sums} */
  step(step, rate, beta) {
    const sums = this.gradients(step, beta);
    this.update(0, this.size, step, rate, this.train.grad_clip ? this.squares(0, this.size) : 0);
    this.average(step);
    return sums;
  }

  /** Held-out terms of each image, as the engine measures them: β = 1, one fixed draw of pixels, sampled z. @param {Images} held @returns {import("./model.js").Terms} */
  heldOut(held) {
    const {model, train} = this, count = held.labels.length;
    const random = new TorchGenerator(train.seed), noise = new Float32Array(model.isVae ? count * model.latent : 0);
    for (let first = 0; first < noise.length; first += HELD_OUT_PART * model.latent) noise.set(random.normal(Math.min(HELD_OUT_PART * model.latent, noise.length - first)), first);
    const terms = {nll: new Float64Array(count), kl: new Float64Array(count)};
    this.#inParts(held, count, (first, some) => {
      const {nll, kl} = model.terms(this.kept, some, noise.subarray(first * model.latent));
      terms.nll.set(nll, first);
      terms.kl.set(kl, first);
    });
    return terms;
  }

  /** Codes of the first images of some, with their spreads where there are any. @param {Images} held @param {number} count */
  codes(held, count) {
    const {model} = this, {latent} = model;
    const [mu, std] = [new Float32Array(count * latent), model.isVae ? new Float32Array(count * latent) : null];
    this.#inParts(held, count, (first, some) => model.encode(this.kept, some, (row, means, logvars) => {
      mu.set(means, (first + row) * latent);
      std?.set(logvars.map((value) => Math.exp(0.5 * value)), (first + row) * latent);
    }));
    return {mu, std};
  }

  /** As many images at once as the model takes, written into its rows as they are evaluated. @param {Images} held @param {number} count @param {(first: number, some: number) => void} work */
  #inParts(held, count, work) {
    this.#observed = -1;
    const most = this.to - this.from, {heap, image, rows, pixels} = this.model;
    const observed = {protocol: this.train.protocol, seed: this.train.seed, pixels};
    const size = rows * panelsOf(pixels) * PANEL, seen = this.#seen.get(held) ?? [];
    for (let first = 0; first < count; first += most) {
      const some = Math.min(most, held.labels.length - first), known = seen[first / most];
      if (known) heap.set(known, image);
      else {
        for (let row = 0; row < some; row++) {
          const x = observeFixed(held.images, first + row, observed);
          for (let i = 0; i < pixels; i++) heap[image + row * PANEL + columnAt(i, rows)] = x[i];
        }
        if (held !== this.images) seen[first / most] = heap.slice(image, image + size); // looked at several times a second
      }
      work(first, Math.min(some, count - first));
    }
    this.#seen.set(held, seen);
  }
}

/** @param {import("./model.js").Terms} terms @returns {Sums} */
export function summed({nll, kl}) {
  const sums = {count: nll.length, nll: 0, kl: 0, nll2: 0, kl2: 0};
  for (let i = 0; i < nll.length; i++) {
    sums.nll += nll[i];
    sums.kl += kl[i];
    sums.nll2 += nll[i] ** 2;
    sums.kl2 += kl[i] ** 2;
  }
  return sums;
}
