// @ts-check
// Values of several tabs agree in whatever order they meet.

import assert from "node:assert/strict";
import {test} from "node:test";
import {areSame, later, readRegisters} from "../../../dashboard/browser/base/registers.js";

/** @typedef {import("../../../dashboard/browser/base/registers.js").Registers} Registers */

/** @type {Registers} */
const A = {one: ["old", 1], two: ["two", 5]};
/** @type {Registers} */
const B = {one: ["new", 2], three: [null, 3]};

test("joining is order-free, repeatable and loses nothing", () => {
  assert.deepEqual(later(A, B), {one: ["new", 2], two: ["two", 5], three: [null, 3]});
  assert.ok(areSame(later(A, B), later(B, A)));
  assert.ok(areSame(later(later(A, B), A), later(A, B)));
  assert.deepEqual(A.one, ["old", 1]);
});

test("of equally late values the first one holds", () => {
  assert.deepEqual(later({one: ["kept", 1]}, {one: ["told", 1]}), {one: ["kept", 1]});
});

test("sameness sees every name, value and time", () => {
  assert.ok(areSame(A, structuredClone(A)));
  for (const other of [{}, B, {...A, one: ["old", 2]}, {...A, one: ["new", 1]}, {...A, three: [null, 3]}]) {
    assert.ok(!areSame(A, /** @type {Registers} */ (other)));
    assert.ok(!areSame(/** @type {Registers} */ (other), A));
  }
});

test("what makes no sense counts as not there", () => {
  for (const text of [null, "", "{", "null", "7", '"text"']) assert.deepEqual(readRegisters(text), {});
  const mixed = '{"good": ["a", 1], "none": [null, 2], "deep": [{}, 1], "late": ["a", 1.5], "bare": "a", "long": ["a", 1, 2]}';
  assert.deepEqual(readRegisters(mixed), {good: ["a", 1], none: [null, 2]});
});
