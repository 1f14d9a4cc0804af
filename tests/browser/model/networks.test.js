// The browser's networks against numpy and torch, for every architecture and every pretrained model.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { readBundle, unpackImages } from "../../../dashboard/browser/model/bundle.js";
import { observeFixed } from "../../../dashboard/browser/images/digits.js";
import { createNetwork } from "../../../dashboard/browser/model/networks.js";
import { golden } from "../support/python.js";

const folder = golden();
const { names, observed } = JSON.parse(readFileSync(join(folder, "golden.json"), "utf8"));

/** Largest difference, relative where numbers exceed 1. */
function farthest(got, want) {
  assert.equal(got.length, want.length);
  return got.reduce((worst, value, i) => {
    assert.ok(Number.isFinite(value));
    return Math.max(worst, Math.abs(value - want[i]) / Math.max(1, Math.abs(want[i])));
  }, 0);
}

/** Codes of every x, in the order of golden.py: all mu, then all std. */
function encodeAll(network, images) {
  const encoded = images.map((x) => network.encode(Float32Array.from(x)));
  return [...encoded.flatMap(({ mu }) => mu), ...encoded.flatMap(({ std }) => std ?? [])];
}

for (const name of names) {
  const { x, z, half, full } = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
  const bundle = readBundle(readFileSync(join(folder, `${name}.bundle`)));
  const precise = readBundle(readFileSync(join(folder, `${name}.f32.bundle`)));

  for (const allowSimd of [true, false]) {
    test(`${name} agrees with numpy and torch ${allowSimd ? "by WebAssembly" : "in plain JavaScript"}`, () => {
      const network = createNetwork(bundle, { allowSimd });
      assert.equal(network.simd, allowSimd);
      const decoded = [...network.decodeMany(Float32Array.from(z))];
      assert.ok(farthest(encodeAll(network, x), half.encoded) < 1e-5);
      assert.ok(farthest(decoded, half.decoded) < 1e-5);
      assert.ok(farthest(decoded, full.decoded) < 2e-3);
      const exact = createNetwork(precise, { allowSimd });
      assert.ok(farthest(encodeAll(exact, x), full.encoded) < 1e-5);
      assert.ok(farthest([...exact.decodeMany(Float32Array.from(z))], full.decoded) < 1e-5);
    });
  }

  test(`${name} gives the same pixels one by one, raw and in batches`, () => {
    const network = createNetwork(bundle);
    const batch = network.decodeMany(Float32Array.from(z));
    const raw = network.rawMany(Float32Array.from(z));
    const { side, pixels } = network;
    assert.deepEqual([side, pixels], [bundle.side, x[0].length]);
    const out = new Float32Array(pixels);
    for (let i = 0; i < z.length / 2; i++) {
      assert.equal(network.decode(z[2 * i], z[2 * i + 1], out), out);
      assert.ok(farthest([...out], batch.subarray(pixels * i, pixels * (i + 1))) < 1e-6);
      const means = raw.subarray(network.rawWidth * i, network.rawWidth * i + pixels);
      const shown = bundle.header.config.likelihood === "gaussian-linear" ? (m) => Math.min(1, Math.max(0, m)) : (m) => 1 / (1 + Math.exp(-m));
      assert.ok(farthest([...means].map(shown), out) < 1e-6);
    }
  });
}

test("entropy is the sum over pixels", () => {
  const network = createNetwork(readBundle(readFileSync(join(folder, "mlp-relu.bundle"))));
  const z = new Float32Array([0.3, -1, 2, 0.5]);
  const entropies = network.entropyMany(z);
  const pixels = network.decodeMany(z);
  for (const index of [0, 1]) {
    const want = pixels.subarray(784 * index, 784 * (index + 1))
      .reduce((sum, p) => sum - p * Math.log(p) - (1 - p) * Math.log(1 - p), 0);
    assert.ok(Math.abs(entropies[index] - want) < 1e-2);
  }
});

for (const [name, source] of [["fourier-gelu-softplus", "images.bin"], ["mlp-16", "mlp-16.images"], ["conv-64", "conv-64.images"]]) test(`${name}: codes, labels and images come out of the bundle as they went in`, async () => {
  const bundle = readBundle(readFileSync(join(folder, `${name}.bundle`)));
  const images = await unpackImages(bundle);
  assert.equal(images.length, bundle.points.count * bundle.side ** 2);
  assert.deepEqual(Buffer.from(images), readFileSync(join(folder, source)).subarray(0, images.length));
  const network = createNetwork(bundle);
  const { points } = bundle;
  const step = (points.high[0] - points.low[0] + points.high[1] - points.low[1]) / 65535;
  for (let index = 0; index < points.count; index++) {
    const { mu, std } = network.encode(observeFixed(images, index, points));
    for (const axis of [0, 1]) {
      // Codes were made with full-precision weights, which half-precision ones repeat to about a thousandth.
      assert.ok(Math.abs(points.codes[2 * index + axis] - mu[axis]) < 5e-3 + step);
      assert.ok(Math.abs(points.std[2 * index + axis] - std[axis]) < 5e-3);
    }
  }
  if (bundle.side === 28) assert.deepEqual([bundle.points.labels[0], bundle.train.count], [7, points.count]);
});

test("observeFixed makes the same draw as Python, bit for bit", () => {
  const images = readFileSync(join(folder, "images.bin"));
  for (const { seed, index, on } of observed) {
    const x = observeFixed(images, index, {protocol: "dynamic", seed, pixels: 784});
    assert.deepEqual([...x].flatMap((value, i) => (value ? [i] : [])), on, `seed ${seed}, image ${index}`);
    const pixels = [...images.subarray(index * 784, (index + 1) * 784)];
    assert.deepEqual([...observeFixed(images, index, {protocol: "grey", seed, pixels: 784})], pixels.map((value) => Math.fround(value / 255)));
    assert.deepEqual([...observeFixed(images, index, {protocol: "threshold", seed, pixels: 784})], pixels.map((value) => Number(value > 127)));
  }
});

test("a layer that this page does not know is refused by name", () => {
  const bundle = readBundle(readFileSync(join(folder, "mlp-relu.bundle")));
  const header = structuredClone(bundle.header);
  header.layers.decoder[1].op = "swish";
  assert.throws(() => createNetwork({ ...bundle, header }), { message: 'This page cannot run the layer "swish" of the model\'s decoder.' });
});

test("weights that do not fit their layers are refused by name", () => {
  const bundle = readBundle(readFileSync(join(folder, "mlp-relu.bundle")));
  const spoil = (change) => {
    const spoilt = { ...bundle, header: structuredClone(bundle.header), tensors: new Map(bundle.tensors) };
    change(spoilt);
    return () => createNetwork(spoilt);
  };
  assert.throws(spoil(({ tensors }) => tensors.delete("decoder.0.weight")), /decoder\.0\.weight is missing/);
  assert.throws(spoil(({ header }) => (header.layers.encoder[0].out = 25)), /encoder\.0\.weight is missing or does not fit/);
  assert.throws(spoil(({ header }) => header.layers.decoder.pop()), /do not end in/);
});
