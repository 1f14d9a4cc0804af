// Pictures in place of dots: none overlap, none flicker while a map is moved or closed in on, and none hides a crowd.
import assert from "node:assert/strict";
import { test } from "node:test";

import { seededNormal } from "../../../dashboard/browser/images/digits.js";
import { toItsEnd } from "../../../dashboard/browser/base/slices.js";
import { NEVER, sizeNumber, thinOut } from "../../../dashboard/browser/base/thinning.js";

const MOST_HIDDEN = 40;
const SIZES = Array.from({ length: 30 }, (_, i) => 2 * 0.8 ** i);
const everyone = () => true;

function cloud(count, seed = 1) {
  const normal = seededNormal(seed);
  return Float32Array.from(Array.from({ length: count }, normal).flat());
}

/** The range of codes. */
function rangeOf(codes) {
  const axis = (k) => codes.filter((_, i) => i % 2 === k);
  return { low: [0, 1].map((k) => Math.min(...axis(k))), high: [0, 1].map((k) => Math.max(...axis(k))) };
}

/** Says who has a picture of a size. */
function thinned(codes, there = everyone, images = Infinity) {
  const range = rangeOf(codes);
  const since = toItsEnd(thinOut({ codes, ...range }, there, images));
  return (size) => [...since.keys()].filter((i) => since[i] <= sizeNumber(size, range));
}

/** How many others lie under the picture of a code. */
function hiddenBy(codes, i, size) {
  let hidden = -1; // not itself
  for (let j = 0; j < codes.length / 2; j++) if (apart(codes, i, j) < size / 2) hidden++;
  return hidden;
}

const apart = (codes, i, j) => Math.max(Math.abs(codes[2 * i] - codes[2 * j]), Math.abs(codes[2 * i + 1] - codes[2 * j + 1]));

test("pictures never overlap, and cover few other codes", () => {
  const codes = cloud(3000);
  const pictured = thinned(codes);
  for (const size of SIZES) {
    const shown = pictured(size);
    for (let a = 0; a < shown.length; a++) for (let b = 0; b < a; b++) assert.ok(apart(codes, shown[a], shown[b]) >= size, `${size}`);
    for (const i of shown.slice(0, 200)) assert.ok(hiddenBy(codes, i, size) <= MOST_HIDDEN, `${size}`);
  }
});

test("who has a picture keeps it closer up, and in the end most have one", () => {
  const pictured = thinned(cloud(3000));
  let before = [];
  for (const size of SIZES) {
    const shown = new Set(pictured(size));
    for (const i of before) assert.ok(shown.has(i), `${i} at ${size}`);
    before = [...shown];
  }
  assert.ok(before.length > 2000, `${before.length}`);
});

test("where there is room for one more, there is one: what is left out overlaps or hides a crowd", () => {
  const codes = cloud(800, 2);
  const { low, high } = rangeOf(codes);
  const size = Math.max(high[0] - low[0], high[1] - low[1]) / 8 / 2 ** 4;
  const shown = thinned(codes)(size);
  const isShown = new Set(shown);
  for (let i = 0; i < codes.length / 2; i++) {
    if (!isShown.has(i)) assert.ok(shown.some((j) => apart(codes, i, j) < size * (1 + 1e-6)) || hiddenBy(codes, i, size) > MOST_HIDDEN, `${i}`);
  }
});

test("only those with an image are shown, of the classes that are on the map; the others hide nothing", () => {
  const shown = thinned(cloud(2000, 3), (i) => i % 2 === 1, 500)(0.05);
  assert.ok(shown.length > 50 && shown.every((i) => i % 2 === 1 && i < 500));
  const crowd = Float32Array.from([0, 0, 5, 5, ...Array.from({ length: 200 }, () => [0.001, 0.001]).flat()]);
  assert.deepEqual(thinned(crowd, (i) => i < 2)(0.1), [0, 1]);
  assert.deepEqual(thinned(crowd)(0.1), [1], "a crowd that is there is not hidden");
});

test("far away there are none; of codes on one place the crowd decides; one code or none is no trouble", () => {
  assert.deepEqual(thinned(cloud(100))(100), []);
  assert.deepEqual(thinned(new Float32Array(60).fill(0.5))(1e-9), [0]);
  assert.deepEqual(thinned(new Float32Array(600).fill(0.5))(1e-9), []);
  assert.deepEqual(thinned(Float32Array.of(1, 2))(1e-8), [0]);
  const none = toItsEnd(thinOut({ codes: cloud(10), low: [-9, -9], high: [9, 9] }, () => false, Infinity));
  assert.ok(none.every((since) => since === NEVER));
});
