// @ts-check
// The numbers at a shaded layer's scale are those that its colours mean.
import assert from "node:assert/strict";
import test from "node:test";

import {rampShare, rampTexts, rampValues} from "../../../dashboard/browser/map/field_scale.js";

/** @type {import("../../../dashboard/browser/map/backdrop.js").FieldName[]} */
const NAMES = ["density", "distance", "entropy"];

test("the three numbers stand where the ramp has the colours of those values", () => {
  for (const name of NAMES) {
    const [least, most] = [0.25, 8];
    const shares = rampValues({name, least, most}).map((value) => rampShare(name, (value - least) / (most - least)));
    shares.forEach((share, at) => assert.ok(Math.abs(share - at / 2) < 1e-12, `${name}: ${shares}`));
  }
});

test("numbers of a scale are short, and a trace of the largest value is 0", () => {
  assert.deepEqual(rampTexts({name: "density", least: 1e-9, most: 0.2043}), ["0", "0.051", "0.2"]);
  assert.deepEqual(rampTexts({name: "distance", least: 0.0042, most: 12.34}), ["0", "6.2", "12"]);
  assert.deepEqual(rampTexts({name: "entropy", least: 52.1, most: 151.9}), ["52", "102", "152"]);
  assert.deepEqual(rampTexts({name: "entropy", least: -880, most: -700}), ["−880", "−790", "−700"]);
});
