// @ts-check
// log p(x) by importance sampling, log 1/K Σ p(x, z) / q(z) with z ~ q: for every K in turn, from the same samples.

import {logGaussian, logSumExp} from "../maths.js";

/** log p(x, z) − log q(z). @param {import("../../exact/gaps.js").Gaussian} q @param {ArrayLike<number>} z [z1, z2, …] @param {ArrayLike<number>} joints log p(x, z) there */
export function logWeights(q, z, joints) {
  return Float64Array.from(joints, (joint, k) => joint - logGaussian(q, z[2 * k], z[2 * k + 1]));
}

/** log of the mean of the first K weights, for each K of ascending `counts`. @param {ArrayLike<number>} weights their logarithms @param {readonly number[]} counts */
export function runningLogMeans(weights, counts) {
  let [sum, done] = [-Infinity, 0];
  return counts.map((count) => {
    sum = logSumExp([sum, logSumExp(weights, done, count)]);
    done = count;
    return sum - Math.log(count);
  });
}
