// The pace of a film: what glides leaves frames out, what a hand asks for comes in the next.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { createFrameLoop } from "../../../dashboard/browser/film/loop.js";

const FRAME = 1000 / 60;
/** @type {((now: number) => void)[]} */
let asked = [];
let now = 0;

beforeEach(() => {
  [asked, now] = [[], 100];
  globalThis.requestAnimationFrame = (tick) => asked.push(tick);
});
afterEach(() => delete globalThis.requestAnimationFrame);

/** @param {number} count frames of the screen */
function pass(count) {
  for (let i = 0; i < count; i++) {
    now += FRAME;
    for (const tick of asked.splice(0)) tick(now);
  }
}

/** @param {number} pace */
function drawing(pace) {
  const elapsed = [];
  const loop = createFrameLoop((_, since) => elapsed.push(since) > 0, () => pace);
  loop.invalidate();
  return { loop, elapsed };
}

test("without a pace every frame of the screen is drawn", () => {
  const { elapsed } = drawing(0);
  pass(10);
  assert.equal(elapsed.length, 10);
});

test("at a pace of two frames every second one is drawn, and knows how much time has passed", () => {
  const { elapsed } = drawing(33);
  pass(11);
  assert.equal(elapsed.length, 6);
  for (const since of elapsed.slice(1)) assert.ok(Math.abs(since - 2 * FRAME) < 1e-9);
});

test("what a hand asks for is drawn in the next frame whatever the pace", () => {
  const { loop, elapsed } = drawing(1000);
  pass(5);
  assert.equal(elapsed.length, 1);
  loop.touched({ timeStamp: now });
  pass(1);
  assert.equal(elapsed.length, 2);
  pass(5);
  assert.equal(elapsed.length, 2);
});
