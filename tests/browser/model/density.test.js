// Fields that are densities, distances and entropies, whatever grid they are drawn on.
import assert from "node:assert/strict";
import { test } from "node:test";

import { aggregateDensity, distanceField, entropyField, gridOver, gridPoints, gridRow, kernelWidths } from "../../../dashboard/browser/model/density.js";
import { seededNormal } from "../../../dashboard/browser/images/digits.js";
import { createIndex, fitView } from "../../../dashboard/browser/base/geometry.js";

const draw = seededNormal(5);
const codes = Float32Array.from({ length: 600 }, () => draw()[0]);
const points = { count: 300, codes, std: new Float32Array(600).fill(0.2) };
const grid = (columns, rows) => ({ columns, rows, low: [-6, -5], high: [6, 7] });

for (const [columns, rows] of [[240, 240], [60, 90], [30, 30]]) {
  test(`the aggregate posterior has mass one on ${columns} × ${rows} cells`, () => {
    for (const std of [points.std, null]) {
      const density = aggregateDensity({ ...points, std }, grid(columns, rows));
      const mass = density.reduce((sum, value) => sum + value, 0) * (144 / (columns * rows));
      assert.ok(Math.abs(mass - 1) < 5e-3, `mass ${mass}`);
    }
  });
}

test("the aggregate posterior is the mean of its Gaussians, the top row first", () => {
  const where = { columns: 120, rows: 120, low: [-3, -3], high: [3, 3] };
  const density = aggregateDensity(points, where);
  const z = gridPoints(where);
  assert.ok(z[1] > z[z.length - 1]);
  for (let i = 0; i < density.length; i += 97) {
    let want = 0;
    for (let p = 0; p < 300; p++) {
      want += Math.exp(-0.5 * (((z[2 * i] - codes[2 * p]) / 0.2) ** 2 + ((z[2 * i + 1] - codes[2 * p + 1]) / 0.2) ** 2));
    }
    want /= 300 * 2 * Math.PI * 0.04;
    assert.ok(Math.abs(density[i] - want) < 0.01, `${density[i]} is not ${want}`);
  }
});

test("no points give no density, and bandwidths shrink as points grow", () => {
  const none = { count: 0, codes: new Float32Array(0), std: new Float32Array(0) };
  assert.ok(aggregateDensity(none, grid(4, 4)).every((value) => value === 0));
  assert.ok(kernelWidths(points)[0] > kernelWidths({ count: 250, codes: codes.subarray(0, 500) })[0] * 0.8);
});

test("rows of a grid together are the grid", () => {
  const where = { columns: 7, rows: 5, low: [-1, 2], high: [3, 8] };
  const rows = Array.from({ length: 5 }, (_, row) => [...gridPoints(gridRow(where, row))]).flat();
  [...gridPoints(where)].forEach((value, i) => assert.ok(Math.abs(value - rows[i]) < 1e-6));
});

test("a grid over a view fills it", () => {
  const view = fitView([-2, -1], [2, 1], 300, 200);
  const over = gridOver(view, 4);
  assert.deepEqual([over.columns, over.rows], [75, 50]);
  assert.ok(over.low[0] <= -2 && over.high[1] >= 1);
});

test("distances and entropies are those of the middles of the cells", () => {
  const where = grid(9, 6);
  const z = gridPoints(where);
  const index = createIndex(codes);
  distanceField(index, where).forEach((value, i) => assert.equal(value, Math.fround(index.distance(z[2 * i], z[2 * i + 1]))));
  const network = { entropyMany: (asked) => asked.filter((_, i) => i % 2 === 0) };
  assert.deepEqual(entropyField(network, where), z.filter((_, i) => i % 2 === 0));
});
