// What live views work out before they draw: axes, frames, paths, texts.
import assert from "node:assert/strict";
import { test } from "node:test";

import { alongPath, gapParts, refinePath } from "../../../dashboard/browser/learn/steps/amortise.js";
import { fanReach } from "../../../dashboard/browser/learn/parts/arrows.js";
import { roundedEnd } from "../../../dashboard/browser/learn/parts/bars.js";
import { codesBetween } from "../../../dashboard/browser/model/explorer_model.js";
import { roundValues, shareAlong } from "../../../dashboard/browser/learn/parts/chart.js";
import { numberText, offBy, roughText } from "../../../dashboard/browser/learn/parts/parts.js";
import { rangeOfAll } from "../../../dashboard/browser/learn/steps/beta.js";
import { LESSON_STEPS } from "../../../dashboard/browser/learn/steps.js";
import { classMedians, namePlaces, spreadApart } from "../../../dashboard/browser/learn/parts/points.js";
import { frameAround } from "../../../dashboard/browser/learn/parts/truth.js";

test("every step has a view", () => {
  assert.equal(Object.keys(LESSON_STEPS).length, 12);
  for (const view of Object.values(LESSON_STEPS)) assert.equal(typeof view, "function");
});

test("the map of the step on β has one scale, on which the codes of every model are in sight", () => {
  const cores = [[[-8, -13], [11, 8]], [[-2, -3], [3, 9]]];
  assert.deepEqual(rangeOfAll(cores.map((core) => ({ core }))), [[-8, -13], [11, 9]]);
});

test("numbers have a true minus, no negative nothing, and an ellipsis while unknown", () => {
  assert.equal(numberText(-3.14159), "−3.14");
  assert.equal(numberText(-0.001), "0.00");
  assert.deepEqual([0, 0.01, -12].map(offBy), ["is right to 0.01 nats", "is 0.01 nats too high", "is 12.00 nats too low"]);
  assert.equal(numberText(2, 0), "2");
  for (const unknown of [null, NaN, Infinity]) assert.equal(numberText(unknown), "…");
  assert.equal(roughText(12345.6), "12,300");
  assert.equal(roughText(1.6254e9), "1.63e+9");
  assert.equal(roughText(0), "0");
});

test("an axis of bars ends at a round number beyond the longest", () => {
  for (const most of [0.3, 1, 7.9, 82.3, 126.9, 900]) {
    const end = roundedEnd(most);
    assert.ok(end > most && end < 2 * most && Number(end.toPrecision(2)) === end, `${most} → ${end}`);
  }
});

test("chart axes: shares along them and round values", () => {
  assert.equal(shareAlong({ low: -2, high: 2, label: "" }, 0), 0.5);
  assert.ok(Math.abs(shareAlong({ low: 1, high: 10_000, log: true, label: "" }, 100) - 0.5) < 1e-12);
  assert.deepEqual(roundValues({ low: 1, high: 5000, log: true, label: "" }, 6), [1, 10, 100, 1000]);
  assert.deepEqual(roundValues({ low: -0.9, high: 1.1, label: "" }, 5), [-0.5, 0, 0.5, 1]);
});

test("a fan's reach grows with the length and ends at the rim", () => {
  const lengths = [0, 0.5, 1, 10, 100, 1000];
  const reaches = lengths.map((length) => fanReach(length, 1, 1000));
  reaches.slice(1).forEach((reach, i) => assert.ok(reach > reaches[i]));
  assert.equal(reaches.at(-1), 1);
  assert.equal(reaches[0], 0);
});

test("a frame holds the visible posterior and the Gaussians, with room around", () => {
  const grid = { columns: 4, rows: 4, low: [0, 0], high: [4, 4] };
  const density = new Float32Array(16);
  density[1 * 4 + 2] = 1; // the second row from the top, the third column: [2, 3] × [2, 3]
  const [low, high] = frameAround({ grid, density, contours: [0.9, 0.5] }, []);
  assert.ok(low[0] < 2 && low[0] > 1.5 && low[1] < 2 && high[0] > 3 && high[1] > 3 && high[1] < 3.5);
  const [wider] = frameAround({ grid, density, contours: [0.9, 0.5] }, [{ mu: [-5, 2], std: [0.5, 0.1] }]);
  assert.ok(wider[0] < -6.5);
});

const at = (z1, std = 0.1) => ({ mu: [z1, 0], std: [std, std], elbo: 0 });

