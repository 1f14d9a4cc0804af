// Both gradient estimators have the same mean, the gradient of the ELBO; their spreads are what they should be.
import assert from "node:assert/strict";
import { test } from "node:test";

import { differencePoints, differenceSteps, gradientTerms, groupMeans, POINTS_PER_SAMPLE, totalVariance } from "../../../dashboard/browser/learn/maths/gradients.js";
import { logGaussian } from "../../../dashboard/browser/learn/maths/sums.js";
import { samplesOf } from "../support/lesson_models.js";

const LOG_PX = -120;
const POSTERIOR = { mu: [0.3, -0.4], std: [0.2, 0.1] };
const Q = { mu: [0.42, -0.45], std: [0.15, 0.12] };
const COUNT = 40_000;

/** One-sample estimates for q where log p(x, z) = LOG_PX + log N(z; POSTERIOR). */
function terms(q, count = COUNT) {
  const { epsilon } = samplesOf(q, count);
  const points = differencePoints(q, epsilon);
  const values = Array.from({ length: points.length / 2 }, (_, k) => LOG_PX + logGaussian(POSTERIOR, points[2 * k], points[2 * k + 1]));
  return { epsilon, points, ...gradientTerms(q, epsilon, points, values) };
}

test("reparameterisation, score function and baseline agree in the mean with the gradient in closed form", () => {
  const found = terms(Q);
  for (const kind of ["reparam", "score", "baseline"]) {
    const mean = groupMeans(found[kind], COUNT);
    const error = 4 * Math.sqrt(totalVariance(found[kind]) / COUNT);
    [0, 1].forEach((axis) => {
      const want = -(Q.mu[axis] - POSTERIOR.mu[axis]) / POSTERIOR.std[axis] ** 2;
      assert.ok(Math.abs(mean[axis] - want) < error, `${kind}: ${mean[axis]} is not ${want} ± ${error}`);
    });
  }
});

test("the difference quotient is the slope at every sample", () => {
  const { points, reparam } = terms(Q, 200);
  for (let k = 0; k < 200; k++) {
    [0, 1].forEach((axis) => {
      const z = points[2 * POINTS_PER_SAMPLE * k + axis];
      const want = -(z - POSTERIOR.mu[axis]) / POSTERIOR.std[axis] ** 2;
      assert.ok(Math.abs(reparam[2 * k + axis] - want) < 0.02, `${reparam[2 * k + axis]} is not ${want}`);
    });
  }
});

test("the score function's variance is orders above, and a baseline takes most of it away", () => {
  const found = terms(Q);
  const [reparam, score, baseline] = ["reparam", "score", "baseline"].map((kind) => totalVariance(found[kind]));
  // Var = Σ σ²/s⁴ for a Gaussian posterior of spread s.
  const want = [0, 1].reduce((sum, axis) => sum + Q.std[axis] ** 2 / POSTERIOR.std[axis] ** 4, 0);
  assert.ok(Math.abs(reparam / want - 1) < 0.05);
  assert.ok(score > 1000 * reparam && baseline < score / 100 && baseline > reparam);
});

test("n samples divide the variance by n", () => {
  const { score } = terms(Q);
  const ratio = totalVariance(score) / totalVariance(groupMeans(score, 16));
  assert.ok(ratio > 14 && ratio < 18, String(ratio));
});

test("differences are taken well within σ", () => {
  assert.deepEqual(differenceSteps({ mu: [0, 0], std: [1, 0.005] }), [0.002, 0.0005]);
});
