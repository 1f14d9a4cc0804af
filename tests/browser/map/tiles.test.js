// @ts-check
// The manifold's tiles: as many as asked for over all of the map, about as large on the screen however far one comes closer, and faint without data.
import assert from "node:assert/strict";
import test from "node:test";

import {fitView, inverseNormalCdf, manifoldAxis, toLatent, zoomAt} from "../../../dashboard/browser/base/geometry.js";
import {seededUniform} from "../../../dashboard/browser/images/digits.js";
import {hasTiles, tileReach, tilesOver, tileStrength} from "../../../dashboard/browser/map/layout/tiles.js";

const uniform = seededUniform(3);
const WHOLES = [[298, 298], [423, 390], [316, 253]].map(([width, height]) => fitView([-4.5, -4.2], [3.6, 3.7], width, height, 14));
const SIZES = [10, 20, 40];
const VIEWS = WHOLES.flatMap((whole) => Array.from({length: 40}, () => ({
  whole, size: SIZES[Math.floor(3 * uniform())],
  view: zoomAt(whole, whole.width * uniform(), whole.height * uniform(), 2 ** (-2 + 10 * uniform())),
})));

/** @param {import("../../../dashboard/browser/state/state.js").View} view */
const ends = (view) => [toLatent(view, 0, view.height), toLatent(view, view.width, 0)];
/** @param {number[]} numbers */
const steps = (numbers) => numbers.slice(1).map((one, i) => one - numbers[i]);
/** The mass of N(0, 1) between two places, by Simpson's rule. @param {number} low @param {number} high */
const mass = (low, high) => {
  const density = (/** @type {number} */ z) => Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  return (high - low) / 6 * (density(low) + 4 * density((low + high) / 2) + density(high));
};

test("all of the map is divided into as many equal tiles along its shorter side as were asked for", () => {
  for (const whole of WHOLES) {
    for (const size of SIZES) {
      const {x, y, even} = tilesOver(whole, whole, size, "linear");
      const [low, high] = ends(whole);
      assert.ok(even);
      assert.equal(Math.min(x.middles.length, y.middles.length), size);
      const shorter = whole.width < whole.height ? 0 : 1;
      const {edges} = [x, y][shorter];
      assert.ok(Math.abs(edges[0] - low[shorter]) < 1e-9 && Math.abs(edges[size] - high[shorter]) < 1e-9);
    }
  }
});

test("however far one comes closer or goes away, equal tiles cover what is in sight and are one to two times as large on the screen as at first", () => {
  for (const {whole, view, size} of VIEWS) {
    const {x, y} = tilesOver(view, whole, size, "linear");
    const [low, high] = ends(view);
    [x, y].forEach(({middles, edges}, axis) => {
      assert.ok(edges[0] <= low[axis] + 1e-6 && edges[middles.length] >= high[axis] - 1e-6);
      for (const step of steps(edges)) {
        const larger = step * view.scale / (Math.min(whole.width, whole.height) / size);
        assert.ok(larger > 0.999 && larger < 2.001, String(larger));
      }
      middles.forEach((middle, i) => assert.ok(Math.abs(middle - (edges[i] + edges[i + 1]) / 2) < 1e-9));
    });
  }
});

test("the tiles stay where they are as one moves on", () => {
  for (const {whole, view, size} of VIEWS) {
    const before = tilesOver(view, whole, size, "linear");
    const after = tilesOver({...view, cx: view.cx + 30 / view.scale, cy: view.cy - 50 / view.scale}, whole, size, "linear");
    const shared = before.x.middles.filter((middle) => after.x.middles.includes(middle)).length;
    assert.ok(shared >= before.x.middles.length * (1 - 30 / view.width) - 2);
  }
});

test("tiles of equal prior mass are those of the plate at first, of equal masses however close one comes, and fine enough there", () => {
  for (const size of SIZES) assert.deepEqual(tilesOver(WHOLES[0], WHOLES[0], size, "prior").x.middles, manifoldAxis(size, "prior", -9, 9));
  for (const {whole, view, size} of VIEWS) {
    const {x, y} = tilesOver(view, whole, size, "prior");
    const [low, high] = ends(view);
    [x, y].forEach(({middles, edges}, axis) => {
      const inner = edges.filter(Number.isFinite);
      const masses = steps(inner).map((_, i) => mass(inner[i], inner[i + 1]));
      const narrowest = Math.min(...steps(inner));
      if (narrowest < 0.2) for (const one of masses) assert.ok(Math.abs(one / masses[0] - 1) < 1e-3);
      if (Math.max(Math.abs(low[axis]), Math.abs(high[axis])) < 3 && middles.length > 2) {
        assert.ok(edges[0] <= low[axis] && edges[middles.length] >= high[axis]);
        const larger = narrowest * view.scale / (Math.min(whole.width, whole.height) / size);
        assert.ok(larger < 2.2, String(larger));
      }
      for (const [i, middle] of middles.entries()) assert.ok(middle > edges[i] && middle < edges[i + 1]);
    });
  }
  assert.equal(inverseNormalCdf(0.5), 0);
});

test("a tile is shown in full while a training code lies in it, and fades to nothing more at twice that distance", () => {
  const tiling = tilesOver(WHOLES[0], WHOLES[0], 20, "linear");
  const reach = tileReach(tiling, 3, 7);
  assert.ok(Math.abs(2 * reach - (tiling.x.edges[1] - tiling.x.edges[0])) < 1e-9);
  const usual = reach / 10;
  assert.deepEqual([0, reach, 2 * reach, 9].map((distance) => tileStrength(distance, reach, usual)), [1, 1, 0, 0]);
  assert.ok(Math.abs(tileStrength(1.5 * reach, reach, usual) - 0.5) < 1e-9);
  assert.equal(tileStrength(usual, reach / 100, usual), 1, "codes that close to each other are no gap");
});

test("coming closer needs no other tiles until they would be twice as large, and going on or another spacing does", () => {
  const [whole] = WHOLES;
  const first = tilesOver(whole, whole, 20, "linear");
  const at = (/** @type {number} */ factor) => tilesOver(zoomAt(whole, 100, 80, factor), whole, 20, "linear");
  assert.ok(hasTiles(first, at(1.2)) && hasTiles(first, at(1.99)) && hasTiles(at(2), at(3.9)));
  assert.ok(!hasTiles(first, at(2.01)) && !hasTiles(at(3), at(2.5)) && !hasTiles(first, tilesOver({...whole, cx: whole.cx + 1}, whole, 20, "linear")));
  assert.ok(!hasTiles(first, tilesOver(whole, whole, 20, "prior")));
});
