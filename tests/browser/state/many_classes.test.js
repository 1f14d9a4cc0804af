// @ts-check
// More classes than colours: every one is drawn, found by its name, and shown alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CLASS_COLOURS, classColour } from "../../../dashboard/browser/base/palette.js";
import { classesOfText, showsClass, textOfClasses, toggled } from "../../../dashboard/browser/state/classes.js";
import { initialState, reduce } from "../../../dashboard/browser/state/state.js";
import { areDigits, areMany, namesFound } from "../../../dashboard/browser/words/classes.js";

const NAMES = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"];
const LABELS = NAMES.map((_, label) => label);

test("all of 62 classes have a colour and are shown", () => {
  assert.ok(LABELS.every((label) => showsClass({ classes: null }, label) && CLASS_COLOURS.includes(classColour(label))));
});

test("a class is shown alone, and not with those of its colour", () => {
  const { classes } = reduce(initialState(1), { type: "class", label: 53, of: 62 });
  assert.deepEqual(LABELS.filter((label) => showsClass({ classes }, label)), [53]);
  assert.deepEqual(toggled(toggled([53], 3, 62), 53, 62), [3]);
  assert.equal(toggled([53], 53, 62), null);
  assert.equal(toggled(LABELS.slice(1), 0, 62), null);
});

test("any choice of a hundred classes survives a link, and the links of ten digits mean what they meant", () => {
  for (const classes of [null, [0], [3, 5], [61], [0, 31, 32, 53, 99], Array.from({ length: 100 }, (_, label) => label)]) {
    assert.deepEqual(classesOfText(textOfClasses(classes)), classes);
  }
  assert.deepEqual(classesOfText("19"), [0, 1, 4]);
  for (const text of ["0", "-1", "1e3", "x", "9".repeat(31), "9".repeat(500)]) assert.equal(classesOfText(text), undefined);
});

test("the reset of many classes goes back to their marks, that of ten to dots", () => {
  const [many, few] = [true, false].map((marked) => reduce(reduce(initialState(1, marked), { type: "layer", layer: "prior", on: false }), { type: "reset", marked }));
  assert.deepEqual([many.layers.glyphs, many.layers.points, few.layers.glyphs, few.layers.points], [true, false, false, true]);
  assert.ok(areMany(NAMES) && !areMany(NAMES.slice(0, 10)));
});

test("only ten digits are called digits: letters, pairs of figures and names are not", () => {
  assert.ok(areDigits(NAMES.slice(0, 10)) && areDigits(["3", "8"]));
  for (const names of [NAMES, ["a"], ["0", "10"], ["coat"]]) assert.ok(!areDigits(names));
});

test("a class is found by its name: the one called so, or else all that have the text in them", () => {
  assert.deepEqual(namesFound(NAMES, "a"), [36]);
  assert.deepEqual(namesFound(NAMES, "A"), [10]);
  assert.deepEqual(namesFound(["T-shirt", "Shirt", "Coat"], "shirt"), [0, 1]);
  assert.deepEqual(namesFound(["T-shirt", "Shirt", "Coat"], "2"), [2], "by the mark that stands for it");
  assert.deepEqual(namesFound(NAMES, "ß"), []);
  assert.equal(namesFound(NAMES, "").length, 62);
});
