// Many draws at once: which classes they lack, against what one counts by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createIndex } from "../../../dashboard/browser/base/geometry.js";
import { lackOf } from "../../../dashboard/browser/images/draws.js";

test("a draw counts for the class of the nearest code, and the two classes that fall short most are named", () => {
  const codes = Float32Array.from([0, 0, 1, 0, 5, 0, 9, 0]); // of classes 2, 0, 1, 3
  const labels = [2, 0, 1, 3];
  const near = [[0.1, 0], [0.2, 0], [0, 0.3], [0.9, 0], [1.1, 0], [4.9, 0], [5.2, 0], [0.1, 0.1]];
  const { labels: lacked, drawn, usual } = lackOf(near, createIndex(codes), labels, 4);
  assert.deepEqual(lacked, [0, 3], "4, 2, 2 and 0 of eight draws: class 3 first, then 0, before 1 by its number");
  assert.equal(drawn, 0.25);
  assert.equal(usual, 0.5);
});
