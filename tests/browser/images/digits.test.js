// Random draws that are what they claim to be, and drawings centred as MNIST's were.
import assert from "node:assert/strict";
import { test } from "node:test";

import { bernoulliPixels, centreAsMnist, seededNormal, seededUniform, undecidedPixels } from "../../../dashboard/browser/images/digits.js";

test("uniform numbers fill the interval evenly and repeat with their seed", () => {
  const [first, again, other] = [seededUniform(7), seededUniform(7), seededUniform(8)];
  const bins = new Array(20).fill(0);
  let equal = 0;
  for (let i = 0; i < 20000; i++) {
    const value = first();
    assert.equal(value, again());
    assert.ok(value > 0 && value < 1);
    bins[Math.floor(20 * value)]++;
    equal += value === other();
  }
  assert.equal(equal, 0);
  const chi2 = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  assert.ok(chi2 < 43.8, `χ²(19) = ${chi2}`); // 99.9 %
});

for (const seed of [0, 1, 12345]) {
  test(`normal draws have the moments of N(0, I), seed ${seed}`, () => {
    const draw = seededNormal(seed);
    const count = 40000;
    const sums = { a: 0, b: 0, aa: 0, bb: 0, ab: 0, a4: 0, next: 0 };
    let before = 0;
    for (let i = 0; i < count; i++) {
      const [a, b] = draw();
      sums.a += a, sums.b += b, sums.aa += a * a, sums.bb += b * b, sums.ab += a * b, sums.a4 += a ** 4, sums.next += a * before;
      before = a;
    }
    const want = { a: [0, 1], b: [0, 1], aa: [1, 2], bb: [1, 2], ab: [0, 1], a4: [3, 96], next: [0, 1] }; // mean, variance
    for (const [name, [mean, variance]] of Object.entries(want)) {
      const deviations = (sums[name] / count - mean) / Math.sqrt(variance / count);
      assert.ok(Math.abs(deviations) < 4, `${name} is ${deviations} standard errors off`);
    }
  });
}

test("Bernoulli pixels are on as often as they should be, by seed", () => {
  const probabilities = new Float32Array(784).map((_, i) => i / 783);
  const counts = new Float64Array(784);
  for (let seed = 0; seed < 400; seed++) bernoulliPixels(probabilities, seed).forEach((value, i) => (counts[i] += value));
  const total = counts.reduce((sum, count) => sum + count);
  assert.ok(Math.abs(total - 400 * 392) < 4 * Math.sqrt((400 * 784) / 6));
  assert.equal(counts[0], 0);
  assert.equal(counts[783], 400);
  assert.deepEqual(bernoulliPixels(probabilities, 5), bernoulliPixels(probabilities, 5));
});

/** A random stroke of discs on paper. */
function stroke(uniform, width, height) {
  const paper = new Uint8ClampedArray(width * height);
  let [x, y] = [uniform() * width, uniform() * height];
  const radius = 1 + uniform() * 0.06 * Math.min(width, height);
  for (let i = 0; i < 60; i++) {
    x = Math.min(Math.max(x + (uniform() - 0.5) * 0.15 * width, 0), width - 1);
    y = Math.min(Math.max(y + (uniform() - 0.5) * 0.15 * height, 0), height - 1);
    for (let row = Math.ceil(Math.max(y - radius, 0)); row <= Math.min(y + radius, height - 1); row++) {
      for (let column = Math.ceil(Math.max(x - radius, 0)); column <= Math.min(x + radius, width - 1); column++) {
        if (Math.hypot(column - x, row - y) <= radius) paper[row * width + column] = 255;
      }
    }
  }
  return paper;
}

/** Bounding box and centre of mass in pixel numbers. */
function measure(image, side = 28) {
  let [mass, x, y, left, right, top, bottom] = [0, 0, 0, side, -1, side, -1];
  image.forEach((ink, i) => {
    if (!ink) return;
    const [column, row] = [i % side, Math.floor(i / side)];
    mass += ink, x += ink * column, y += ink * row;
    left = Math.min(left, column), right = Math.max(right, column), top = Math.min(top, row), bottom = Math.max(bottom, row);
  });
  return { x: x / mass, y: y / mass, width: right - left + 1, height: bottom - top + 1, left, right, top, bottom };
}

