// Labels on contours lie where they cover the fewest codes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { contourLabels, leastCrowded } from "../../../dashboard/browser/map/marks.js";

const VIEW = { scale: 50, cx: 0, cy: 0, width: 400, height: 400 };
const modelOf = (codes) => ({ bundle: { kind: "vae", points: { codes: Float32Array.from(codes.flat()) } } });

test("of several places for a label the one with the fewest codes is taken, the first where none has more", () => {
  const plates = [[200, 50], [300, 200], [200, 350]].map((at) => ({ at, wide: 60, tall: 20 }));
  const [above, right] = [[0, 3], [2, 0]]; // at 200, 50 and at 300, 200
  assert.equal(leastCrowded(VIEW, modelOf([above, above, right]), plates), plates[2]);
  assert.equal(leastCrowded(VIEW, modelOf([above, right, right, [0, -3], [0, -3]]), plates), plates[0]);
  assert.equal(leastCrowded(VIEW, modelOf([[3.5, 3.5]]), plates), plates[0]);
});

test("every place for a label lies on the ring that it names", () => {
  contourLabels(VIEW, modelOf([])).forEach(({ along, text }, i) => {
    assert.match(text, new RegExp(`^${i + 1}σ`));
    for (const z of along) assert.ok(Math.abs(Math.hypot(...z) - (i + 1)) < 1e-9);
  });
});
