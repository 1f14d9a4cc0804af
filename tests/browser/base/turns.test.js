// Turns: no frame is given more work than it has room for, whoever is put off goes first in the next, and nobody waits for ever.
import assert from "node:assert/strict";
import { test } from "node:test";

import { createTurns } from "../../../dashboard/browser/base/turns.js";

/** What each of some views gets done in frames in which all want the same. */
function frames(most, work, count, who = ["a", "b", "c"]) {
  let asked = 0;
  const turns = createTurns(most, () => asked++);
  const done = [];
  for (let frame = 0; frame < count; frame++) {
    turns.begin();
    done.push(who.filter((one) => turns.take(one, work)).join(""));
  }
  return { done, asked };
}

test("views that fit into one frame draw in one, and ask for no other", () => {
  assert.deepEqual(frames(12, 4, 2), { done: ["abc", "abc"], asked: 0 });
});

test("what is too much for a frame is spread over as many as it takes, the longest waiting first", () => {
  assert.deepEqual(frames(5, 5, 3, ["a", "b"]), { done: ["a", "b", "a"], asked: 3 });
  assert.deepEqual(frames(5, 5, 6).done, ["a", "b", "c", "a", "b", "c"]);
  assert.deepEqual(frames(5, 9, 2, ["a", "b"]).done, ["a", "b"], "one piece may be more than a frame has room for");
});

test("nobody waits for who no longer wants anything", () => {
  const turns = createTurns(5, () => {});
  turns.begin();
  assert.ok(turns.take("a", 5));
  assert.ok(!turns.take("b", 5));
  turns.begin(); // b is gone
  assert.ok(!turns.take("a", 5));
  turns.begin();
  assert.ok(turns.take("a", 5));
});
