// Pictures in place of dots: none overlap, none flicker while a map is moved or closed in on, and none hides a crowd.
import assert from "node:assert/strict";
import { test } from "node:test";

import { seededNormal } from "../../../dashboard/browser/images/digits.js";
import { createThinning, NEVER } from "../../../dashboard/browser/base/thinning.js";

const MOST_HIDDEN = 40;
const SIZES = Array.from({ length: 30 }, (_, i) => 2 * 0.8 ** i);
const everyone = () => true;

function cloud(count, seed = 1) {
  const normal = seededNormal(seed);
  return Float32Array.from(Array.from({ length: count }, normal).flat());
}

/** Who has a picture of a size. */
function pictured(thinning, size) {
  const level = thinning.level(size);
  return [...thinning.since.keys()].filter((i) => thinning.since[i] <= level);
}

const apart = (codes, i, j) => Math.max(Math.abs(codes[2 * i] - codes[2 * j]), Math.abs(codes[2 * i + 1] - codes[2 * j + 1]));

test("pictures never overlap, and cover few other codes", () => {
  const codes = cloud(3000);
  const thinning = createThinning(codes, everyone, Infinity);
  for (const size of SIZES) {
    const shown = pictured(thinning, size);
    for (let a = 0; a < shown.length; a++) for (let b = 0; b < a; b++) assert.ok(apart(codes, shown[a], shown[b]) >= size, `${size}`);
    for (const i of shown.slice(0, 200)) {
      let hidden = -1;
      for (let j = 0; j < codes.length / 2; j++) if (apart(codes, i, j) < size / 2) hidden++;
      assert.ok(hidden <= MOST_HIDDEN, `${size}: ${hidden}`);
    }
  }
});

test("who has a picture keeps it closer up, and depends on nothing else that is seen", () => {
  const codes = cloud(3000);
  const [thinning, backwards] = [createThinning(codes, everyone, Infinity), createThinning(codes, everyone, Infinity)];
  backwards.level(SIZES[SIZES.length - 1]); // closest first
  let before = new Set();
  for (const size of SIZES) {
    const shown = pictured(thinning, size);
    for (const i of before) assert.ok(shown.includes(i), `${i} at ${size}`);
    before = new Set(shown);
    assert.deepEqual(pictured(backwards, size), shown);
  }
  assert.ok(before.size > 2000, `${before.size}`);
});

test("where there is room for one more, there is one: what is left out overlaps or hides a crowd", () => {
  const codes = cloud(800, 2);
  const thinning = createThinning(codes, everyone, Infinity);
  const size = 0.02;
  thinning.level(size);
  const exact = 2 ** (-thinning.level(size) / 4); // in units of the first size
  const first = Math.max(...[0, 1].map((axis) => Math.max(...codes.filter((_, i) => i % 2 === axis)) - Math.min(...codes.filter((_, i) => i % 2 === axis)))) / 8;
  const shown = new Set(pictured(thinning, size));
  for (let i = 0; i < codes.length / 2; i++) {
    if (shown.has(i)) continue;
    const overlaps = [...shown].some((j) => apart(codes, i, j) < exact * first * (1 + 1e-6));
    let hidden = -1;
    for (let j = 0; j < codes.length / 2; j++) if (apart(codes, i, j) < exact * first / 2) hidden++;
    assert.ok(overlaps || hidden > MOST_HIDDEN, `${i}`);
  }
});

test("only those with an image are shown, and only of the classes that are; hidden classes hide nothing", () => {
  const codes = cloud(2000, 3);
  const odd = (i) => i % 2 === 1;
  const shown = pictured(createThinning(codes, odd, 500), 0.05);
  assert.ok(shown.length > 50 && shown.every((i) => i % 2 === 1 && i < 500));
  const crowd = Float32Array.from([0, 0, 5, 5, ...Array.from({ length: 200 }, () => [0.001, 0.001]).flat()]);
  assert.deepEqual(pictured(createThinning(crowd, (i) => i < 2, Infinity), 0.1), [0, 1]);
  assert.deepEqual(pictured(createThinning(crowd, everyone, Infinity), 0.1), [1], "a crowd that is there is not hidden");
});

test("far away there are none; codes on one place have one; one code or none is no trouble", () => {
  const codes = cloud(100);
  assert.deepEqual(pictured(createThinning(codes, everyone, Infinity), 100), []);
  const same = new Float32Array(60).fill(0.5);
  assert.deepEqual(pictured(createThinning(same, everyone, Infinity), 1e-9), [0]);
  assert.deepEqual(pictured(createThinning(Float32Array.of(1, 2), everyone, Infinity), 1e-8), [0]);
  assert.deepEqual(pictured(createThinning(new Float32Array(), everyone, Infinity), 1), []);
  assert.ok([...createThinning(codes, everyone, Infinity).since].every((since) => since === NEVER));
});

test("settling 60,000 codes down to a size on the screen takes a fraction of a second", () => {
  const codes = cloud(60_000, 4);
  const began = performance.now();
  const thinning = createThinning(codes, everyone, 10_000);
  thinning.level(0.02);
  assert.ok(performance.now() - began < 3000);
});
