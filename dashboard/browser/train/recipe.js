// @ts-check
// What is trained and how, in the words of the engine's settings (vae_engine/stored/config.py), as far as the browser trains it.

import {PlainError} from "../base/errors.js";

/**
 * @typedef {object} ModelConfig
 * @property {"vae"|"ae"} kind
 * @property {number} latent_dim
 * @property {number[]} encoder_widths
 * @property {"mlp"|"fourier"} decoder
 * @property {number[]} decoder_widths
 * @property {number} fourier_features
 * @property {number} fourier_scale
 * @property {"gelu"|"relu"|"silu"|"tanh"} activation
 * @property {number} [side] 28 where it does not say
 */
/**
 * @typedef {object} TrainConfig
 * @property {"grey"|"dynamic"|"threshold"} protocol
 * @property {number} beta
 * @property {number} kl_warmup_epochs
 * @property {"uniform"|"he"} initialisation
 * @property {number} learning_rate
 * @property {"one-cycle"|"linear"|"constant"} schedule
 * @property {number} lr_warmup
 * @property {number} adam_beta2
 * @property {number} weight_decay
 * @property {number} grad_clip
 * @property {number} batch_size
 * @property {number} ema
 * @property {number} seconds
 * @property {number} steps
 * @property {number} epochs
 * @property {number} train_size
 * @property {number} held_out
 * @property {number} seed
 */

const USUAL_SIDE = 28;
const START = 0.04; // the one-cycle schedule begins at this share of its peak

/** The engine's defaults, and what is not the browser's to change. */
const MODEL = {
  kind: "vae", latent_dim: 2, encoder: "mlp", encoder_widths: [512, 512, 512], decoder: "fourier", decoder_widths: [512, 512, 512], fourier_features: 64, fourier_scale: 1,
  activation: "gelu", layer_norm: false, dropout: 0, likelihood: "bernoulli", spread: "logvar",
};
const TRAIN = {
  data: "mnist", classes: [..."0123456789"], train_size: 50_000, protocol: "dynamic", objective: "B", samples: 1, beta: 1, noise: 0.2, kl_warmup_epochs: 0,
  initialisation: "uniform", optimizer: "adam", learning_rate: 2e-3, schedule: "one-cycle", lr_warmup: 0.2, adam_beta2: 0.999, weight_decay: 0, grad_clip: 0,
  batch_size: 256, ema: 0, seconds: 0, steps: 0, epochs: 20, patience: 0, held_out: 2000, seed: 0,
};

/** @param {Record<string, any>} said @returns {ModelConfig & Record<string, any>} @throws {PlainError} for what is not trained here */
export const modelConfig = (said) => completed(MODEL, said, ["encoder", "layer_norm", "dropout", "likelihood", "spread"], ["side"]);

/** @param {Record<string, any>} said @returns {TrainConfig & Record<string, any>} @throws {PlainError} for what is not done here */
export const trainConfig = (said) => completed(TRAIN, said, ["objective", "samples", "optimizer", "patience"], []);

/** @param {Record<string, any>} usual @param {Record<string, any>} said @param {string[]} fixed @param {string[]} more @returns {any} */
function completed(usual, said, fixed, more) {
  for (const [name, value] of Object.entries(said)) {
    if (!(name in usual || more.includes(name))) throw new PlainError(`There is no setting ${name}.`);
    if (fixed.includes(name) && value !== usual[name]) throw new PlainError(`The browser does not train with ${name} ${value}; the program does.`);
  }
  return {...usual, ...said};
}

/** Pixels of an image. @param {ModelConfig} config */
export const pixelsOf = ({side = USUAL_SIDE}) => side ** 2;

/** Its networks as layer records: `architecture.layers` of the engine. @param {ModelConfig} config @returns {{encoder: import("../model/bundle.js").Layer[], decoder: import("../model/bundle.js").Layer[]}} */
export function layersOf(config) {
  const {kind, latent_dim: latent, decoder, fourier_features: count, fourier_scale: scale, activation} = config;
  const pixels = pixelsOf(config);
  /** @param {number} width @param {number[]} hidden @param {number} last */
  const dense = (width, hidden, last) => {
    const widths = [width, ...hidden, last];
    return hidden.concat(last).flatMap((out, i) => [{op: "linear", in: widths[i], out}, ...(i < hidden.length ? [{op: activation}] : [])]);
  };
  const features = decoder === "fourier" ? [{op: "fourier", in: latent, out: count, scale}] : [];
  return {
    encoder: dense(pixels, config.encoder_widths, kind === "vae" ? 2 * latent : latent),
    decoder: [...features, ...dense(features.length ? latent + 2 * count : latent, config.decoder_widths, pixels)],
  };
}

/** Share of the peak rate at a progress in [0, 1]: `learning_rate_factor` of the engine. @param {TrainConfig} config @param {number} progress */
export function rateFactor({schedule, lr_warmup: warmup}, progress) {
  if (schedule === "constant") return 1;
  if (progress < warmup) return START + (1 - START) * 0.5 * (1 - Math.cos(Math.PI * progress / warmup));
  const fallen = (progress - warmup) / (1 - warmup);
  return schedule === "linear" ? 1 - fallen : 0.5 * (1 + Math.cos(Math.PI * fallen));
}

/** The weight of the KL at so many epochs. @param {TrainConfig} config @param {number} epoch */
export const betaAt = ({beta, kl_warmup_epochs: warmup}, epoch) => (warmup ? beta * Math.min(1, epoch / warmup) : beta);
