// Images whose posterior the lattice cannot hold: a number where it can be followed, else a sentence; never a fault of the program.
import assert from "node:assert/strict";
import { test } from "node:test";

import { PlainError } from "../../../dashboard/browser/base/errors.js";
import { Inference } from "../../../dashboard/browser/exact/posterior.js";
import { toItsEnd } from "../../../dashboard/browser/base/slices.js";
import { knownNetwork } from "../support/lesson_models.js";

const LOG_PX = -100;

/** The posterior is a Gaussian at a place, known in closed form, and so is log p(x). */
function inferenceAt(mu, logPx = LOG_PX) {
  const network = knownNetwork({ mu, std: [0.3, 0.3] }, logPx);
  network.likelihood.statisticsWidth = 1;
  network.encode = () => ({ mu, std: [0.3, 0.3] });
  network.likelihood.statistics = () => new Float32Array(1);
  network.likelihood.natural = (raw) => network.likelihood.logProb(null, raw);
  const inference = new Inference(network, { count: 0, codes: new Float32Array(0), std: null });
  toItsEnd(inference.prepare());
  return inference;
}

const X = new Float32Array(784);

test("beyond the coarse lattice there is nothing at once, and the exact answer where the mass is followed to", () => {
  const inference = inferenceAt([7.5, 0]);
  assert.equal(inference.coarse(X), null);
  assert.ok(Math.abs(toItsEnd(inference.exact(X)).logPx - LOG_PX) < 0.01);
});

for (const mu of [[11.9, 0], [30, 5], [-500, 500]]) {
  test(`a posterior at ${mu} is refused in a sentence`, () => {
    const inference = inferenceAt(mu);
    assert.equal(inference.coarse(X), null);
    assert.throws(() => toItsEnd(inference.exact(X)), (error) => error instanceof PlainError && /farther than 12 prior standard deviations/.test(error.message));
  });
}

test("so is a decoder that gives no number", () => {
  const inference = inferenceAt([0, 0], NaN);
  assert.equal(inference.coarse(X), null);
  assert.throws(() => toItsEnd(inference.exact(X)), PlainError);
});
