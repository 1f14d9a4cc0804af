// @ts-check
// What a toy says of its model, nats per point over held-out points: the ELBO, log p(x) by quadrature over z, and log p of the law that
// the points were drawn by. What lies between the first two is the gap, KL(q(z|x) ‖ p(z|x)); between the last two KL(data ‖ model).

import {logDensityOf} from "./mixture.js";
import {modelMixture} from "./prior_rule.js";

/** @typedef {{mean: number, se: number}} Mean with its standard error */
/** @typedef {{elbo: Mean, nll: Mean, kl: Mean, logPx: Mean, truth: Mean, gap: Mean, divergence: Mean, seen: Mean|null}} Measured divergence: KL(data ‖ model);
 *   seen: log p of the points that it is trained on, where they are a fixed set */

const DRAWS = 4; // of z for each point, in the ELBO

/** @param {ArrayLike<number>} values @returns {Mean} */
export function meanOf(values) {
  const count = values.length;
  let mean = 0, square = 0;
  for (let i = 0; i < count; i++) mean += values[i] / count;
  for (let i = 0; i < count; i++) square += (values[i] - mean) ** 2;
  return {mean, se: Math.sqrt(square / Math.max(1, count - 1) / count)};
}

/** log p of each of some points. @param {import("./mixture.js").LogDensity} density @param {Float32Array} points n × 2 */
export const logDensities = (density, points) => Float64Array.from({length: points.length / 2}, (_, i) => density(points[2 * i], points[2 * i + 1]));

/**
 * @param {import("./trainer.js").ToyTrainer} trainer @param {Float32Array} held n × 2 @param {Float64Array} truths log p of each by the law of the data
 * @param {Float32Array|null} seen points that it is trained on, where these are always the same
 * @returns {{measured: Measured, mixture: import("./mixture.js").Mixture}} and the model as a mixture
 */
export function measure(trainer, held, truths, seen) {
  const mixture = modelMixture((z, count) => trainer.decode(z, count), trainer.latent, trainer.noise);
  const density = logDensityOf(mixture);
  const {nll, kl} = trainer.terms(held, DRAWS);
  const [elbos, logs] = [nll.map((value, i) => -(value + kl[i])), logDensities(density, held)];
  const between = (/** @type {Float64Array} */ more, /** @type {Float64Array} */ less) => meanOf(more.map((value, i) => value - less[i]));
  return {
    mixture,
    measured: {
      elbo: meanOf(elbos), nll: meanOf(nll), kl: meanOf(kl), logPx: meanOf(logs), truth: meanOf(truths),
      gap: between(logs, elbos), divergence: between(truths, logs), seen: seen && meanOf(logDensities(density, seen)),
    },
  };
}
