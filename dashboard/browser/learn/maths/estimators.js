// @ts-check
// Two estimators of the ELBO with L samples z ~ q(z|x), many times over:
//   A = 1/L Σ [log p(x, z) − log q(z)],   B = −KL(q ‖ p(z)) + 1/L Σ log p(x|z),
// and the Monte Carlo KL = 1/L Σ [log q(z) − log p(z)] beside its closed form.
// Source: Kingma & Welling, arXiv:1312.6114, eq. 6 and 7.

import {klToPrior, logGaussian, logStandardNormal} from "./sums.js";

/** @typedef {import("../../exact/gaps.js").Gaussian} Gaussian */
/** @typedef {{a: Float64Array, b: Float64Array, kl: Float64Array}} Terms per sample: what estimators A, B and KL average */

/** @param {Gaussian} q @param {ArrayLike<number>} z [z1, z2, …] drawn from q @param {ArrayLike<number>} joints log p(x, z) there @returns {Terms} */
export function estimatorTerms(q, z, joints) {
  const closed = klToPrior(q);
  const kl = Float64Array.from(joints, (_, k) => logGaussian(q, z[2 * k], z[2 * k + 1]) - logStandardNormal(z[2 * k], z[2 * k + 1]));
  return {
    kl,
    a: kl.map((value, k) => joints[k] - logStandardNormal(z[2 * k], z[2 * k + 1]) - value),
    b: kl.map((_, k) => joints[k] - logStandardNormal(z[2 * k], z[2 * k + 1]) - closed),
  };
}

/**
 * `repeats` estimates, each the mean of L values drawn from a pool with replacement; the same draws for every pool.
 * @param {readonly Float64Array[]} pools of one length @param {number} samples L @param {number} repeats @param {() => number} uniform in (0, 1)
 * @returns {Float64Array[]} for each pool its estimates
 */
export function repeatedMeans(pools, samples, repeats, uniform) {
  const means = pools.map(() => new Float64Array(repeats));
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (let l = 0; l < samples; l++) {
      const drawn = Math.floor(uniform() * pools[0].length);
      pools.forEach((pool, i) => (means[i][repeat] += pool[drawn] / samples));
    }
  }
  return means;
}

/** How many values fall into each of `count` equal bins of [low, high]; values beyond count in the outermost. @param {ArrayLike<number>} values @param {number} low @param {number} high @param {number} count */
export function histogram(values, low, high, count) {
  const bins = new Uint32Array(count);
  for (let i = 0; i < values.length; i++) bins[Math.min(count - 1, Math.max(0, Math.floor((values[i] - low) / (high - low) * count)))]++;
  return bins;
}
