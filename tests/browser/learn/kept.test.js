// @ts-check
// How a step was left is read with care: anything may stand in a browser's storage.
import assert from "node:assert/strict";
import {test} from "node:test";
import {gaussianOf, keptNothing, oneOf, pairOf, readKept, seedOf, sinceAfresh} from "../../../dashboard/browser/learn/parts/kept.js";

test("what was kept comes back, and what makes no sense counts as nothing", () => {
  const kept = {afresh: 2, image: 7, views: {posterior: {n: 40}}};
  assert.deepEqual(readKept(JSON.stringify(kept)), kept);
  for (const text of [null, "", "{", "7", '"text"', "null", '{"image": -1}', '{"image": 1.5, "views": {"beta": 3}}']) {
    assert.deepEqual(readKept(text), keptNothing());
  }
});

test("who begins afresh finds nothing kept, once; a page that does not know yet forgets nothing", () => {
  const kept = {afresh: 2, image: 7, views: {posterior: {n: 40}}};
  for (const same of [2, null, undefined]) assert.equal(sinceAfresh(kept, same), kept);
  const fresh = sinceAfresh(kept, 3);
  assert.deepEqual(fresh, keptNothing(3));
  assert.equal(sinceAfresh(fresh, 3), fresh);
});

test("a seed is a whole number above 0", () => {
  assert.equal(seedOf(4), 4);
  for (const other of [0, -1, 1.5, "3", null, undefined]) assert.equal(seedOf(other), 1);
});

test("a slider takes only one of its values, q only a Gaussian", () => {
  assert.equal(oneOf([5, 10], 10, 5), 10);
  for (const other of [7, "10", null, undefined]) assert.equal(oneOf([5, 10], other, 5), 5);
  assert.deepEqual(pairOf([1, -2]), [1, -2]);
  for (const other of [null, [1], [1, null], "1,2", [NaN, 1]]) assert.equal(pairOf(other), null);
  const q = {mu: [1, 2], std: [0.1, 0.2]};
  assert.deepEqual(gaussianOf(q), q);
  for (const other of [null, {}, {...q, std: [0, 1]}, {...q, mu: ["1", 2]}]) assert.equal(gaussianOf(other), null);
});
