// What is said of rounded weights is what the file's header says was found, never less.
import assert from "node:assert/strict";
import { test } from "node:test";

import { roundedWeights } from "../../../dashboard/browser/words/rounding.js";

test("the line of a model says how far its rounded weights may lead, rounded up", () => {
  const means = roundedWeights({rounded: {p: 0.002148836851119995, codes: 0.009430170059204102}});
  assert.match(means, /within 0\.0022 of those of the full weights, and codes within 0\.0095\./);
  assert.match(roundedWeights({rounded: {p: 0.3, codes: 12.01}}), /within 0\.3 of .*codes within 13\./);
});

test("nothing is said of full weights, or where a header does not say", () => {
  for (const header of [{}, {rounded: null}, {rounded: {p: "0"}}, {rounded: {p: -1, codes: 1}}]) assert.equal(roundedWeights(header), "");
});
