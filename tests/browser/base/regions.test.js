// Polygons: what lies inside is what area, half-planes and partitions say; fewer corners keep the shape.
import assert from "node:assert/strict";
import { test } from "node:test";

import { markInside, rectangleOf, roundedCorners, simplified } from "../../../dashboard/browser/base/regions.js";
import { seededUniform } from "../../../dashboard/browser/images/digits.js";

const uniform = seededUniform(5);
const between = (low, high) => low + (high - low) * uniform();
const cloud = (count, spread = 1) => Float32Array.from({ length: 2 * count }, () => between(-spread, spread));
const inside = (corners, codes) => {
  const marks = new Uint8Array(codes.length / 2);
  markInside(corners, codes, marks, 1);
  return marks;
};
const total = (marks) => marks.reduce((sum, mark) => sum + mark, 0);
/** A star-shaped polygon round the origin, seldom convex. */
const star = (corners) => Array.from({ length: corners }, (_, i) => 2 * Math.PI * (i + uniform()) / corners).flatMap((angle) => {
  const radius = between(0.2, 1);
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
});
const area = (corners) => {
  let twice = 0;
  for (let c = 0; c < corners.length; c += 2) {
    const next = (c + 2) % corners.length;
    twice += corners[c] * corners[next + 1] - corners[next] * corners[c + 1];
  }
  return Math.abs(twice) / 2;
};

test("of points strewn evenly the share inside is the polygon's area", () => {
  const codes = cloud(60_000);
  for (let round = 0; round < 10; round++) {
    const corners = star(12);
    assert.ok(Math.abs(total(inside(corners, codes)) / 60_000 * 4 - area(corners)) < 0.03);
  }
});

test("inside a triangle is what lies on its side of all three lines, whichever way round it is drawn", () => {
  const codes = cloud(2000);
  for (let round = 0; round < 20; round++) {
    const [a, b, c] = [star(1), star(1), star(1)];
    const side = ([x, y], [px, py], [qx, qy]) => Math.sign((qx - px) * (y - py) - (qy - py) * (x - px));
    const wanted = Array.from({ length: 2000 }, (_, i) => {
      const sides = [[a, b], [b, c], [c, a]].map(([p, q]) => side([codes[2 * i], codes[2 * i + 1]], p, q));
      return Number(new Set(sides).size === 1);
    });
    assert.deepEqual([...inside([a, b, c].flat(), codes)], wanted);
    assert.deepEqual([...inside([c, b, a].flat(), codes)], wanted);
  }
});

test("two polygons with a common side share out its points, and those of their corners, one by one", () => {
  const grid = Float32Array.from({ length: 2 * 81 }, (_, i) => (i % 2 ? Math.floor(i / 18) : (i >> 1) % 9) / 2);
  const whole = inside([0, 0, 4, 0, 4, 4, 0, 4], grid);
  for (const [one, other] of [[[0, 0, 4, 0, 4, 4], [0, 0, 4, 4, 0, 4]], [[0, 0, 2, 0, 2, 4, 0, 4], [2, 0, 4, 0, 4, 4, 2, 4]], [[0, 0, 4, 0, 4, 2, 0, 2], [0, 2, 4, 2, 4, 4, 0, 4]]]) {
    const [left, right] = [inside(one, grid), inside(other, grid)];
    assert.deepEqual(left.map((mark, i) => mark + right[i]), whole);
  }
});

test("a loop drawn twice over encloses what it encloses once, and a figure of eight both of its halves", () => {
  const corners = star(9);
  const codes = cloud(2000);
  assert.deepEqual(inside([...corners, ...corners], codes), inside(corners, codes));
  const eight = [-1, -1, 1, 1, 1, -1, -1, 1];
  assert.deepEqual([...inside(eight, Float32Array.of(0.5, 0, -0.5, 0, 0, 0.5))], [1, 1, 0]);
});

test("a rectangle holds what lies between its corners, however it was pulled open", () => {
  const codes = cloud(2000);
  const wanted = Uint8Array.from({ length: 2000 }, (_, i) => Number(Math.abs(codes[2 * i]) < 0.5 && Math.abs(codes[2 * i + 1]) < 0.25));
  for (const [x, y] of [[0.5, 0.25], [-0.5, 0.25], [0.5, -0.25], [-0.5, -0.25]]) assert.deepEqual(inside(rectangleOf([x, y], [-x, -y]), codes), wanted);
});

test("fewer corners lie on the path, within the tolerance of all of it; where they are too many the tolerance gives way", () => {
  const path = Array.from({ length: 200 }, (_, i) => i / 199 * 2 * Math.PI).flatMap((angle) => [100 * Math.cos(angle), 100 * Math.sin(angle)]);
  const few = simplified(path, 100, 1);
  assert.ok(few.length / 2 >= 12 && few.length / 2 < 40, String(few.length / 2)); // a chord that is 1 off spans 2·acos(0.99)
  assert.ok(Math.abs(area(few) / area(path) - 1) < 0.02);
  assert.deepEqual(simplified([0, 0, 1, 0, 2, 0, 2, 1, 2, 2], 10, 0.01), [0, 0, 2, 0, 2, 2]);
  assert.equal(simplified(path, 5, 1).length / 2, 5);
});

test("corners are rounded to less than a pixel, without a minus before a nought", () => {
  assert.deepEqual(roundedCorners([1.23456, -0.0001], 50), [1.23, 0]);
  for (const scale of [3, 70, 20_000]) {
    const [x] = roundedCorners([Math.PI], scale);
    assert.ok(Math.abs(x - Math.PI) * scale <= 0.5);
  }
});

test("60,000 points and as many corners as a lasso has are told within a frame", () => {
  const codes = cloud(60_000);
  const corners = star(32);
  inside(corners, codes);
  const times = Array.from({ length: 5 }, () => {
    const began = performance.now();
    inside(corners, codes);
    return performance.now() - began;
  });
  assert.ok(Math.min(...times) < 16, `${Math.min(...times)} ms`);
});
