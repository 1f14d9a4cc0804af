// @ts-check
// Estimates of ∇_μ ELBO(q) for ELBO = E_q[f(z)] + H(q), f(z) = log p(x, z), whose entropy does not depend on μ:
//   reparameterised: ∇_z f at z = μ + σ ⊙ ε;   score function: f(z) (z − μ)/σ², with or without a baseline.
// Both have the same mean. The gradient of f is taken by central differences.

/** @typedef {import("../../base/geometry.js").Pair} Pair */
/** @typedef {import("../../exact/gaps.js").Gaussian} Gaussian */
/** @typedef {{reparam: Float64Array, score: Float64Array, baseline: Float64Array}} GradientTerms one-sample estimates [g1, g2, …] */

export const POINTS_PER_SAMPLE = 5; // the sample itself, and its four neighbours for the differences
const LARGEST_STEP = 0.002;
const STEP_SHARE = 0.1; // of σ

/** Half the distance between the points of a difference, along each axis. @param {Gaussian} q @returns {Pair} */
export function differenceSteps({std}) {
  return [Math.min(LARGEST_STEP, STEP_SHARE * std[0]), Math.min(LARGEST_STEP, STEP_SHARE * std[1])];
}

/** Where f must be known: for each sample z, z ± h₁e₁ and z ± h₂e₂. @param {Gaussian} q @param {ArrayLike<number>} epsilon [ε1, ε2, …] */
export function differencePoints(q, epsilon) {
  const [h1, h2] = differenceSteps(q);
  const count = epsilon.length / 2;
  const points = new Float32Array(2 * POINTS_PER_SAMPLE * count);
  for (let k = 0; k < count; k++) {
    const z = [0, 1].map((axis) => q.mu[axis] + q.std[axis] * epsilon[2 * k + axis]);
    points.set([z[0], z[1], z[0] + h1, z[1], z[0] - h1, z[1], z[0], z[1] + h2, z[0], z[1] - h2], 2 * POINTS_PER_SAMPLE * k);
  }
  return points;
}

/**
 * One-sample estimates from the values of f at `differencePoints`. The baseline of each sample is the mean of f over the others,
 * so that it does not depend on the sample and the estimate stays unbiased.
 * @param {Gaussian} q @param {ArrayLike<number>} epsilon @param {ArrayLike<number>} points the differencePoints, as rounded @param {ArrayLike<number>} values of f there
 * @returns {GradientTerms}
 */
export function gradientTerms(q, epsilon, points, values) {
  const count = epsilon.length / 2;
  let sum = 0;
  for (let k = 0; k < count; k++) sum += values[POINTS_PER_SAMPLE * k];
  const terms = {reparam: new Float64Array(2 * count), score: new Float64Array(2 * count), baseline: new Float64Array(2 * count)};
  for (let k = 0; k < count; k++) {
    const at = POINTS_PER_SAMPLE * k;
    const value = values[at];
    const others = count > 1 ? (sum - value) / (count - 1) : 0;
    for (const axis of [0, 1]) {
      const [plus, minus] = [at + 1 + 2 * axis, at + 2 + 2 * axis];
      const score = epsilon[2 * k + axis] / q.std[axis];
      terms.reparam[2 * k + axis] = (values[plus] - values[minus]) / (points[2 * plus + axis] - points[2 * minus + axis]);
      terms.score[2 * k + axis] = value * score;
      terms.baseline[2 * k + axis] = (value - others) * score;
    }
  }
  return terms;
}

/** Means over groups of n samples: estimates with n samples each. @param {Float64Array} terms [g1, g2, …] @param {number} n @returns {Float64Array} */
export function groupMeans(terms, n) {
  const groups = Math.floor(terms.length / 2 / n);
  const means = new Float64Array(2 * groups);
  for (let k = 0; k < groups * n; k++) {
    for (const axis of [0, 1]) means[2 * Math.floor(k / n) + axis] += terms[2 * k + axis] / n;
  }
  return means;
}

/** The variance of estimates [g1, g2, …], summed over both components. @param {Float64Array} estimates */
export function totalVariance(estimates) {
  const count = estimates.length / 2;
  let total = 0;
  for (const axis of [0, 1]) {
    let [mean, sum] = [0, 0];
    for (let k = 0; k < count; k++) mean += estimates[2 * k + axis] / count;
    for (let k = 0; k < count; k++) sum += (estimates[2 * k + axis] - mean) ** 2;
    total += sum / (count - 1);
  }
  return total;
}
