// Labels on contours lie where they cover the fewest codes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { contourLabels, edgeTowards, leastCrowded } from "../../../dashboard/browser/map/marks.js";

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
