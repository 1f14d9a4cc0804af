// @ts-check
// A model that can be trained: both networks over one heap, its loss and the gradients of that, and what it makes of x and of z.
// Equations as in vae_engine/model/objectives.py: estimator B of one sample, loss = nll + β·kl, nats per example.

import {createTrainingKernel, PANEL, SCRATCH} from "./kernel.js";
import {compileTraining} from "./layers.js";
import {columnAt, foursOf, panelsOf, Room} from "./panels.js";
import {layersOf, pixelsOf} from "./recipe.js";

/** @typedef {import("./layers.js").Bench} Bench */
/** @typedef {import("./layers.js").Tensors} Tensors */
/** @typedef {{nll: Float64Array, kl: Float64Array}} Terms of each example, nats */
/** @typedef {{kernel: import("./kernel.js").TrainingKernel, x: number, raw: number, slope: number, rows: number, scale: number, learned: number, learning: number}} Given
 *   x, raw: what was seen and what the decoder gave, in panels of so many rows; slope: where the gradients of nll by raw go, times `scale`; learned, learning: what the likelihood itself
 *   learns, and where the gradients of that go */
/**
 * @typedef {object} Likelihood p(x|z) by what the decoder gives
 * @property {number} learns how many numbers of its own
 * @property {(given: Given, count: number, nll: Float64Array) => void} reconstruct the terms of the first `count` examples, and their gradients
 */
/** @typedef {{layers: Record<"encoder"|"decoder", import("../model/bundle.js").Layer[]>, inputs: number, latent: number, isVae: boolean, likelihood: Likelihood}} Form */

/** Each pixel a toss. @param {number} pixels @returns {Likelihood} */
function bernoulli(pixels) {
  const blank = panelsOf(pixels) * PANEL - pixels;
  return {
    learns: 0,
    reconstruct({kernel, x, raw, slope, rows, scale}, count, nll) {
      for (let row = 0; row < count; row++) {
        const at = row * PANEL;
        nll[row] = kernel.bernoulli(raw + at, x + at, slope + at, rows * PANEL, panelsOf(pixels), scale) - blank * Math.LN2;
        for (let i = pixels; i < pixels + blank; i++) kernel.heap[slope + at + columnAt(i, rows)] = 0;
      }
    },
  };
}

/**
 * A model of images as the settings have it.
 * @param {import("./recipe.js").ModelConfig} config @param {number} most images that it works on at once @param {number} copies further stretches of the size of what is learned: moments, averages
 */
export function createModel(config, most, copies) {
  const pixels = pixelsOf(config);
  const model = createNetworks({layers: layersOf(config), inputs: pixels, latent: config.latent_dim, isVae: config.kind === "vae", likelihood: bernoulli(pixels)}, most, copies);
  return {...model, config, pixels};
}

