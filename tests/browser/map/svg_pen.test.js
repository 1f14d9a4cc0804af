// @ts-check
// The pen that writes SVG: what the painters of the maps draw with it is well formed and stands where a canvas has it.
import assert from "node:assert/strict";
import test from "node:test";

import {paintGrid} from "../../../dashboard/browser/map/marks.js";
import {SvgPen} from "../../../dashboard/browser/map/svg_pen.js";

test("groups are closed where a canvas would restore, and styles come back", () => {
  const pen = new SvgPen();
  pen.translate(50, 8);
  pen.fillStyle = "rgba(1,2,3,0.5)";
  pen.save();
  pen.beginPath();
  pen.rect(0, 0, 20, 10);
  pen.clip();
  pen.fillStyle = "#fff";
  pen.translate(1, 2);
  pen.restore();
  pen.fillRect(0, 0, 4, 4);
  const text = pen.text(100, 60, 2);
  assert.match(text, /^<svg [^>]*width="200" height="120" viewBox="0 0 100 60">/);
  assert.equal(text.match(/<g /g)?.length, text.match(/<\/g>/g)?.length);
  assert.match(text, /<clipPath id="clip-1"><rect x="0" y="0" width="20" height="10"\/><\/clipPath>\n<g clip-path="url\(#clip-1\)">\n<g transform="translate\(1 2\)">\n<\/g>\n<\/g>\n<rect x="0" y="0" width="4" height="4" fill="rgb\(1,2,3\)" fill-opacity="0.5"\/>/);
});

test("text is escaped, anchored and set as low as its baseline says", () => {
  const pen = new SvgPen();
  Object.assign(pen, {font: "600 20px \"A & B\", serif", textAlign: "center", textBaseline: "middle", fillStyle: "#123"});
  pen.fillText("p < q", 10, 30);
  pen.fillText("", 0, 0);
  assert.match(pen.text(10, 10, 1), /\n<text x="10" y="37" font-family="&#34;A &#38; B&#34;, serif" font-size="20" font-weight="600" text-anchor="middle" fill="#123">p &#60; q<\/text>\n<\/svg>$/);
});

test("the painters of the maps can use it: a grid has a line for each round number", () => {
  const pen = new SvgPen();
  const theme = /** @type {import("../../../dashboard/browser/base/palette.js").Theme} */ (/** @type {unknown} */ ({line: "#ccc"}));
  paintGrid(/** @type {CanvasRenderingContext2D} */ (/** @type {unknown} */ (pen)), {scale: 100, cx: 0, cy: 0, width: 400, height: 200}, theme);
  const lines = [...pen.text(400, 200, 1).matchAll(/d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"/g)].map((found) => found.slice(1).map(Number));
  assert.equal(lines.length, 9 + 5); // multiples of ½
  assert.deepEqual(lines[0], [0.5, 0.5, 0.5, 200.5]);
});
