// @ts-check
// More classes than colours: every one is drawn, and can be shown alone with those of its colour.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CLASS_COLOURS, classColour } from "../../../dashboard/browser/base/palette.js";
import { ALL_CLASSES, showsClass } from "../../../dashboard/browser/state/state.js";

const LABELS = Array.from({ length: 62 }, (_, label) => label);

test("all of 62 classes have a colour and are shown", () => {
  const all = /** @type {any} */ ({ classes: ALL_CLASSES });
  assert.ok(LABELS.every((label) => showsClass(all, label) && CLASS_COLOURS.includes(classColour(label))));
});

test("what is shown alone are the classes of one colour", () => {
  const some = /** @type {any} */ ({ classes: 1 << 3 });
  const shown = LABELS.filter((label) => showsClass(some, label));
  assert.deepEqual(shown, LABELS.filter((label) => classColour(label) === classColour(3)));
});
