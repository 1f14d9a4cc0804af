// Codes without images come with a bundle, belong to its classes, and are counted in words.
import assert from "node:assert/strict";
import { test } from "node:test";

import { mapKey } from "../../../dashboard/browser/map/key.js";
import { sightTexts } from "../../../dashboard/browser/map/points.js";
import { initialState } from "../../../dashboard/browser/state/state.js";
import { restText, splitsKey } from "../../../dashboard/browser/words/splits.js";

const rest = (/** @type {number} */ count) => ({ count, of: 804_255, codes: new Float32Array(2 * count), labels: new Uint8Array(count) });

test("a legend says how many other images have their codes on the maps", () => {
  assert.equal(restText([null, null]), "");
  assert.equal(restText([rest(804_255), rest(804_255)]), "small dots: the codes of all 804,255 other images");
  assert.equal(restText([rest(4000), rest(804_255)]), "small dots: the codes of 4,000 of 804,255 and of all 804,255 other images");
  assert.equal(restText([rest(804_255), null]), "small dots on one map: the codes of all 804,255 other images", "the other's are still being worked out");
  assert.equal(restText([rest(804_255)], false), "small dots: their codes and those of all 804,255 other images", "under marks those of the images shown are as small");
  assert.equal(restText([rest(4000), null], false), "small dots: their codes, on one map also those of 4,000 of 804,255 other images");
  assert.equal(splitsKey({ test: 10_000 }, { test: 67_854 }, restText([rest(804_255)])), "10,000 of 67,854 test images shown;  small dots: the codes of all 804,255 other images");
});

test("a saved map says so too, and that what it counts as out of sight are codes with images", () => {
  const points = { codes: Float32Array.of(0, 0, 9, 9), labels: Uint8Array.of(0, 0), splits: { test: 2 }, of: { test: 2 } };
  const model = { title: "VAE", name: "m", bundle: { name: "m", kind: "vae", header: { classes: ["a"] }, points, rest: rest(3) } };
  const view = { scale: 100, cx: 0, cy: 0, width: 200, height: 200 };
  assert.deepEqual(sightTexts(model, view, initialState(1)), ["1 test code with an image out of sight"]);
  assert.ok(mapKey(model, initialState(1), view, 10, () => 1).lines.some((line) => line.includes("small dots")));
});
