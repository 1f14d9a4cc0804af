// Codes on their way from what was shown to where they belong.
import assert from "node:assert/strict";
import { test } from "node:test";

import { createGlide } from "../../../dashboard/browser/film/glide.js";

const FRAME = 1000 / 60; // milliseconds

test("whoever goes on in each frame has the codes close behind, and at their place soon after he stops", () => {
  const glide = createGlide();
  const target = Float32Array.of(0, 0);
  let shown = target;
  for (let frame = 1; frame <= 240; frame++) {
    const before = Float32Array.from(shown);
    target.set([frame / 240, -frame / 240]);
    glide.begin(before, target, 1e-3);
    shown = glide.move(target, FRAME);
  }
  assert.ok(target[0] - shown[0] > 0 && target[0] - shown[0] < 0.03, `${shown[0]} of ${target[0]}`); // a speed of 1 in 4 s, times 110 ms
  assert.ok(Math.abs(shown[0] + shown[1]) < 1e-6);
  for (let frame = 0; frame < 60; frame++) shown = glide.move(target, FRAME);
  assert.equal(shown, target);
});

test("a way is gone by the time, not by the frames", () => {
  const after = (/** @type {number} */ frames) => {
    const glide = createGlide();
    const target = Float32Array.of(1);
    glide.begin(Float32Array.of(0), target, 1e-3);
    let shown = target;
    for (let frame = 0; frame < frames; frame++) shown = glide.move(target, 240 / frames);
    return shown[0];
  };
  assert.ok(Math.abs(after(2) - after(40)) < 1e-5);
  assert.ok(Math.abs(after(2) - (1 - Math.exp(-240 / 110))) < 1e-5);
});

test("a short way is not gone, nor one between codes of other images", () => {
  const glide = createGlide();
  const target = Float32Array.of(1, 2);
  for (const shown of [Float32Array.of(1.0005, 2), Float32Array.of(5)]) {
    glide.begin(shown, target, 1e-3);
    assert.equal(glide.move(target, FRAME), target);
  }
});
