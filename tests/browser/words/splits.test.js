// Images are called by the split they are of, and every one of them is counted once.
import assert from "node:assert/strict";
import { test } from "node:test";

import { readSplits, readWhole } from "../../../dashboard/browser/model/bundle.js";

import { codesName, imageName, imagesName, ofFirst, placeIn, sampleText, splitsKey } from "../../../dashboard/browser/words/splits.js";

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

test("a map of a sample says so with both counts, and one of all images says nothing", () => {
  const whole = { test: 20_800, validation: 20_800, train: 104_000 };
  assert.equal(sampleText({ test: 10_000 }, whole), "10,000 of 20,800 test images");
  assert.equal(sampleText({ test: 20_800 }, whole), "", "all of its test images");
  assert.equal(sampleText({ test: 5, validation: 2 }, SMALL), "7 of 60 images", "all images are meant where several splits are shown");
  assert.equal(sampleText(SMALL, SMALL), "");
  assert.equal(sampleText({ test: 10_000 }, null), "", "an older file does not say how many there are");
});

test("a legend says both that images are a sample and how their splits are marked", () => {
  assert.equal(splitsKey({ test: 2000 }, { test: 10_000, validation: 10_000, train: 50_000 }), "2,000 of 10,000 test images shown");
  assert.match(splitsKey({ test: 5, validation: 2 }, SMALL), /^7 of 60 images shown: .*5 test .*2 validation$/);
  assert.equal(splitsKey(SMALL, SMALL), splitsKey(SMALL));
  assert.equal(splitsKey(SMALL, null, "", false), "5 test, 5 validation, 50 training", "the marks of classes do not tell splits apart");
});

test("a file that miscounts its data set is refused", () => {
  assert.equal(readWhole(undefined), null);
  assert.deepEqual(readWhole(SMALL), SMALL);
  for (const of of [{ test: -1 }, { other: 3 }, [3], "many", { test: 1.5 }]) assert.throws(() => readWhole(of), /how many images its data set has/);
});
