// Identities of the plane: transforms that undo each other, quantiles, paths, and nearest neighbours by brute force.
import assert from "node:assert/strict";
import { test } from "node:test";

import { seededUniform } from "../../../dashboard/browser/images/digits.js";
import { aroundAll, axisTicks, cellReaches, createIndex, ellipsePoints, fitView, inverseNormalCdf, lerp, manifoldAxis, manifoldEdges, panBy, pathPoints,
  priorMassBeyond, radiusHolding, slerp, tickSpacing, toLatent, toPixel, zoomAt } from "../../../dashboard/browser/base/geometry.js";

const uniform = seededUniform(1);
const between = (low, high) => low + (high - low) * uniform();
const CASES = 300;

function near(got, want, tolerance = 1e-9) {
  [got].flat().forEach((value, i) => {
    const target = [want].flat()[i];
    assert.ok(Math.abs(value - target) <= tolerance * Math.max(1, Math.abs(target)), `${value} is not ${target}`);
  });
}

function randomView() {
  const low = [between(-40, 40), between(-40, 40)];
  const high = [low[0] + 10 ** between(-3, 2), low[1] + 10 ** between(-3, 2)];
  const [width, height, pad] = [between(20, 2000), between(20, 2000), between(0, 9)];
  return { low, high, pad, view: fitView(low, high, width, height, pad) };
}

test("pixel and latent coordinates undo each other", () => {
  for (let i = 0; i < CASES; i++) {
    const { view } = randomView();
    const pixel = [between(-50, 2000), between(-50, 2000)];
    near(toPixel(view, ...toLatent(view, ...pixel)), pixel, 1e-8);
  }
});

test("a fitted view shows all of the range, centred, with one scale and z2 up", () => {
  for (let i = 0; i < CASES; i++) {
    const { low, high, pad, view } = randomView();
    const [left, bottom] = toPixel(view, ...low);
    const [right, top] = toPixel(view, ...high);
    assert.ok(left >= pad - 1e-6 && top >= pad - 1e-6 && right <= view.width - pad + 1e-6 && bottom <= view.height - pad + 1e-6);
    near([left + right, top + bottom], [view.width, view.height], 1e-7);
    near((right - left) / (high[0] - low[0]), (bottom - top) / (high[1] - low[1]), 1e-7);
  }
});

test("zooming holds the point under the pointer, and zooming back undoes it", () => {
  for (let i = 0; i < CASES; i++) {
    const { view } = randomView();
    const [px, py, factor] = [between(0, view.width), between(0, view.height), 2 ** between(-3, 3)];
    const zoomed = zoomAt(view, px, py, factor);
    near(toLatent(zoomed, px, py), toLatent(view, px, py), 1e-8);
    near(zoomed.scale, view.scale * factor);
    const back = zoomAt(zoomed, px, py, 1 / factor);
    near([back.cx, back.cy, back.scale], [view.cx, view.cy, view.scale], 1e-7);
  }
});

test("panning moves every point by the drag", () => {
  for (let i = 0; i < CASES; i++) {
    const { view } = randomView();
    const [dx, dy, z1, z2] = [between(-90, 90), between(-90, 90), between(-3, 3), between(-3, 3)];
    const [px, py] = toPixel(view, z1, z2);
    near(toPixel(panBy(view, dx, dy), z1, z2), [px + dx, py + dy], 1e-7);
  }
});

test("a view of a single point, or in no space at all, is still finite", () => {
  assert.deepEqual(aroundAll([[[-4, -4], [4, 5]], [[-6, -1], [2, 4]]]), [[-6, -4], [4, 5]]);
  assert.ok(Number.isFinite(fitView([1, 1], [1, 1], 300, 300, 10).scale));
  assert.ok(fitView([0, 0], [1, 1], 0, 0, 10).scale > 0);
});

test("ticks are round, inside, evenly spaced and not crowded", () => {
  for (let i = 0; i < CASES; i++) {
    const { view } = randomView();
    const { x, y, step } = axisTicks(view, 70);
    assert.match(step.toExponential(), /^[125]e/);
    assert.ok(step * view.scale >= 70 - 1e-6 && step * view.scale <= 70 * 2.5 + 1e-6);
    for (const tick of x) assert.ok(toPixel(view, tick, 0)[0] > -1e-3 && toPixel(view, tick, 0)[0] < view.width + 1e-3);
    for (const tick of y) assert.ok(toPixel(view, 0, tick)[1] > -1e-3 && toPixel(view, 0, tick)[1] < view.height + 1e-3);
    assert.ok(Math.abs(x.length - view.width / (step * view.scale)) <= 1);
  }
  assert.deepEqual(axisTicks({ scale: 100, cx: 0, cy: 0, width: 200, height: 100 }, 70).x, [-1, 0, 1]);
});

test("each axis of a map has at least two numbers, on a phone as on a screen", () => {
  for (let i = 0; i < CASES; i++) {
    const view = { scale: 10 ** between(0, 4), cx: between(-5, 5), cy: between(-5, 5), width: between(240, 900), height: between(240, 900) };
    const { x, y } = axisTicks(view);
    assert.ok(x.length >= 2 && y.length >= 2, JSON.stringify(view));
  }
});

test("numbers of a projector's size are farther apart, and those of a laptop's as far as ever", () => {
  for (let i = 0; i < CASES; i++) {
    const view = { scale: 10 ** between(0, 4), cx: 0, cy: 0, width: between(240, 900), height: between(240, 900) };
    assert.ok(axisTicks(view, tickSpacing(view, 28)).step * view.scale >= 90);
    assert.equal(tickSpacing(view, 13), tickSpacing(view));
  }
});

