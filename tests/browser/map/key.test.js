// @ts-check
// The key of a saved map says whose it is, what the marks mean and what is out of sight, within the width of the map.
import assert from "node:assert/strict";
import test from "node:test";

import {wrapped} from "../../../dashboard/browser/map/layout/caption.js";
import {mapKey} from "../../../dashboard/browser/map/key.js";
import {initialState} from "../../../dashboard/browser/state/state.js";
import {fileName} from "../../../dashboard/browser/words/files.js";

const VIEW = {scale: 100, cx: 0, cy: 0, width: 400, height: 400};
const widthOf = (/** @type {string} */ text) => 6 * text.length;
/** @param {import("../../../dashboard/browser/model/bundle.js").Splits} splits */
const modelOf = (splits) => /** @type {any} */ ({name: "My strokes", bundle: {kind: "vae", name: "run:3f2a", header: {classes: ["up", "down"]},
  points: {codes: Float32Array.of(0, 0, 1, 1, 9, 9), labels: [0, 1, 1], splits}}});

test("an own run is called by the name that it was given, in the key and as a file", () => {
  const {lines} = mapKey(modelOf({test: 3}), initialState(1), VIEW, 12, widthOf);
  assert.deepEqual(lines, ["Variational autoencoder · My strokes", "1 test code out of sight"]);
  assert.deepEqual(["My strokes", "Übung 3/β=4", "///", "a".repeat(99)].map(fileName), ["My-strokes", "Übung-3-β-4", "model", "a".repeat(60)]);
});

test("where several splits are shown their marks are explained, with the counts of the classes that are on", () => {
  const model = modelOf({test: 1, train: 2});
  const said = (/** @type {object} */ changed) => mapKey(model, {...initialState(1), ...changed}, VIEW, 12, widthOf).lines;
  assert.ok(said({}).includes("● 1 test  ○ 2 training"));
  assert.ok(said({classes: [0]}).includes("● 1 test  ○ 0 training"));
  const {layers} = initialState(1);
  assert.ok(!said({layers: {...layers, glyphs: true}}).some((line) => line.includes("●")), "numerals are one for all splits");
  assert.ok(!said({layers: {...layers, points: false}}).some((line) => line.includes("●")));
});

test("a long line is broken between words and makes the key taller", () => {
  assert.deepEqual(wrapped("one two three", 48, widthOf), ["one two", "three"]);
  assert.deepEqual(wrapped("immeasurable one", 48, widthOf), ["immeasurable", "one"]);
  const long = mapKey({...modelOf({test: 3}), name: "word ".repeat(30).trim()}, initialState(1), VIEW, 12, widthOf);
  assert.ok(long.lines.every((line) => widthOf(line) <= VIEW.width));
  assert.ok(long.height > mapKey(modelOf({test: 3}), initialState(1), VIEW, 12, widthOf).height);
});