/** @param {Form} form @param {number} most examples that it works on at once @param {number} copies as above */
export function createNetworks({layers, inputs, latent, isVae, likelihood}, most, copies) {
  const rows = foursOf(most);
  const [room, learned] = [new Room(), new Room()];
  const zeros = room.take(Math.max(inputs, 4096) + PANEL);
  const [image, point, slope, head] = [room.matrix(rows, inputs), room.matrix(rows, latent), room.matrix(rows, inputs), room.matrix(rows, 2 * latent)];
  const site = {room, learned, rows, zeros, scratch: room.take(SCRATCH)};
  const encoder = compileTraining(layers.encoder, "encoder", inputs, site);
  const decoder = compileTraining(layers.decoder, "decoder", latent, site);
  const own = learned.take(likelihood.learns);
  const stretches = Array.from({length: 2 + copies}, () => room.take(learned.size));
  const kernel = createTrainingKernel(room.size);
  const {heap} = kernel;
  /** @type {Bench} */
  const bench = {kernel, weights: stretches[0], slopes: stretches[1]};

  /** @param {import("./layers.js").Step[]} steps @param {Bench} on @param {number} at */
  const forwards = (steps, on, at) => steps.reduce((x, step) => step.forward(on, x), at);
  /** @param {import("./layers.js").Step[]} steps @param {number} at @param {boolean} toInput */
  const backwards = (steps, at, toInput) => steps.reduceRight((dy, step, i) => step.backward(bench, dy, toInput || i > 0), at);
  /** @param {Bench} on @param {number} count @param {number} scale @param {Float64Array} nll */
  const reconstruct = (on, count, scale, nll) => likelihood.reconstruct(
    {kernel, x: image, raw: forwards(decoder, on, point), slope, rows, scale, learned: on.weights + own, learning: bench.slopes + own}, count, nll);

  /** z = μ + σ ε of the first rows; an autoencoder's code is its z. @param {number} code @param {number} count @param {ArrayLike<number>} noise rows × latent @param {Float64Array} kl */
  function sample(code, count, noise, kl) {
    for (let row = 0; row < count; row++) {
      const at = row * PANEL;
      kl[row] = 0;
      for (let i = 0; i < latent; i++) {
        const mu = heap[code + at + columnAt(i, rows)];
        if (isVae) {
          const logvar = heap[code + at + columnAt(latent + i, rows)];
          heap[point + at + columnAt(i, rows)] = mu + Math.exp(0.5 * logvar) * noise[row * latent + i];
          kl[row] -= 0.5 * (1 + logvar - mu * mu - Math.exp(logvar));
        } else heap[point + at + columnAt(i, rows)] = mu;
      }
    }
  }

  return {
    latent, rows, heap, kernel, stretches, size: learned.size, bench, isVae,
    /** SCRATCH floats that nobody needs between two products. */
    scratch: site.scratch,
    /** Where images, or points, are to be written, as they are seen. */
    image,
    /** Where in each stretch the likelihood has what it learns itself. */
    own,

    /**
     * The terms of the first `count` images, and the gradients of Σ (nll + β·kl) / of over what is learned.
     * @param {number} count @param {number} of images of the whole batch @param {number} beta @param {ArrayLike<number>} noise count × latent
     * @returns {Terms}
     */
    gradients(count, of, beta, noise) {
      const terms = {nll: new Float64Array(count), kl: new Float64Array(count)};
      const code = forwards(encoder, bench, image);
      sample(code, count, noise, terms.kl);
      reconstruct(bench, count, 1 / of, terms.nll);
      const dz = backwards(decoder, slope, true);
      for (let row = 0; row < count; row++) {
        const at = row * PANEL;
        for (let i = 0; i < latent; i++) {
          const [mean, spread] = [at + columnAt(i, rows), at + columnAt(latent + i, rows)];
          const d = heap[dz + mean];
          if (!isVae) heap[head + mean] = d;
          else {
            const logvar = heap[code + spread];
            heap[head + mean] = d + (beta * heap[code + mean]) / of;
            heap[head + spread] = 0.5 * (d * Math.exp(0.5 * logvar) * noise[row * latent + i] + (beta * (Math.exp(logvar) - 1)) / of);
          }
        }
      }
      backwards(encoder, head, false);
      return terms;
    },

    /** The terms of the first `count` images with some weights. @param {Bench} on @param {number} count @param {ArrayLike<number>} noise @returns {Terms} */
    terms(on, count, noise) {
      const terms = {nll: new Float64Array(count), kl: new Float64Array(count)};
      sample(forwards(encoder, on, image), count, noise, terms.kl);
      reconstruct(on, count, 0, terms.nll);
      return terms;
    },

    /** What the encoder makes of the first `count` images: μ and log σ² of each, or codes. @param {Bench} on @param {number} count @param {(row: number, mu: number[], logvar: number[]) => void} take */
    encode(on, count, take) {
      const code = forwards(encoder, on, image);
      const numbers = (/** @type {number} */ row, /** @type {number} */ first) => Array.from({length: latent}, (_, i) => heap[code + row * PANEL + columnAt(first + i, rows)]);
      for (let row = 0; row < count; row++) take(row, numbers(row, 0), isVae ? numbers(row, latent) : []);
    },

    /** What the decoder gives for so many latents at once as there are rows, or fewer. @param {ArrayLike<number>} z count × latent @param {number} from the first of them @param {number} count
     * @param {Float64Array|Float32Array} to count × inputs, from `from` on */
    decode(z, from, count, to) {
      for (let row = 0; row < count; row++) for (let i = 0; i < latent; i++) heap[point + row * PANEL + columnAt(i, rows)] = z[(from + row) * latent + i];
      const raw = forwards(decoder, bench, point);
      for (let row = 0; row < count; row++) for (let i = 0; i < inputs; i++) to[(from + row) * inputs + i] = heap[raw + row * PANEL + columnAt(i, rows)];
    },

    /** What is laid out from `at` on as its weights are, by name. @param {number} [at] @returns {Tensors} */
    tensors(at = stretches[0]) {
      /** @type {Tensors} */
      const tensors = new Map();
      for (const step of [...encoder, ...decoder]) step.read(bench, tensors, at);
      return tensors;
    },

    /** @param {Tensors} tensors @param {number} [at] */
    write(tensors, at = stretches[0]) {
      for (const step of [...encoder, ...decoder]) step.write(bench, tensors, at);
    },
  };
}

/** @typedef {ReturnType<typeof createModel>} TrainedModel */