test("paths begin and end where they should, and a spherical one keeps its distance from the origin", () => {
  for (let i = 0; i < CASES; i++) {
    const [a, b] = [[between(-4, 4), between(-4, 4)], [between(-4, 4), between(-4, 4)]];
    for (const path of [lerp, slerp]) {
      near(path(a, b, 0), a);
      near(path(a, b, 1), b);
    }
    const [ra, rb, t] = [Math.hypot(...a), Math.hypot(...b), uniform()];
    near(Math.hypot(...slerp(a, b, t)), ra + t * (rb - ra));
  }
  near(slerp([1, 0], [0, 1], 0.5), [Math.SQRT1_2, Math.SQRT1_2]);
  near(Math.hypot(...slerp([1, 0], [-1, 0], 0.5)), 1);
  near(slerp([0, 0], [2, 2], 0.5), [1, 1]);
  assert.deepEqual([...pathPoints([0, 0], [2, 4], 3, "linear")], [0, 0, 1, 2, 2, 4]);
  assert.deepEqual([...pathPoints([1, 2], [3, 4], 1, "spherical")], [1, 2]);
});

test("an ellipse lies k standard deviations from its middle", () => {
  const points = ellipsePoints([1, -2], [0.5, 3], 2, 48);
  assert.equal(points.length, 96);
  for (let i = 0; i < 96; i += 2) near(Math.hypot((points[i] - 1) / 0.5, (points[i + 1] + 2) / 3), 2, 1e-6);
});

test("the normal quantile has its known values, and is odd and increasing", () => {
  const known = [[0.5, 0], [0.975, 1.959963984540054], [0.841344746068543, 1], [0.0013498980316301, -3], [1e-9, -5.997807015007774],
    [0.02, -2.053748910631823], [0.6, 0.2533471031357997]];
  for (const [p, z] of known) near(inverseNormalCdf(p), z, 3e-9);
  assert.equal(inverseNormalCdf(0), -Infinity);
  assert.equal(inverseNormalCdf(1), Infinity);
  let last = -Infinity;
  for (let p = 0.001; p < 1; p += 0.001) {
    near(inverseNormalCdf(p), -inverseNormalCdf(1 - p), 1e-8);
    assert.ok(inverseNormalCdf(p) > last);
    last = inverseNormalCdf(p);
  }
  near(priorMassBeyond(2), Math.exp(-2));
});

test("manifold cells are equal in length or in mass, with their middles between their borders", () => {
  near(manifoldAxis(4, "linear", -2, 2), [-1.5, -0.5, 0.5, 1.5]);
  near(manifoldEdges(4, "linear", -2, 2), [-2, -1, 0, 1, 2]);
  near(manifoldAxis(3, "prior", -9, 9), [inverseNormalCdf(1 / 6), 0, inverseNormalCdf(5 / 6)]);
  for (const spacing of ["linear", "prior"]) {
    const middles = manifoldAxis(20, spacing, -4, 4);
    const edges = manifoldEdges(20, spacing, -4, 4);
    cellReaches(middles, edges).forEach((reach, i) => {
      assert.ok(reach > 0 && middles[i] - reach > edges[i] - 1e-12 && middles[i] + reach < edges[i + 1] + 1e-12);
      assert.ok(Math.min(Math.abs(middles[i] - reach - edges[i]), Math.abs(middles[i] + reach - edges[i + 1])) < 1e-12);
    });
  }
});

/** Points that strain an index: clustered, doubled, on a line, single, none. */
function pointSets() {
  const cloud = Float32Array.from({ length: 1000 }, () => between(-3, 3) ** 3);
  const doubled = cloud.map((_, i) => Math.round(cloud[i]));
  const line = Float32Array.from({ length: 400 }, (_, i) => (i & 1 ? 2 : between(-100, 100)));
  return { cloud, doubled, line, single: Float32Array.of(3, 4), none: new Float32Array(0) };
}

for (const [name, codes] of Object.entries(pointSets())) {
  test(`the index finds what brute force finds: ${name}`, () => {
    const index = createIndex(codes);
    for (let i = 0; i < CASES; i++) {
      const [z1, z2] = [between(-40, 40), between(-40, 40)];
      const accept = i % 2 ? (candidate) => candidate % 3 === 1 : undefined;
      const all = Array.from({ length: codes.length / 2 }, (_, j) => ({ j, d: Math.hypot(codes[2 * j] - z1, codes[2 * j + 1] - z2) }));
      all.sort((a, b) => a.d - b.d || a.j - b.j);
      assert.equal(index.nearest(z1, z2, accept), all.find(({ j }) => !accept || accept(j))?.j ?? -1);
      assert.deepEqual(index.neighbours(z1, z2, 7), all.slice(0, 7).map(({ j }) => j));
      const radius = between(0, 30);
      assert.deepEqual(index.within(z1, z2, radius), all.filter(({ d }) => d <= radius).map(({ j }) => j));
      assert.equal(index.distance(z1, z2), all[0]?.d ?? Infinity);
    }
  });
}

test("a circle that holds a share of N(0, I) leaves the rest beyond", () => {
  for (const mass of [0.5, 0.95]) assert.ok(Math.abs(priorMassBeyond(radiusHolding(mass)) - (1 - mass)) < 1e-12);
});
