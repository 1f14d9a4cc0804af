// The mathematics of the live views against identities and closed forms.
import assert from "node:assert/strict";
import { test } from "node:test";

import { bernoulliPixels, seededNormal, seededUniform } from "../../../dashboard/browser/images/digits.js";
import { inverseNormalCdf, priorMassBeyond } from "../../../dashboard/browser/base/geometry.js";
import { estimatorTerms, histogram, repeatedMeans } from "../../../dashboard/browser/learn/maths/estimators.js";
import { logWeights, runningLogMeans, klToPrior, logGaussian, logJoints, logStandardNormal, logSumExp, meanOf, varianceOf, latticeLogSum, latticePoints, latticeSpacing } from "../../../dashboard/browser/learn/maths/sums.js";
import { boundOf, gaussianBetween } from "../../../dashboard/browser/learn/parts/q.js";
import { drawMany, shareBeyond, STANDARD_NORMAL } from "../../../dashboard/browser/images/draws.js";
import { aggregateWithin, differing, expectedToDiffer, massWithin, normalCdf } from "../../../dashboard/browser/learn/maths/samples.js";
import { ANYTHING, klBetween, knownNetwork, samplesOf } from "../support/lesson_models.js";

const LOG_PX = -123.4;
const POSTERIOR = { mu: [0.7, -1.1], std: [0.21, 0.34] };
const STANDARD = { mu: [0, 0], std: [1, 1] };
const OTHER = { mu: [0.9, -1.3], std: [0.3, 0.2] };

function near(got, want, tolerance, what = "") {
  assert.ok(Math.abs(got - want) <= tolerance, `${what}: ${got} is not ${want}`);
}

test("a Gaussian's density adds up to one on a fine lattice", () => {
  const points = latticePoints(400);
  const values = Array.from({ length: points.length / 2 }, (_, k) => logGaussian(POSTERIOR, points[2 * k], points[2 * k + 1]));
  near(latticeLogSum(values, 400), 0, 1e-4);
});

test("KL to the prior is the mean of log q − log p, and nothing for the prior itself", () => {
  near(klToPrior({ mu: [0, 0], std: [1, 1] }), 0, 1e-12);
  near(klToPrior(OTHER), klBetween(OTHER, { mu: [0, 0], std: [1, 1] }), 1e-12);
  const { z } = samplesOf(OTHER, 40_000);
  const { kl } = estimatorTerms(OTHER, z, new Float64Array(40_000));
  near(meanOf(kl), klToPrior(OTHER), 4 * Math.sqrt(varianceOf(kl) / kl.length));
});

test("log p(x) − ELBO is KL(q ‖ p(z|x)): never negative, and nothing where q is the posterior", () => {
  const network = knownNetwork(POSTERIOR, LOG_PX);
  for (const q of [POSTERIOR, OTHER, { mu: [0.1, 0.1], std: [0.5, 0.05] }]) {
    for (const quick of [true, false]) {
      const { elbo, nll, kl } = boundOf(network, ANYTHING, q, quick);
      near(LOG_PX - elbo, klBetween(q, POSTERIOR), quick ? 0.02 * (1 + klBetween(q, POSTERIOR)) : 1e-3, "gap");
      near(elbo, -(nll + kl), 1e-9);
      near(kl, klToPrior(q), 1e-9);
    }
  }
});

test("estimators A and B have the same mean, the ELBO; neither always spreads less", () => {
  const network = knownNetwork(POSTERIOR, LOG_PX);
  const { z } = samplesOf(OTHER, 40_000);
  const { a, b } = estimatorTerms(OTHER, z, logJoints(network, ANYTHING, z));
  const { elbo } = boundOf(network, ANYTHING, OTHER, false);
  for (const terms of [a, b]) near(meanOf(terms), elbo, 4 * Math.sqrt(varianceOf(terms) / terms.length));
  // Where q is the posterior, A is log p(x) for every sample, and only B has noise.
  const exact = samplesOf(POSTERIOR, 2000);
  const best = estimatorTerms(POSTERIOR, exact.z, logJoints(network, ANYTHING, exact.z));
  near(varianceOf(best.a), 0, 1e-6);
  near(meanOf(best.a), LOG_PX, 1e-3);
  assert.ok(varianceOf(best.b) > 0.1);
  // Where the decoder ignores z, log p(x|z) is constant: B has no noise, A has that of the KL.
  const ignored = samplesOf(OTHER, 2000);
  const collapsed = estimatorTerms(OTHER, ignored.z, Array.from({ length: 2000 }, (_, k) => LOG_PX + logStandardNormal(ignored.z[2 * k], ignored.z[2 * k + 1])));
  near(varianceOf(collapsed.b), 0, 1e-9);
  near(varianceOf(collapsed.a), varianceOf(collapsed.kl), 1e-9);
});

test("means of L samples spread as 1/√L", () => {
  const pool = Float64Array.from(samplesOf(STANDARD, 8192).epsilon.filter((_, k) => k % 2 === 0));
  const spread = (L) => Math.sqrt(varianceOf(repeatedMeans([pool], L, 400, seededUniform(L))[0]));
  near(spread(1), 1, 0.15);
  near(spread(100), 0.1, 0.015);
  const [one, two] = repeatedMeans([pool, pool], 10, 5, seededUniform(3));
  assert.deepEqual(one, two);
});

