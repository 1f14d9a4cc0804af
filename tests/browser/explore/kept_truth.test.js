// What Explore says of a test image is what was measured of it, wherever that is kept.
import assert from "node:assert/strict";
import { test } from "node:test";

import { keptTruth, withElbo } from "../../../dashboard/browser/explore/kept_truth.js";

const points = { truths: { logPx: Float32Array.of(-80, -136.04), elbo: Float32Array.of(-81, -137.65), modes: Uint8Array.of(1, 1) } };

test("the kept numbers are those of the image, and there are none of a drawing or where none were measured", () => {
  const kept = keptTruth(points, 1);
  assert.deepEqual([kept.logPx.toFixed(2), kept.elbo.toFixed(2)], ["-136.04", "-137.65"]);
  assert.equal(keptTruth(points, null), null);
  assert.equal(keptTruth({ truths: null }, 1), null);
});

test("a bound with another ELBO keeps its KL, and its parts still add up", () => {
  const bound = withElbo({ mu: [0, 1], elbo: -137.64, kl: 7.5, nll: 130.14 }, -137.65);
  assert.equal(bound.kl, 7.5);
  assert.equal(bound.nll + bound.kl, 137.65);
  assert.deepEqual(bound.mu, [0, 1]);
});
