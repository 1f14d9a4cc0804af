// Colours that do not stand out from a dark page get a light edge there.
import assert from "node:assert/strict";
import { test } from "node:test";

import { CLASS_COLOURS, isDim } from "../../../dashboard/browser/base/palette.js";
import { drawDot } from "../../../dashboard/browser/map/points.js";

test("of the classes those of purple and red are dim: 2.6:1 and 2.9:1 with a dark page, where marks need 3:1", () => {
  assert.deepEqual(CLASS_COLOURS.filter(isDim).sort(), ["#832db6", "#bd1f01"]);
  assert.ok(isDim("#000000"));
  for (const colour of ["#ffffff", "rgb(1,2,3)", ""]) assert.ok(!isDim(colour));
});

test("a dot that is dim on a dark page has an edge twice as strong there, and no other on a white one", () => {
  const edge = (colour, dark) => {
    const context = { beginPath() {}, arc() {}, fill() {}, stroke() {} };
    drawDot(context, colour, "test", 3, dark);
    return context.strokeStyle;
  };
  assert.equal(edge("#832db6", true), "rgba(255,255,255,0.8)");
  assert.equal(edge("#ffa90e", true), "rgba(255,255,255,0.38)");
  assert.equal(edge("#832db6", false), edge("#ffa90e", false));
});