test("a histogram counts every value once", () => {
  assert.deepEqual([...histogram([-9, 0.1, 0.9, 1.4, 1.6, 99], 0, 2, 4)], [2, 1, 1, 2]);
});

test("a lattice sum converges to log p(x), and misses it while coarser than the posterior", () => {
  const narrow = { mu: [0.51, -1.02], std: [0.05, 0.05] };
  const network = knownNetwork(narrow, LOG_PX);
  const error = (n) => Math.abs(latticeLogSum(logJoints(network, ANYTHING, latticePoints(n)), n) - LOG_PX);
  assert.ok(latticeSpacing(20) > 5 * narrow.std[0] && error(20) > 1);
  assert.ok(error(200) < 1e-3);
});

test("importance sampling is exact for every K when q is the posterior, and rises towards log p(x) otherwise", () => {
  const network = knownNetwork(POSTERIOR, LOG_PX);
  const counts = [1, 2, 7, 100];
  const exact = samplesOf(POSTERIOR, 100);
  for (const value of runningLogMeans(logWeights(POSTERIOR, exact.z, logJoints(network, ANYTHING, exact.z)), counts)) near(value, LOG_PX, 1e-3);
  const repeats = Array.from({ length: 200 }, (_, seed) => {
    const { z } = samplesOf(OTHER, 100, seed);
    const weights = logWeights(OTHER, z, logJoints(network, ANYTHING, z));
    near(runningLogMeans(weights, counts)[3], logSumExp(weights) - Math.log(100), 1e-9);
    return runningLogMeans(weights, counts);
  });
  const means = counts.map((_, i) => meanOf(repeats.map((row) => row[i])));
  means.slice(1).forEach((mean, i) => assert.ok(mean > means[i] && mean < LOG_PX, `${means}`));
});

test("the sum of exponentials survives any size, and nothing sums to nothing", () => {
  near(logSumExp([-1000, -1000]), -1000 + Math.log(2), 1e-12);
  assert.equal(logSumExp([]), -Infinity);
  near(logSumExp([5, 1, 2, 9], 1, 3), Math.log(Math.exp(1) + Math.exp(2)), 1e-12);
});

test("Φ inverts Φ⁻¹", () => {
  for (const p of [0.001, 0.02, 0.3, 0.5, 0.9, 0.9999]) near(normalCdf(inverseNormalCdf(p)), p, 2e-7);
});

test("mass within a radius: the prior's in closed form, others by counting draws", () => {
  const prior = { count: 1, codes: Float32Array.of(0, 0), std: Float32Array.of(1, 1) };
  for (const radius of [0.5, 1, 2, 3]) near(aggregateWithin(prior, radius), 1 - priorMassBeyond(radius), 2e-3);
  for (const q of [POSTERIOR, { mu: [1.4, -1.4], std: [0.4, 0.02] }]) {
    const { z } = samplesOf(q, 40_000);
    let inside = 0;
    for (let k = 0; k < z.length; k += 2) if (Math.hypot(z[k], z[k + 1]) < 1.6) inside++;
    near(massWithin(...q.mu, ...q.std, 1.6), inside / 40_000, 0.012);
  }
  assert.equal(massWithin(9, 0, 0.1, 0.1, 2), 0);
  assert.equal(massWithin(0, 0, 0.1, 0.1, 2), 1);
  const two = { count: 2, codes: Float32Array.of(0, 0, 9, 9), std: Float32Array.of(0.1, 0.1, 0.1, 0.1) };
  assert.equal(aggregateWithin(two, 2), 0.5);
  assert.throws(() => aggregateWithin({ count: 1, codes: Float32Array.of(0, 0), std: null }, 1), /no posterior/);
});

test("draws of another Gaussian are the same draws, moved; the share beyond a distance counts them", () => {
  const [plain, moved] = [drawMany(STANDARD_NORMAL, 50, 3), drawMany({ mean: [1, 2], factor: [2, 0, 3] }, 50, 3)];
  plain.forEach(([a, b], i) => assert.deepEqual(moved[i], [1 + 2 * a, 2 + 3 * b]));
  assert.deepEqual(plain[0], seededNormal(3)());
  assert.equal(shareBeyond([[0, 0], [0, 3], [4, 0], [1, 0]], { distance: (a, b) => Math.hypot(a, b) }, 2), 0.5);
});

test("between two Gaussians μ goes straight and σ geometrically", () => {
  assert.deepEqual(gaussianBetween(POSTERIOR, OTHER, 0), POSTERIOR);
  const half = gaussianBetween(POSTERIOR, OTHER, 0.5);
  near(half.mu[0], 0.8, 1e-12);
  near(half.std[1], Math.sqrt(0.34 * 0.2), 1e-12);
});

test("two draws of x differ on average in as many pixels as 2π(1 − π) adds up to", () => {
  const chances = Float32Array.from({ length: 784 }, (_, i) => (i % 5) / 4);
  const counts = Array.from({ length: 200 }, (_, k) => differing(bernoulliPixels(chances, 2 * k + 1), bernoulliPixels(chances, 2 * k + 2)));
  near(meanOf(counts), expectedToDiffer(chances), 4 * Math.sqrt(varianceOf(counts) / counts.length));
  near(expectedToDiffer([0, 1, 0.5]), 0.5, 1e-12);
});
