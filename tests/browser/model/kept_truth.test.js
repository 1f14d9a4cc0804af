// What a page says of a test image is what was measured of it, wherever that is kept.
import assert from "node:assert/strict";
import { test } from "node:test";

import { asKept, gapsAsKept, keptTruth, withElbo } from "../../../dashboard/browser/model/kept_truth.js";

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

test("what a page found of an image is said in the numbers kept of it, and no q comes closer to them than it was", () => {
  const bound = (elbo) => ({ mu: [0, 1], std: [0.1, 0.1], elbo, kl: 7.5, nll: -elbo - 7.5 });
  const found = { logPx: -136.02, encoder: bound(-137.61), best: bound(-136.52), path: [bound(-137.61), bound(-136.6)] };
  const kept = keptTruth(points, 1);
  const [truth, gaps] = [asKept(found, kept), gapsAsKept(found, kept)];
  for (const said of [truth, gaps]) assert.deepEqual([said.logPx, said.encoder.elbo], [kept.logPx, kept.elbo]);
  const close = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} for ${b}`);
  close(gaps.logPx - gaps.best.elbo, found.logPx - found.best.elbo);
  close(gaps.logPx - gaps.path[1].elbo, found.logPx - found.path[1].elbo);
  close(gaps.best.nll + gaps.best.kl, -gaps.best.elbo);
  assert.equal(asKept(found, null), found);
});
