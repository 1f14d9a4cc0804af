// @ts-check
// A slide of a map has equal axes, keeps all that was in sight, and has room for what stands on it.
import assert from "node:assert/strict";
import test from "node:test";

import {toLatent, toPixel} from "../../../dashboard/browser/base/geometry.js";
import {dotRadius} from "../../../dashboard/browser/map/points.js";
import {shapedView, slideSheet, SLIDES, TOP, viewOfAll} from "../../../dashboard/browser/map/sheet.js";

const VIEWS = [[400, 420], [300, 700], [900, 310]].map(([width, height]) => ({scale: 37, cx: 0.4, cy: -1.3, width, height}));

/** @param {import("../../../dashboard/browser/state/state.js").View} view */
const ends = (view) => [...toLatent(view, 0, view.height), ...toLatent(view, view.width, 0)];

test("the view of another shape holds all that was in sight, touching it on one axis, about the same middle and with z₂ up", () => {
  for (const view of VIEWS) {
    for (const [width, height] of [[700, 650], [900, 430]]) {
      const shaped = shapedView(view, width, height);
      const [left, bottom, right, top] = ends(shaped).map((end, i) => (end - ends(view)[i]) * (i < 2 ? -1 : 1));
      assert.ok(Math.min(left, bottom, right, top) > -1e-9);
      assert.ok(Math.min(left, bottom) < 1e-9);
      assert.ok(Math.abs(left - right) < 1e-9 && Math.abs(bottom - top) < 1e-9);
      const [[x0, y0], [x1, y1]] = [toPixel(shaped, 0, 0), toPixel(shaped, 1, 1)];
      assert.ok(Math.abs((x1 - x0) - (y0 - y1)) < 1e-9 && x1 > x0);
    }
  }
});

test("slides are 1600 × 1600 and 1920 × 1080, and plot, axes and key share their height, also where the key has a line more", () => {
  assert.deepEqual(Object.values(SLIDES).map(({width, height, ratio}) => [width * ratio, height * ratio]), [[1600, 1600], [1920, 1080]]);
  for (const shape of /** @type {const} */ (["square", "wide"])) {
    for (const tall of [0, 40]) {
      // Codes are out of sight once the plot makes room for a key.
      const sheet = slideSheet(shape, VIEWS[0], (view, size) => ({lines: [], line: 1, dot: 1, indent: 1, entries: [], height: 2 * size + (view.height < SLIDES[shape].height - 5 * size ? tall : 0)}));
      const used = TOP + sheet.view.height + sheet.bottom + sheet.key.height;
      assert.ok(used <= sheet.height && used > sheet.height - 2, `${used} of ${sheet.height}`);
      assert.equal(sheet.left + sheet.view.width + TOP, sheet.width);
    }
  }
});

test("two maps in one picture have one scale and hold all that is in sight on either, whatever their keys", () => {
  const inSight = viewOfAll(VIEWS);
  const [low, high] = [ends(inSight).slice(0, 2), ends(inSight).slice(2)];
  for (const view of VIEWS) assert.ok(ends(view).every((end, i) => (i < 2 ? end >= low[i] - 1e-9 : end <= high[i - 2] + 1e-9)));
  for (const shape of /** @type {const} */ (["square", "wide"])) {
    const halves = [40, 90].map((height) => slideSheet(shape, VIEWS[0], () => ({lines: [], line: 1, dot: 1, indent: 1, entries: [], height}), {inSight, keyHeight: () => 90}));
    assert.deepEqual(halves[0].view, halves[1].view);
    assert.ok(ends(halves[0].view).every((end, i) => (i < 2 ? end <= low[i] + 1e-9 : end >= high[i - 2] - 1e-9)));
    assert.equal(2 * halves[0].width, SLIDES[shape].width);
    assert.ok(TOP + halves[0].view.height + halves[0].bottom + 90 <= SLIDES[shape].height);
  }
});

test("dots are as large on a wide map as on a square one of its height, where the codes lie as close", () => {
  const model = /** @type {any} */ ({low: [-3, -3], high: [3, 3], bundle: {points: {labels: new Uint8Array(10_000)}}});
  const square = {scale: 700 / 6, cx: 0, cy: 0, width: 700, height: 700};
  assert.ok(dotRadius(square, model) > 2);
  assert.equal(dotRadius({...square, width: 1500}, model), dotRadius(square, model));
});
