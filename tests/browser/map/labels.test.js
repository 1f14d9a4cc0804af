// @ts-check
// Labels on contours lie where they cover the fewest codes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createCrowd, leastCrowded } from "../../../dashboard/browser/map/layout/crowd.js";
import { contourLabels, edgeTowards, fittedLabel } from "../../../dashboard/browser/map/marks.js";

const VIEW = { scale: 50, cx: 0, cy: 0, width: 400, height: 400 };
/** @param {number[][]} places */
const crowdOf = (places) => createCrowd(VIEW, Float32Array.from(places.flat()));
/** @param {object} rest @returns {any} */
const modelOf = (rest) => ({ bundle: { kind: "vae" }, ...rest });

test("of several places for a label the one with the fewest codes is taken, the first where none has more", () => {
  const plates = /** @type {[number, number][]} */ ([[200, 50], [300, 200], [200, 350]]).map((at) => ({ at, wide: 60, tall: 20 }));
  const [above, right] = [[0, 3], [2, 0]]; // at 200, 50 and at 300, 200
  assert.equal(leastCrowded(crowdOf([above, above, right]), plates), plates[2]);
  assert.equal(leastCrowded(crowdOf([above, right, right, [0, -3], [0, -3]]), plates), plates[0]);
  assert.equal(leastCrowded(crowdOf([[3.5, 3.5]]), plates), plates[0]);
});

test("codes are counted under a plate and nowhere else, whether the map ends there or not", () => {
  const crowd = crowdOf([[0, 0], [0.1, 0.1], [0.9, 0], [-3.9, 3.9], [9, 9]]);
  assert.equal(crowd.under({ at: [200, 200], wide: 30, tall: 20 }), 2);
  assert.equal(crowd.under({ at: [0, 0], wide: 60, tall: 20 }), 1);
  assert.equal(crowd.under({ at: [200, 200], wide: 400, tall: 400 }), 4);
});

test("every number lies on the contour that it names, and what all of them are is said once", () => {
  const labels = contourLabels(VIEW, modelOf({}));
  assert.deepEqual(labels.map(({ text }) => text), ["1σ", "2σ", "3σ", "Prior >1σ 61 %, >2σ 14 %, >3σ 1.1 %"]);
  labels.forEach(({ along }, i) => {
    for (const z of along) assert.ok(Math.abs(Math.hypot(...z) - (i + 1)) < 1e-9);
  });
  const own = contourLabels(VIEW, modelOf({ bundle: { kind: "ae" }, gaussian: { mean: [1, 0], factor: [1, 0, 2] } }));
  for (const [z1, z2] of own[1].along) assert.ok(Math.abs(Math.hypot(z1 - 1, z2 / 2) - 2) < 1e-9);
  assert.match(own[3].text, /[Cc]odes' Gaussian.*N\(0, I\)/);
});

test("rings of the prior that are out of sight are not spoken of", () => {
  const close = (cx, cy, half) => ({ ...VIEW, scale: VIEW.width / (2 * half), cx, cy });
  for (const [view, said] of [[close(0, 0, 0.5), 0], [close(0, 0, 0.8), 1], [close(1, 0, 0.1), 1], [close(1.5, 0, 0.1), 0], [close(9, 9, 1), 0]]) {
    assert.equal(contourLabels(view, modelOf({})).some(({ text }) => text.startsWith("Prior")), Boolean(said), `${view.cx}, ${view.scale}`);
  }
});

test("contours too close for numbers have none", () => {
  assert.equal(contourLabels({ ...VIEW, scale: 20 }, modelOf({})).length, 1);
});

test("what lies out of sight is pointed at from the edge, along the line from the middle to it; what is in sight is not", () => {
  const [inset, foot] = [20, 15];
  for (let step = 0; step < 64; step++) {
    const angle = step / 32 * Math.PI;
    const z = [30 * Math.cos(angle), 30 * Math.sin(angle)];
    const { at: [x, y], angle: towards } = edgeTowards(VIEW, z, inset, foot);
    const onEdge = [Math.min(x, VIEW.width - x), Math.min(y, VIEW.height - foot - y)].map((gap) => Math.abs(gap - inset) < 1e-9);
    assert.ok(onEdge.some(Boolean) && x >= inset - 1e-9 && x <= VIEW.width - inset + 1e-9 && y >= inset - 1e-9 && y <= VIEW.height - foot - inset + 1e-9);
    assert.ok(Math.abs(Math.cos(towards) - Math.cos(angle)) < 1e-9 && Math.abs(Math.sin(towards) + Math.sin(angle)) < 1e-9, "z₂ is up");
    assert.ok(Math.abs((x - 200) * Math.sin(angle) + (y - 200) * Math.cos(angle)) < 1e-6);
  }
  assert.equal(edgeTowards(VIEW, [3.9, -3.9], inset, foot), null);
});

test("a label that is too wide is said shorter, and then in smaller letters, so that none of it is cut", () => {
  const widthOf = (/** @type {string} */ text) => 10 * text.length;
  assert.deepEqual(fittedLabel(["a long label", "short"], 20, 120, widthOf), { text: "a long label", size: 20 });
  assert.deepEqual(fittedLabel(["a long label", "short"], 20, 119, widthOf), { text: "short", size: 20 });
  assert.deepEqual(fittedLabel(["a long label", "short"], 20, 26, widthOf), { text: "short", size: 10 });
});
