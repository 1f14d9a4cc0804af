// What a page of the explorer begins with: a link says what it says, and nothing more is taken from it.
import assert from "node:assert/strict";
import { test } from "node:test";

import { fitted } from "../../../dashboard/browser/explore/draw/drawing.js";
import { linkedState } from "../../../dashboard/browser/explore/first_state.js";
import { textOfDrawing } from "../../../dashboard/browser/state/drawing_text.js";
import { initialState } from "../../../dashboard/browser/state/state.js";

const model = { bundle: { points: { count: 10 } }, low: [-4, -4], high: [4, 4], codeOf: (index) => [index / 10, 0] };
const models = [model, model];
const opened = (link) => linkedState({}, link, initialState(2), models);

test("the point follows the pointer until a link, or a visitor, puts it somewhere", () => {
  for (const link of ["", "layers=points%2Cmanifold", "mode=sample", "view=0%2C0%2C1%3B"]) assert.equal(opened(link).held, false, link);
  for (const link of ["z=1%2C0%3B0%2C1", "mode=inspect&image=3"]) assert.equal(opened(link).held, true, link);
});

test("an image without a place is where its code is, and what is in sight is what the link says", () => {
  assert.deepEqual(opened("mode=inspect&image=3").z, [[0.3, 0], [0.3, 0]]);
  const [view, other] = opened("z=1%2C0%3B0%2C1&view=3%2C3%2C0.5%3B").views;
  assert.deepEqual([view.cx, view.cy, view.scale, other], [3, 3, 2, null]);
  const exact = [{ cx: 3.00000001, cy: 3, scale: 600, width: 300, height: 400 }, null];
  const kept = { strokes: [], upload: null, drawn: [], pen: 2.2, history: [], views: exact };
  assert.deepEqual(linkedState({ kept }, "z=1%2C0%3B0%2C1&view=3%2C3%2C0.5%3B", initialState(2), models).views, exact);
});

test("a link with a drawing shows its pixels, and the strokes where it is these that were drawn", () => {
  const x = Float32Array.from({ length: 784 }, (_, i) => Number(i % 5 === 0));
  const inked = textOfDrawing(x);
  const link = `mode=draw&drawing=${inked}`;
  const alone = opened(link);
  assert.deepEqual([alone.mode, alone.strokes, [...alone.upload]], ["draw", [], [...x].map((ink) => 255 * ink)]);
  const kept = { strokes: [{ width: 2, points: [0, 0] }], upload: null, inked, drawn: [], pen: 2.2, history: [], views: [null, null] };
  const same = linkedState({ kept }, link, initialState(2), models);
  assert.deepEqual([same.strokes, same.upload], [kept.strokes, null]);
  const other = linkedState({ kept: { ...kept, inked: textOfDrawing(new Float32Array(784)) } }, link, initialState(2), models);
  assert.deepEqual([other.strokes, other.upload], [[], alone.upload]);
});

test("a link by a column colours by it where the data have it, and says so where they have not", () => {
  const own = { ...model, bundle: { points: { count: 10, columns: [{ name: "age, in years" }] } } };
  const link = `colour=${encodeURIComponent("column:age, in years")}`;
  const shown = linkedState({}, link, initialState(1), [own]);
  assert.deepEqual([shown.colour, shown.notice], ["column:age, in years", ""]);
  const lacking = linkedState({}, `${link}&seed=7`, initialState(1), [{ ...model, bundle: { points: { count: 10, columns: [] } } }]);
  assert.deepEqual([lacking.colour, lacking.seed], ["class", 7]);
  assert.match(lacking.notice, /^The data of this model have no column “age, in years”: .*classes\.$/);
});

test("a drawing that was made for a model of other images keeps its shape on a page of this one's", () => {
  const grey = Uint8Array.from({ length: 784 }, (_, i) => (i % 28 >= 4 && i % 28 < 24 && i >= 6 * 28 && i < 10 * 28 ? 255 : 0)); // a bar of 20 × 4
  assert.equal(fitted(grey, 28), grey);
  for (const side of [14, 56]) {
    const other = fitted(grey, side);
    assert.equal(other.length, side ** 2);
    const ink = [...other.keys()].filter((i) => other[i] > 127);
    const [columns, rows] = [ink.map((i) => i % side), ink.map((i) => Math.floor(i / side))];
    assert.deepEqual([columns, rows].map((at) => Math.max(...at) - Math.min(...at) + 1), [20 * side / 28, 4 * side / 28]);
  }
});
