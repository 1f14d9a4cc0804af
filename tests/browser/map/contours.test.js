// @ts-check
// Contours: the line of a level lies where the field has that level, and is closed.

import assert from "node:assert/strict";
import test from "node:test";
import { contourPieces } from "../../../dashboard/browser/map/layout/contours.js";

const GRID = { columns: 120, rows: 80, low: /** @type {[number, number]} */ ([-3, -2]), high: /** @type {[number, number]} */ ([3, 2]) };

/** @param {(z1: number, z2: number) => number} field */
function sampled(field) {
  return Float32Array.from({ length: GRID.columns * GRID.rows }, (_, at) =>
    field(-3 + ((at % GRID.columns) + 0.5) * 0.05, 2 - (Math.floor(at / GRID.columns) + 0.5) * 0.05));
}

test("the contour of a round hill is the circle of its level", () => {
  const pieces = contourPieces(sampled((z1, z2) => Math.exp(-(z1 * z1 + z2 * z2))), GRID, Math.exp(-1));
  assert.ok(pieces.length > 100);
  for (let i = 0; i < pieces.length; i += 2) assert.ok(Math.abs(Math.hypot(pieces[i], pieces[i + 1]) - 1) < 2e-3);
});

test("every end of a piece is the end of another, also where two hills meet and at the border", () => {
  const field = sampled((z1, z2) => Math.exp(-3 * (z1 - 1) ** 2 - z2 * z2) + Math.exp(-3 * (z1 + 1) ** 2 - (z2 - 2) ** 2));
  const pieces = contourPieces(field, GRID, 0.3);
  const ends = new Map();
  for (let i = 0; i < pieces.length; i += 2) {
    const place = `${pieces[i].toFixed(6)} ${pieces[i + 1].toFixed(6)}`;
    ends.set(place, (ends.get(place) ?? 0) + 1);
  }
  assert.ok(ends.size > 50);
  for (const count of ends.values()) assert.equal(count % 2, 0);
});

test("a level above the field has no contour", () => {
  assert.deepEqual(contourPieces(sampled(() => 0.5), GRID, 0.9), []);
});
