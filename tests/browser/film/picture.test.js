// @ts-check
// Frames of a film are large enough for a slide whether they show one run or two.
import assert from "node:assert/strict";
import test from "node:test";

import {filmRatio} from "../../../dashboard/browser/film/picture.js";
import {megabytes} from "../../../dashboard/browser/words/numbers.js";

test("a frame fills 1280 × 720 at least one way, and its text is never small", () => {
  for (const [width, height] of [[690, 520], [1362, 520], [690, 700]]) {
    const ratio = filmRatio(width, height);
    assert.ok(ratio >= 1.2);
    assert.ok(ratio * width >= 1280 - 1e-9 || ratio * height >= 720 - 1e-9);
  }
  assert.deepEqual([234_000, 6_340_000, 12_600_000].map(megabytes), ["0.2 MB", "6.3 MB", "13 MB"]);
});
