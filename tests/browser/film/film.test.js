// A film's time, range, codes on their way, and colours; its files against Python's writer.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { blendCodes, bracketOf, mergedSteps, neighbourStep, placeOf, timeTicks } from "../../../dashboard/browser/film/clock.js";
import { decoderOf, momentOf, readCast, readFrame } from "../../../dashboard/browser/film/frame.js";
import { countBeyond, firstRange, rangeTowards, widened } from "../../../dashboard/browser/film/range.js";
import { gifFrame } from "../../../dashboard/browser/base/gif.js";
import { createMapper, NO_COLOUR, paletteOf } from "../../../dashboard/browser/base/quantise.js";
import { runPython } from "../support/python.js";

const STEPS = [0, 1, 2, 3, 4, 6, 8, 104, 135, 2069];

test("time runs with the logarithm of steps", () => {
  assert.equal(placeOf(0), 0);
  STEPS.slice(1).forEach((step, i) => assert.ok(placeOf(step) > placeOf(STEPS[i])));
  assert.ok(placeOf(1000) - placeOf(100) < placeOf(100) * 1.2);
});

test("at an instant nothing lies between, and between two the nearer one counts", () => {
  STEPS.forEach((step, i) => assert.deepEqual({ ...bracketOf(STEPS, placeOf(step)), share: 0 }, { before: i, after: i, share: 0, nearest: i }));
  const early = bracketOf(STEPS, placeOf(104) + 0.4 * (placeOf(135) - placeOf(104)));
  assert.deepEqual([early.before, early.after, early.nearest], [7, 8, 7]);
  assert.ok(Math.abs(early.share - 0.4) < 1e-9);
  assert.equal(bracketOf(STEPS, placeOf(104) + 0.6 * (placeOf(135) - placeOf(104))).nearest, 8);
  assert.deepEqual(bracketOf(STEPS, Infinity), { before: 9, after: 9, share: 0, nearest: 9 });
  assert.deepEqual(bracketOf([5], 0), { before: 0, after: 0, share: 0, nearest: 0 });
});

test("the instants of two reels are one list, through which one goes step by step", () => {
  const all = mergedSteps([[0, 1, 3, 9], [0, 2, 3, 7]]);
  assert.deepEqual(all, [0, 1, 2, 3, 7, 9]);
  let place = placeOf(0);
  const seen = all.map(() => {
    const step = neighbourStep(all, place, 1);
    place = placeOf(step);
    return step;
  });
  assert.deepEqual(seen, [1, 2, 3, 7, 9, 9]);
  assert.equal(neighbourStep(all, placeOf(5), -1), 3);
  assert.equal(neighbourStep(all, placeOf(0), -1), 0);
});

test("codes on their way begin and end exactly at the instants", () => {
  const [from, to] = [Float32Array.of(0.1, -3, 7), Float32Array.of(0.7, 5, -7)];
  assert.deepEqual(blendCodes(from, to, 0, new Float32Array(3)), from);
  assert.deepEqual(blendCodes(from, to, 1, new Float32Array(3)), to);
  assert.deepEqual([...blendCodes(from, to, 0.5, new Float32Array(3))].map((value) => value.toFixed(3)), ["0.400", "1.000", "0.000"]);
});

test("labels of the axis of time are round", () => {
  assert.deepEqual(timeTicks(2069), [0, 10, 100, 1000]);
  assert.deepEqual(timeTicks(7), [0]);
});

/** Codes [0, 0, reach/n, reach/n, …]. */
function diagonal(reach, count = 1000) {
  return Float32Array.from({ length: 2 * count }, (_, i) => (reach * (i >> 1)) / (count - 1));
}

test("a VAE's range is known from the start, unless its codes leave the prior", () => {
  const first = firstRange("vae");
  assert.deepEqual(first, { low: [-4, -4], high: [4, 4] });
  assert.equal(widened(first, "vae", diagonal(4.1)), first, "a few outside do not move the axes");
  const wide = widened(first, "vae", diagonal(11));
  assert.ok(wide.high[0] >= 10.9 && wide.low[0] === -4);
});

test("one far code of a few sets no axis", () => {
  const few = Float32Array.from({ length: 120 }, (_, i) => (i < 2 ? 900 : Math.sin(i)));
  assert.ok(widened(firstRange("ae"), "ae", few).high.every((end) => end < 2));
  const pair = Float32Array.from([3, 3, 1, 1]); // of two codes none is far
  assert.ok(widened(firstRange("ae"), "ae", pair).high.every((end) => end >= 3));
});

test("an autoencoder's range holds all instants and never shrinks", () => {
  let range = firstRange("ae");
  for (const reach of [0.02, 3, 40, -25, 1]) {
    const codes = diagonal(reach);
    const next = widened(range, "ae", codes);
    for (const axis of [0, 1]) assert.ok(next.low[axis] <= range.low[axis] && next.high[axis] >= range.high[axis]);
    assert.ok(countBeyond(codes, next) <= 0.004 * 1000);
    assert.equal(widened(next, "ae", codes), next, "the same codes again change nothing");
    range = next;
  }
  assert.deepEqual(rangeTowards(firstRange("ae"), range, 1), range);
  assert.equal(rangeTowards(firstRange("ae"), { low: [-2.5, 0], high: [1.5, 2] }, 0.5).low[0], -1.5);
});

