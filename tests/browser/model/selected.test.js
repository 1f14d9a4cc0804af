// What a model makes of selected images: the share that stays together on constructed maps, and the mean of decodes.
import assert from "node:assert/strict";
import { test } from "node:test";

import { createIndex } from "../../../dashboard/browser/base/geometry.js";
import { toItsEnd } from "../../../dashboard/browser/base/slices.js";
import { seededUniform } from "../../../dashboard/browser/images/digits.js";
import { NEIGHBOURS, chanceTogether, meanDecoded, neighboursAsked, shareTogether } from "../../../dashboard/browser/model/selected.js";

const uniform = seededUniform(9);
const together = (codes, selected) => toItsEnd(shareTogether(createIndex(codes), codes, Uint32Array.from(selected)));
const range = (from, to) => Array.from({ length: to - from }, (_, i) => from + i);
/** Clouds of as many points each, far from one another. */
const clouds = (count, each) => Float32Array.from({ length: 2 * count * each }, (_, i) => (i % 2 ? 0 : 100 * Math.floor(i / 2 / each)) + uniform());

test("images that lie apart from all others stay together, whole; ones with a stranger to each friend do by half", () => {
  const codes = clouds(3, 40);
  assert.equal(together(codes, range(0, 40)), 1);
  assert.equal(together(codes, range(0, 80)), 1);
  // Pairs of one place each: the nearest of each selected image is selected in half of the pairs.
  const pairs = Float32Array.from([0, 10, 20, 30].flatMap((x) => [x, 0, x, 1]));
  assert.equal(neighboursAsked(2), 1);
  assert.equal(together(pairs, [0, 1]), 1);
  assert.equal(together(pairs, [0, 2]), 0);
});

test("images that are strewn over a map at random stay together as chance has it", () => {
  const strewn = Float32Array.from({ length: 2 * 2000 }, () => uniform());
  const selected = range(0, 400);
  const chance = chanceTogether(400, 2000);
  assert.ok(Math.abs(chance - 399 / 1999) < 1e-12);
  // 400 images, 10 neighbours each: the standard error is about √(p(1 − p)/4000), neighbours being shared.
  assert.ok(Math.abs(together(strewn, selected) - chance) < 4 * Math.sqrt(chance * (1 - chance) / (400 * NEIGHBOURS)) + 0.01);
});

test("all images together are together; one alone has no share", () => {
  const codes = clouds(1, 30);
  assert.equal(together(codes, range(0, 30)), 1);
  assert.equal(chanceTogether(30, 30), 1);
  assert.equal(Number.isNaN(together(codes, [3])), true);
});

test("the mean of decodes is the mean, and no decode of a mean where the decoder bends", () => {
  const network = { pixels: 784, decodeMany: (z) => Float32Array.from({ length: (z.length / 2) * 784 }, (_, i) => z[2 * Math.floor(i / 784)] ** 2) };
  const codes = Float32Array.from({ length: 400 }, (_, i) => (i % 2 ? 9 : i / 2));
  const mean = toItsEnd(meanDecoded(network, codes, Uint32Array.from(range(0, 200))));
  assert.equal(mean.length, 784);
  const wanted = range(0, 200).reduce((sum, i) => sum + i * i, 0) / 200; // decode(mean) would be 99.5² = 9900.25
  assert.ok(mean.every((value) => Math.abs(value - wanted) < 1e-2), `${mean[0]} ${wanted}`);
});
