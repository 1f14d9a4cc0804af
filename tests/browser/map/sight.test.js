// What a map says of its codes: every one that the legend shows is in sight or out of it, and pictures are counted among those in sight.
import assert from "node:assert/strict";
import { test } from "node:test";

import { mapKey } from "../../../dashboard/browser/map/key.js";
import { sheetsOf, sightTexts, tintOf } from "../../../dashboard/browser/map/points.js";
import { CLASS_COLOURS, wordColour, worthColours } from "../../../dashboard/browser/base/palette.js";
import { initialState } from "../../../dashboard/browser/state/state.js";

const codes = Float32Array.of(0, 0, 0.5, 0.5, -0.9, 0.2, 3, 0, 0, -7);
const bundle = { name: "model", kind: "vae", points: { codes, labels: Uint8Array.of(0, 1, 1, 0, 1), splits: { test: 5 } } };
const model = { title: "VAE", name: "model", bundle };
const view = { scale: 100, cx: 0, cy: 0, width: 200, height: 200 }; // −1 … 1
const state = initialState(1);

test("codes in and out of sight add up, by class, and pictures beyond the edge count for none", () => {
  assert.deepEqual(sightTexts(model, view, state), ["2 test codes out of sight"]);
  assert.deepEqual(sightTexts(model, view, state, [1, 2, 3]), ["2 test codes out of sight", "2 of 3 in sight as pictures"]);
  assert.deepEqual(sightTexts(model, view, { ...state, classes: [1] }, [1]), ["1 test code out of sight", "1 of 2 in sight as a picture"]);
  assert.deepEqual(sightTexts(model, { ...view, scale: 10 }, state), []);
  assert.deepEqual(sightTexts(model, view, { ...state, layers: { ...state.layers, points: false } }, [1]), []);
});

test("a saved map has these lines above its classes, whose colours it tells only where the codes have them", () => {
  const plain = mapKey(model, state, view, 10, () => 60, { pictured: [1, 2] });
  assert.deepEqual(plain.lines.slice(-2), ["2 test codes out of sight", "2 of 3 in sight as pictures"]);
  assert.ok(plain.entries[0].y > plain.lines.length * plain.line && plain.height > plain.entries[0].y);
  assert.equal(plain.entries[1].colour, CLASS_COLOURS[1]);
  assert.ok(mapKey(model, state, view, 10, () => 6, { worth: { shares: null } }).entries.every(({ colour }) => colour === null));
});

test("codes have the colour of their class, or of their number, or none", () => {
  const theme = { dark: false, muted: "grey" };
  const byClass = tintOf(bundle, null, theme);
  assert.deepEqual(Array.from(byClass.of, (at) => byClass.colours[at]), Array.from(bundle.points.labels, (label) => CLASS_COLOURS[label]));
  const byNumber = tintOf(bundle, { shares: Float32Array.of(0, 1, 0.5, 0.25, 0.75) }, theme);
  assert.deepEqual([byNumber.colours, [...byNumber.of]], [worthColours(false), [0, 31, 16, 8, 23]]);
  const none = tintOf(bundle, { shares: null }, theme);
  assert.deepEqual([none.colours, new Set(none.of)], [["grey"], new Set([0])]);
});

test("what is not given is grey: no word beside it has a greyish colour, and no number the colour of another", () => {
  const theme = { dark: false, muted: "grey" };
  const worth = { name: "column:hand", words: ["both", "left", "right"], values: Uint8Array.of(2, 0, 255, 1, 2), shares: null, absent: 1 };
  const { colours, of } = tintOf(bundle, worth, theme);
  assert.deepEqual(Array.from(of, (at) => colours[at]), [wordColour(2, true), wordColour(0, true), "grey", wordColour(1, true), wordColour(2, true)]);
  assert.deepEqual(tintOf(bundle, { ...worth, values: Uint8Array.of(2, 0, 0, 1, 2), absent: 0 }, theme).colours.slice(0, 3), CLASS_COLOURS.slice(0, 3));
  const greyish = (colour) => Math.max(...[1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))) - Math.min(...[1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))) <= 51;
  const vivid = new Set(Array.from({ length: 100 }, (_, place) => wordColour(place, true)));
  assert.ok(vivid.size === 8 && ![...vivid].some(greyish) && CLASS_COLOURS.filter(greyish).length === 2);
  const numbers = tintOf(bundle, { shares: Float32Array.of(0, 1, NaN, 0.25, 0.75), absent: 1 }, theme);
  assert.deepEqual([numbers.colours[numbers.of[2]], numbers.colours[numbers.of[1]]], ["grey", worthColours(false).at(-1)]);
  const key = mapKey(model, state, view, 10, () => 6, { worth });
  assert.deepEqual(key.entries.map(({ text, colour }) => [text, colour]), [["both", wordColour(0, true)], ["left", wordColour(1, true)], ["right", wordColour(2, true)], ["1 not given", null]]);
  assert.match(key.lines.at(-1), /Colours: hand/);
});

test("a word that is pointed at leaves the others faint", () => {
  const tint = tintOf(bundle, { words: ["a", "b"], values: Uint8Array.of(0, 1, 255, 1, 0), absent: 1 }, { muted: "grey" });
  const [faint, strong] = sheetsOf({ state: { ...state, lit: 1 }, model, marks: null, tint });
  const shown = ({ shown }) => [0, 1, 2, 3, 4].filter((i) => shown(bundle.points.labels[i], i));
  assert.deepEqual([shown(faint), shown(strong), faint.strength < strong.strength], [[0, 2, 4], [1, 3], true]);
  assert.equal(sheetsOf({ state, model, marks: null, tint }).length, 1);
});
