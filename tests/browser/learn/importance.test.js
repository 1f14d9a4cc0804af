// k-hat and effective samples: known tails, and the numbers of tests/engine/stored/test_importance.py.
import assert from "node:assert/strict";
import { test } from "node:test";

import { effectiveSamples, kHat, kHatText } from "../../../dashboard/browser/learn/maths/importance.js";

/** Shape of a tail, and k-hat of its 2,000 quantiles: tests/engine/stored/test_importance.py has the same. */
const KNOWN = [[0.2, 0.2267561866075436], [0.7, 0.6786439979721473], [1.2, 1.1305491440927478]];

/** Log weights at the quantiles of a Pareto distribution of some shape. */
function quantiles(shape, count) {
  return Float64Array.from({ length: count }, (_, k) => -shape * Math.log((k + 0.5) / count));
}

test("k-hat of a Pareto tail is its shape, and the number that Python gives", () => {
  for (const [shape, known] of KNOWN) {
    const found = kHat(quantiles(shape, 2000));
    assert.ok(Math.abs(found - known) < 1e-9, `${found}`);
    assert.ok(Math.abs(found - shape) < 0.12, `${found}`);
  }
});

test("equal weights are exact and not infinite; one that is everything is infinitely bad; few tell nothing", () => {
  assert.equal(kHatText(kHat(new Float64Array(500).fill(-130))), "exact");
  assert.equal(effectiveSamples(new Float64Array(500).fill(-130)), 500);
  assert.equal(kHatText(kHat(Float64Array.from({ length: 500 }, (_, k) => (k ? -1000 : 0)))), "∞");
  assert.equal(kHatText(kHat(quantiles(1, 20))), "none");
});

test("effective samples are those of weights one can count", () => {
  assert.ok(Math.abs(effectiveSamples(Float64Array.from({ length: 50 }, (_, k) => (k < 40 ? -1e4 : 0))) - 10) < 1e-9);
});
