// p(x|z) in the browser: its formula, its factors and its entropy are of one density. (That they are the engine's: exact/posterior.test.js.)
import assert from "node:assert/strict";
import { test } from "node:test";

import { PlainError } from "../../../dashboard/browser/base/errors.js";
import { LIKELIHOODS } from "../../../dashboard/browser/model/likelihoods.js";

const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);
const wave = (count, rate) => Float32Array.from({ length: count }, (_, i) => Math.sin(rate * i));

for (const [name, make] of Object.entries(LIKELIHOODS)) for (const pixels of [16, 784, 4096]) {
  test(`${name}, ${pixels} pixels: log p(x|z) is a product of what x says and what z says`, () => {
    const likelihood = make(pixels, 0.3);
    assert.equal(likelihood.rawWidth, name === "gaussian" ? 2 * pixels : pixels);
    const { rawWidth, statisticsWidth } = likelihood;
    const raw = wave(2 * rawWidth, 0.7).map((value) => 3 * value);
    const x = wave(pixels, 0.31).map((value) => value ** 2);
    const statistics = likelihood.statistics(x);
    assert.equal(statistics.length, statisticsWidth);
    for (const [place, at] of [[0, 0], [1, rawWidth]]) {
      const eta = new Float32Array(2 * statisticsWidth);
      const bias = likelihood.natural(raw, at, eta, place, 2);
      const product = statistics.reduce((sum, statistic, s) => sum + statistic * eta[2 * s + place], bias);
      const direct = likelihood.logProb(x, raw, at);
      assert.ok(Math.abs(product - direct) < 1e-5 * Math.max(100, Math.abs(direct)), `${product} is not ${direct}`);
    }
  });
}

for (const noise of [0.05, 0.3, 2]) {
  test(`with a given noise of ${noise} the squared error weighs 1/2σ², and nothing else depends on z`, () => {
    const likelihood = LIKELIHOODS["gaussian-fixed"](784, noise);
    const raw = wave(784, 0.7);
    const x = wave(784, 0.31);
    const error = x.reduce((sum, pixel, i) => sum + (pixel - 1 / (1 + Math.exp(-raw[i]))) ** 2, 0);
    const want = -error / (2 * noise ** 2) - 784 * (Math.log(noise) + HALF_LOG_TAU);
    assert.ok(Math.abs(likelihood.logProb(x, raw, 0) - want) < 1e-6 * Math.abs(want));
    assert.ok(Math.abs(likelihood.entropy(raw, 0) - 784 * (Math.log(noise) + HALF_LOG_TAU + 0.5)) < 1e-6);
  });
}

for (const noise of [undefined, 0, -0.1, NaN]) {
  test(`a noise of ${noise} is refused in a sentence`, () => {
    for (const name of ["gaussian-fixed", "gaussian-linear"]) {
      assert.throws(() => LIKELIHOODS[name](784, noise), (error) => error instanceof PlainError && /noise/.test(error.message));
    }
  });
}

test("means that come through no sigmoid are densities of what they are, and shown within black and white", () => {
  const [fixed, linear] = ["gaussian-fixed", "gaussian-linear"].map((name) => LIKELIHOODS[name](784, 0.4));
  const [raw, x] = [wave(784, 0.7), wave(784, 0.31)];
  const means = raw.map((value) => 1 / (1 + Math.exp(-value)));
  assert.ok(Math.abs(linear.logProb(x, means, 0) - fixed.logProb(x, raw, 0)) < 1e-3);
  assert.deepEqual([-0.2, 0, 0.3, 1.7].map(linear.mean), [0, 0, 0.3, 1]);
});

test("of 4,096 pixels that nobody knows p(x|z) is 2⁻⁴⁰⁹⁶ and the entropy 4,096 bits: no product leaves the range of doubles", () => {
  const [likelihood, bits] = [LIKELIHOODS.bernoulli(4096), 4096 * Math.LN2];
  const raw = new Float32Array(4096);
  assert.ok(Math.abs(likelihood.logProb(raw, raw, 0) + bits) < 1e-8);
  assert.ok(Math.abs(likelihood.entropy(raw, 0) - bits) < 1e-8);
});