test("the way to the best Gaussian begins at the encoder's and ends at the best", () => {
  const climbed = { encoder: at(0), path: [at(0), at(1), at(2)], best: at(2.01) };
  assert.deepEqual(refinePath(climbed).map(({ mu }) => mu[0]), [0, 1, 2.01]);
  const elsewhere = { ...climbed, best: at(7) };
  assert.deepEqual(refinePath(elsewhere).map(({ mu }) => mu[0]), [0, 1, 2, 7]);
  assert.equal(alongPath(refinePath(climbed), 0).mu[0], 0);
  assert.equal(alongPath(refinePath(climbed), 1).mu[0], 2.01);
  assert.equal(alongPath(refinePath(climbed), 0.25).mu[0], 0.5);
  assert.equal(alongPath([at(3)], 0.5).mu[0], 3);
});

test("the gap and its parts are printed as one number wherever they stand, and add up", () => {
  for (let i = 0; i < 500; i++) {
    const logPx = -80 - 7.123 * Math.sin(i);
    const best = { elbo: logPx - 0.01 * (i % 50) - 0.0049 };
    const elbo = best.elbo - 0.731 * (i % 7) - 0.0049;
    const parts = gapParts({ logPx, best }, elbo);
    const [gap, approximation, amortisation] = [parts.gap, parts.approximation, parts.amortisation].map((value) => Math.round(100 * Number(numberText(value).replace("−", "-"))));
    assert.equal(gap, approximation + amortisation);
    assert.equal(gap, Math.round(100 * Number(logPx.toFixed(2))) - Math.round(100 * Number(elbo.toFixed(2))), "of the numbers as they stand");
  }
});

test("codes on their way keep their places in the list", () => {
  const [from, to] = [Float32Array.of(0, 10), Float32Array.of(4, 20)];
  assert.deepEqual(codesBetween(from, to, 0.5), Float32Array.of(2, 15));
  assert.equal(codesBetween(from, to, 1), to);
});

test("a class is named at the median of its codes, one without codes nowhere", () => {
  const codes = Float32Array.of(0, 5, 1, 6, 9, 7, 3, 3);
  assert.deepEqual(classMedians(codes, Uint8Array.of(0, 0, 0, 2), 3), [[1, 6], null, [3, 3]]);
});

test("names of classes never lie over each other, and stay where there is room", () => {
  const far = [[0, 0], [100, 0], [0, 100]];
  assert.deepEqual(spreadApart(far, 20), far);
  const crowd = [[50, 50], [50, 50], [55, 50], [52, 58], [60, 61], [49, 40], [200, 200]];
  const moved = spreadApart(crowd, 20);
  moved.forEach(([x, y], i) => moved.slice(0, i).forEach(([u, v]) => assert.ok(Math.hypot(x - u, y - v) >= 20 - 1e-9)));
  assert.deepEqual(moved[6], [200, 200]);
  moved.slice(0, 6).forEach(([x, y], i) => assert.ok(Math.hypot(x - crowd[i][0], y - crowd[i][1]) < 40, "near its place"));
});

test("names of classes whose codes lie on one line stand in a row beside it, in their order, within the map", () => {
  const view = { width: 400, height: 300 };
  const BETA_20 = [-1.39, 1.28, -0.42, -0.13, 0.08, 0.05, -0.39, 0.36, 0.13, 0.24]; // the medians of z₂ of the digits
  for (const across of [20, 200, 390]) {
    const middles = BETA_20.map((z2) => [across, 150 - 25 * z2]);
    const places = namePlaces(middles, 20, view);
    places.forEach(([x, y], i) => {
      assert.ok(x >= 10 && x <= 390 && y >= 10 && y <= 290);
      places.slice(0, i).forEach(([u, v]) => assert.ok(Math.hypot(x - u, y - v) >= 20 - 1e-6));
    });
    assert.deepEqual([places[0], places[1]], [middles[0], middles[1]], "the two that have room stay");
    const crowd = [2, 3, 4, 5, 6, 7, 8, 9];
    assert.equal(new Set(crowd.map((i) => places[i][0].toFixed(3))).size, 1, "one row");
    for (const i of crowd) for (const j of crowd) if (BETA_20[i] > BETA_20[j]) assert.ok(places[i][1] < places[j][1], "so no two leaders cross");
  }
  const loose = [[50, 50], [60, 55], [200, 200]];
  assert.deepEqual(namePlaces(loose, 20, view), spreadApart(loose, 20));
});