const pack = (red, green, blue) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

test("few colours come back as they are, a rare one among them", () => {
  const colours = [pack(255, 255, 255), pack(20, 20, 20), pack(63, 144, 218)];
  const picture = Uint32Array.from({ length: 5000 }, (_, i) => (i < 3 ? colours[2] : colours[i & 1]));
  const palette = paletteOf([picture]);
  const indices = createMapper(palette)(picture);
  assert.deepEqual([...indices].map((index) => palette[index]), [...picture]);
});

test("many colours are each near one of the palette, which has one index to spare", () => {
  const picture = Uint32Array.from({ length: 40_000 }, (_, i) => pack((i * 7) & 255, (i * 13) >> 3 & 255, (i >> 5) & 255));
  const palette = paletteOf([picture]);
  const indices = createMapper(palette)(picture);
  assert.ok(!indices.includes(NO_COLOUR));
  const away = picture.reduce((sum, colour, i) => sum + [0, 8, 16].reduce((one, shift) => one + Math.abs((colour >> shift & 255) - (palette[indices[i]] >> shift & 255)), 0), 0);
  assert.ok(away / picture.length / 3 < 14, `on average ${away / picture.length / 3} of 255 off`);
});

test("a GIF's frame says which index keeps what was there", () => {
  const frame = new Uint8Array(64).fill(7);
  assert.deepEqual([...gifFrame(8, 8, frame, 4).subarray(0, 8)], [0x21, 0xf9, 4, 0, 4, 0, 0, 0]);
  assert.deepEqual([...gifFrame(8, 8, frame, 300, NO_COLOUR).subarray(0, 8)], [0x21, 0xf9, 4, 5, 44, 1, 255, 0]);
});

const folder = runPython("film.py");
const told = JSON.parse(readFileSync(join(folder, "film.json"), "utf8"));
const bytesOf = (name) => new Uint8Array(readFileSync(join(folder, name)));
const near = (got, want, least) => got.forEach((value, i) => assert.ok(Math.abs(value - want[i]) <= least, `${value} is not ${want[i]}`));

for (const kind of ["vae", "ae"]) {
  test(`a frame of a ${kind} holds codes, numbers and a decoder`, () => {
    const bytes = bytesOf(`${kind}.frame`);
    const frame = readFrame(bytes);
    const want = told[kind];
    assert.deepEqual([frame.kind, frame.step, frame.std !== null], [kind, want.step, kind === "vae"]);
    assert.equal(frame.noise, want.noise && Math.fround(want.noise));
    near([...frame.codes], want.codes, want.quantum);
    const { nll, kl } = want.training;
    assert.deepEqual(frame.training, kind === "vae" ? { ...want.training, elbo: -(nll + kl) } : want.training);
    assert.deepEqual(frame.heldOut, want.held_out);
    assert.equal(frame.heldOut?.kl === undefined, kind === "ae");
    const decoder = decoderOf(bytes);
    near([...decoder.decode(0.3, -0.2)], want.decoded, 1e-5);
    assert.throws(() => decoder.encode(new Float32Array(784)), /cannot encode/);
    assert.equal(momentOf(frame, null), frame);
    const later = { training: { step: 99, nll: 5, kl: Infinity }, held_out: null };
    assert.deepEqual(momentOf(frame, later), { training: { step: 99, nll: 5 }, heldOut: null }, "what the page tells of the moment, newer or not");
  });
}

test("a decoder takes the memory of one before it, and leaves nothing of it there", () => {
  const first = decoderOf(bytesOf("ae.frame"));
  const second = decoderOf(bytesOf("vae.frame"), first);
  assert.equal(second.kernel.heap, first.kernel.heap);
  near([...second.decode(0.3, -0.2)], told.vae.decoded, 1e-5);
});

test("the cast holds the images that the codes are of", async () => {
  const cast = readCast(bytesOf("cast"));
  assert.equal(cast.count, told.cast.count);
  assert.deepEqual([...cast.labels.subarray(0, 20)], told.cast.labels);
  const images = await cast.images;
  assert.equal(images.length, 784 * cast.count);
  assert.deepEqual([...images.subarray(0, 784)], told.cast.first);
});

test("what is no frame, or is cut short, is refused by name", () => {
  const bytes = bytesOf("vae.frame");
  assert.throws(() => readFrame(bytesOf("cast")), /does not belong to a film/);
  assert.throws(() => readCast(bytes), /does not belong to a film/);
  for (const length of [0, 7, 100, bytes.length - 1]) assert.throws(() => readFrame(bytes.subarray(0, length)), /cannot be used/);
});
