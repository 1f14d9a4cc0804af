// @ts-check
// When a view tells what it shows: once the visitor has let everything rest.

import assert from "node:assert/strict";
import {afterEach, beforeEach, test, mock} from "node:test";
import {onceAtRest} from "../../../dashboard/browser/base/rest.js";

const REST = 250;
let told = 0;
/** @type {ReturnType<typeof onceAtRest>} */
let resting;

beforeEach(() => {
  mock.timers.enable({apis: ["setTimeout"]});
  Object.assign(globalThis, {document: new EventTarget()});
  told = 0;
  resting = onceAtRest(() => (told += 1));
});

afterEach(() => mock.timers.reset());

/** @param {string} kind */
function touch(kind) {
  document.dispatchEvent(new Event(kind));
}

test("it tells once, a quarter of a second after the last change", () => {
  resting.begin();
  mock.timers.tick(REST - 1);
  resting.begin();
  mock.timers.tick(REST - 1);
  assert.equal(told, 0);
  mock.timers.tick(1);
  assert.equal(told, 1);
  mock.timers.tick(10 * REST);
  assert.equal(told, 1);
});

for (const kind of ["pointerdown", "pointerup", "keydown", "keyup"]) {
  test(`a ${kind} anywhere on the page puts it off`, () => {
    resting.begin();
    mock.timers.tick(REST - 1);
    touch(kind);
    mock.timers.tick(REST - 1);
    assert.equal(told, 0);
    mock.timers.tick(1);
    assert.equal(told, 1);
  });
}

test("nothing is told where nothing changed", () => {
  touch("pointerup");
  mock.timers.tick(2 * REST);
  assert.equal(told, 0);
  resting.begin();
  mock.timers.tick(REST);
  touch("pointerup");
  mock.timers.tick(2 * REST);
  assert.equal(told, 1);
});

test("after the end nothing is told any more", () => {
  resting.begin();
  resting.end();
  resting.begin();
  touch("pointerup");
  mock.timers.tick(2 * REST);
  assert.equal(told, 0);
});
