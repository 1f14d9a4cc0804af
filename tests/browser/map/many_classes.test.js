// Codes as the marks of their classes: every code is seen, as a mark where there is room and as a small dot everywhere.
import assert from "node:assert/strict";
import { test } from "node:test";

import { mapKey } from "../../../dashboard/browser/map/key.js";
import { codesAsSvg, smallRadius } from "../../../dashboard/browser/map/points.js";
import { SvgPen } from "../../../dashboard/browser/map/svg_pen.js";
import { initialState } from "../../../dashboard/browser/state/state.js";
import { sharedText } from "../../../dashboard/browser/words/classes.js";

const WIDE = { W: 12, i: 4 };
// A canvas that knows how wide letters are, and nothing else.
globalThis.document = { createElement: () => ({ append() {}, getContext: () => ({ measureText: (text) => ({ width: Array.from(text).reduce((sum, letter) => sum + (WIDE[letter] ?? 8), 0) }) }) }) };

const NAMES = Array.from({ length: 12 }, (_, i) => "WiABCDEFGHJK"[i]);
const VIEW = { scale: 1, cx: 50, cy: 50, width: 100, height: 100 };
const THEME = { dark: false, text: "black", background: "white", muted: "grey", halo: "white", font: "serif" };

function modelOf(codes, labels, names = NAMES) {
  const points = { codes: Float32Array.from(codes), labels: Uint8Array.from(labels), splits: { test: labels.length }, of: null, count: labels.length };
  return { name: "m", low: [0, 0], high: [100, 100], bundle: { name: "m", kind: "vae", header: { classes: names }, points, rest: null } };
}

function drawn(model, state) {
  const pen = new SvgPen();
  codesAsSvg(pen, { context: null, view: VIEW, ratio: 1, theme: THEME, state, model });
  const text = pen.text(100, 100, 1);
  return { dots: text.match(/<circle /g)?.length ?? 0, marks: text.match(/<text /g)?.length ?? 0 };
}

test("a code for whose mark there is no room is seen as a dot", () => {
  const state = initialState(1, true);
  assert.deepEqual(drawn(modelOf([50, 50, 50, 50, 10, 90], [2, 3, 4]), state), { dots: 3, marks: 2 });
  assert.deepEqual(drawn(modelOf([50, 50, 50, 50, 10, 90], [2, 3, 4]), { ...state, classes: [3] }), { dots: 1, marks: 1 });
  assert.deepEqual(drawn(modelOf([50, 50, 50, 50, 10, 90], [2, 3, 4]), initialState(1)), { dots: 3, marks: 0 });
});

test("marks keep as much room as the widest of them takes", () => {
  const beside = [40, 50, 50, 50]; // ten pixels apart
  assert.equal(drawn(modelOf(beside, [0, 0], NAMES.slice(1)), initialState(1, true)).marks, 2);
  assert.equal(drawn(modelOf(beside, [0, 0]), initialState(1, true)).marks, 1);
});

test("small dots are smaller where more of them lie", () => {
  const model = modelOf([50, 50, 10, 90], [2, 3]);
  const more = { ...model, bundle: { ...model.bundle, rest: { count: 800_000 } } };
  assert.ok(smallRadius(VIEW, more) < smallRadius(VIEW, model));
});

test("where classes share colours, dots are said not to tell them apart", () => {
  assert.equal(sharedText(NAMES), "10 colours for 12 classes");
  assert.equal(sharedText(NAMES.slice(0, 10)), "");
  const said = (state, worth = null) => mapKey(modelOf([50, 50], [2]), state, VIEW, 10, () => 1, { worth }).lines.join();
  assert.match(said(initialState(1)), /10 colours for 12 classes/);
  assert.doesNotMatch(said(initialState(1, true)), /colours for/, "their marks do");
  assert.doesNotMatch(said(initialState(1), { shares: null }), /colours for/, "the colours are those of a number");
  assert.match(said(initialState(1), { name: "column:c", words: NAMES, absent: 0 }), /10 colours for 12 values/);
});
