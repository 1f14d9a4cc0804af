// Turns of knobs as marks on the axis of time, on the scrubber and on pictures.
import assert from "node:assert/strict";
import { test } from "node:test";

import { placeOf } from "../../../dashboard/browser/film/clock.js";
import { lastTurn, paintTurns, turnMarks } from "../../../dashboard/browser/film/turns.js";

const TURNS = [[10, "β 1 → 4"], [200, "KL on → off"]];
const END = placeOf(2000);

test("a turn stands on the scrubber where its step does", () => {
  const marks = turnMarks([{ title: "one", turns: TURNS }], END);
  assert.deepEqual(marks.map(({ step, text }) => [step, text]), [[10, "β 1 → 4 at step 10"], [200, "KL on → off at step 200"]]);
  marks.forEach(({ step, percent }) => assert.ok(Math.abs(percent - (placeOf(step) / END) * 100) < 1e-9));
});

test("turns of two runs at one step are one mark, and each says whose it is", () => {
  const marks = turnMarks([{ title: "one", turns: TURNS }, { title: "two", turns: [[10, "β 1 → 2"]] }], END);
  assert.deepEqual(marks.map(({ text }) => text), ["one: β 1 → 4; two: β 1 → 2 at step 10", "one: KL on → off at step 200"]);
});

test("runs that were left alone, or come from files of before, have no marks", () => {
  assert.deepEqual(turnMarks([{ title: "one" }, { title: "two", turns: [] }], END), []);
});

test("a turn later than the last instant stands at the end", () => {
  assert.equal(turnMarks([{ title: "one", turns: [[5000, "β 1 → 4"]] }], END)[0].percent, 100);
  assert.equal(turnMarks([{ title: "one", turns: [[0, "β 1 → 4"]] }], 0)[0].percent, 100);
});

test("an instant tells the turn that was made last by then", () => {
  assert.deepEqual([9, 10, 199, 200, 9999].map((step) => lastTurn(TURNS, step)?.[0] ?? null), [null, 10, 10, 200, 200]);
});

test("a picture has its turns on its axis of time, and says the last one", () => {
  const [boxes, words] = [[], []];
  const context = { fillRect: (...box) => boxes.push(box), fillText: (text) => words.push(text) };
  const what = { left: 100, top: 50, width: 200, turns: TURNS, step: 12, last: 2000, theme: { line: "", muted: "", text: "", font: "" } };
  paintTurns(context, what);
  const [axis, done, ...marks] = boxes;
  assert.deepEqual(axis.slice(0, 3), [100, 50, 200]);
  assert.ok(Math.abs(done[2] - (200 * placeOf(12)) / END) < 1e-9);
  assert.deepEqual(marks.map(([x]) => Math.round(x + 1)), TURNS.map(([step]) => Math.round(100 + (200 * placeOf(step)) / END)));
  assert.deepEqual(words, ["β 1 → 4", "at step 10"]);
  boxes.length = 0;
  paintTurns(context, { ...what, turns: [] });
  assert.equal(boxes.length, 0);
});
