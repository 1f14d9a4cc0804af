// Images are called by the split they are of, and every one of them is counted once.
import assert from "node:assert/strict";
import { test } from "node:test";

import { readSplits } from "../../../dashboard/browser/model/bundle.js";

import { codesName, imageName, imagesName, ofFirst, placeIn, splitsKey } from "../../../dashboard/browser/words/splits.js";

const SMALL = { test: 5, validation: 5, train: 50 };

test("each image of a small set belongs to one split and has a number there", () => {
  const places = Array.from({ length: 60 }, (_, i) => placeIn(SMALL, i));
  for (const [split, count] of Object.entries(SMALL)) {
    assert.deepEqual(places.filter((one) => one.split === split).map((one) => one.number), Array.from({ length: count }, (_, i) => i));
  }
  assert.equal(imageName(SMALL, 3), "test image 3");
  assert.equal(imageName(SMALL, 5), "validation image 0");
  assert.equal(imageName(SMALL, 59), "training image 49");
});

test("a set of test images alone has no key of splits", () => {
  assert.deepEqual([splitsKey({ test: 10_000 }), codesName({ test: 1 }), imagesName({ test: 1 })], ["", "test codes", "test images"]);
  assert.equal(imageName({ test: 10_000 }, 1234), "test image 1234");
  assert.deepEqual([codesName(SMALL), imagesName(SMALL)], ["codes", "images"]);
  assert.match(splitsKey(SMALL), /5 test .*5 validation .*50 training/);
});

test("the first of a list are of its first splits", () => {
  assert.deepEqual(ofFirst(SMALL, 60), SMALL);
  assert.deepEqual(ofFirst(SMALL, 7), { test: 5, validation: 2 });
});

test("a file that does not say so has test images; one that counts otherwise is refused", () => {
  assert.deepEqual(readSplits(undefined, 7), { test: 7 });
  assert.deepEqual(readSplits(SMALL, 60), SMALL);
  for (const wrong of [{ test: 6 }, { test: 60, other: 0 }, { test: -1, train: 61 }, [60], null, { test: 59.5, train: 0.5 }]) {
    assert.throws(() => readSplits(wrong, 60), /of which splits/);
  }
});