test("a drawing of any size is scaled into 20×20 with its mass on pixel (14, 14)", () => {
  const uniform = seededUniform(3);
  for (let i = 0; i < 60; i++) {
    const [width, height] = [Math.floor(20 + 300 * uniform()), Math.floor(20 + 300 * uniform())];
    const { x, y, ...box } = measure(centreAsMnist(stroke(uniform, width, height), width, height));
    assert.ok(box.width <= 20 && box.height <= 20 && Math.max(box.width, box.height) >= 19, JSON.stringify(box));
    // Ink far to one side would leave the image; it is stopped at the edge instead.
    if (box.left > 0 && box.right < 27) assert.ok(Math.abs(x - 14) <= 0.51, `x ${x}`);
    if (box.top > 0 && box.bottom < 27) assert.ok(Math.abs(y - 14) <= 0.51, `y ${y}`);
  }
});

test("centring forgets where on the paper a digit was drawn", () => {
  const uniform = seededUniform(4);
  const small = stroke(uniform, 90, 90);
  const moved = new Uint8ClampedArray(200 * 200);
  for (let y = 0; y < 90; y++) moved.set(small.subarray(90 * y, 90 * y + 90), 200 * (y + 77) + 31);
  assert.deepEqual(centreAsMnist(moved, 200, 200), centreAsMnist(small, 90, 90));
});

test("blank paper stays blank, noise is not stretched, one dot and full ink are drawn", () => {
  assert.ok(centreAsMnist(new Uint8ClampedArray(100), 10, 10).every((ink) => ink === 0));
  assert.ok(centreAsMnist(new Uint8ClampedArray(100).fill(9), 10, 10).every((ink) => ink === 0));
  assert.ok(centreAsMnist(new Uint8ClampedArray(0), 0, 0).every((ink) => ink === 0));
  const dot = new Uint8ClampedArray(2500);
  dot[1234] = 255;
  assert.equal(measure(centreAsMnist(dot, 50, 50)).width, 20);
  const full = measure(centreAsMnist(new Uint8ClampedArray(5000).fill(255), 50, 100));
  assert.deepEqual([full.width, full.height], [10, 20]);
});

test("for models of other sizes a drawing is the same, larger or smaller, and in 28 × 28 to the bit what it always was", () => {
  const uniform = seededUniform(5);
  const paper = stroke(uniform, 200, 200);
  assert.deepEqual(centreAsMnist(paper, 200, 200, 28), centreAsMnist(paper, 200, 200));
  for (const side of [4, 16, 33, 64]) {
    const image = centreAsMnist(paper, 200, 200, side);
    assert.equal(image.length, side ** 2);
    const { left, right, top, bottom, x, y } = measure(image, side);
    const longest = Math.max(right - left, bottom - top) + 1;
    assert.ok(Math.abs(longest - 20 / 28 * side) <= 1, `${longest} of ${side}`);
    if (left > 0 && right < side - 1) assert.ok(Math.abs(x - side / 2) <= 0.51);
    if (top > 0 && bottom < side - 1) assert.ok(Math.abs(y - side / 2) <= 0.51);
  }
});

test("scaling keeps the mean ink", () => {
  const paper = new Uint8ClampedArray(64 * 64).map((_, i) => ((i % 64) + (i >> 6)) % 2 === 0 ? 255 : 0);
  const centred = centreAsMnist(paper, 64, 64);
  const mean = centred.reduce((sum, ink) => sum + ink, 0) / 400;
  assert.ok(Math.abs(mean - 127.5) < 2);
});

test("a pixel is undecided between a quarter and three quarters", () => {
  assert.equal(undecidedPixels([0, 0.25, 0.26, 0.5, 0.74, 0.75, 1]), 3);
  assert.equal(undecidedPixels(new Float32Array(784)), 0);
});
