// The browser makes of the kept bundle what the engine wrote beside it; tests/engine/test_fixtures.py asks the same of the engine.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { elboOf } from "../../dashboard/browser/exact/gaps.js";
import { Inference } from "../../dashboard/browser/exact/posterior.js";
import { observeFixed } from "../../dashboard/browser/images/digits.js";
import { readBundle, unpackImages } from "../../dashboard/browser/model/bundle.js";
import { createNetwork } from "../../dashboard/browser/model/networks.js";
import { parseLink } from "../../dashboard/browser/state/property_table.js";
import { initialState } from "../../dashboard/browser/state/state.js";

const FIXTURES = new URL("../fixtures/", import.meta.url);
const REACH = 4;
const CELLS = 32;
const MARGIN = 0.02; // of mass: a picture's pixels lie across the borders of cells

const json = (name) => JSON.parse(readFileSync(new URL(name, FIXTURES), "utf8"));
const expected = json("tiny/expected.json");
const bundle = readBundle(readFileSync(new URL("tiny/tiny.bundle", FIXTURES)));
const network = createNetwork(bundle);
const inference = new Inference(network, bundle.points);
finish(inference.prepare());
const pictures = await unpackImages(bundle);
const seen = expected.images.map((index) => observeFixed(pictures, index, bundle.points));

/** The value of a job, run without pauses. */
function finish(job) {
  for (;;) {
    const { done, value } = job.next();
    if (done) return value;
  }
}

function near(got, want, tolerance, what) {
  assert.ok(Math.abs(got - want) <= tolerance, `${what}: ${got} is not ${want}`);
}

test("codes and observed pixels are the same to the bit", () => {
  const { codes, low, high } = bundle.points;
  const whole = Array.from(codes, (value, i) => Math.round(((value - low[i & 1]) / (high[i & 1] - low[i & 1])) * 65535));
  assert.deepEqual(whole, expected.codes.flat());
  seen.forEach((x, k) => assert.deepEqual([...x.keys()].filter((pixel) => x[pixel]), expected.on[k]));
});

test("q(z|x) and decoded pixels are the engine's", () => {
  seen.forEach((x, k) => {
    const { mu, std } = inference.encode(x);
    for (const axis of [0, 1]) {
      near(mu[axis], expected.mu[k][axis], 1e-3, `mu of image ${expected.images[k]}`);
      near(std[axis], expected.std[k][axis], 1e-3, `σ of image ${expected.images[k]}`);
    }
  });
  const decoded = network.decodeMany(Float32Array.from(expected.z.flat()));
  expected.pixels.flat().forEach((want, at) => near(decoded[at], want, 1e-3, `pixel ${at}`));
});

test("log p(x, z), log p(x), ELBO, modes and the mass of cells are the engine's", () => {
  seen.forEach((x, k) => {
    const what = `image ${expected.images[k]}`;
    const joints = finish(inference.logJoint(x, Float32Array.from(expected.z.flat())));
    joints.forEach((got, at) => near(got, expected.log_joint[k][at], 0.01, `${what}, log p(x, z) at ${expected.z[at]}`));
    const posterior = finish(inference.exact(x));
    near(posterior.logPx, expected.log_px[k], 0.01, `${what}, log p(x)`);
    near(finish(elboOf(inference, x, inference.encode(x))).elbo, expected.elbo[k], 0.01, `${what}, ELBO`);
    assert.equal(posterior.modes.length, expected.modes[k], `${what}, modes`);
    const masses = cellsOf(posterior);
    const places = new Set([...masses.keys(), ...Object.keys(expected.cells[k]).map(Number)]);
    for (const place of places) near(masses.get(place) ?? 0, expected.cells[k][place] ?? 0, MARGIN, `${what}, cell ${place}`);
  });
});

/** Mass of p(z|x) by cell, each pixel of the picture shared out among sixteen points within it. */
function cellsOf({ grid, density }) {
  const masses = new Map();
  const [width, height] = [(grid.high[0] - grid.low[0]) / grid.columns, (grid.high[1] - grid.low[1]) / grid.rows];
  density.forEach((value, at) => {
    for (let part = 0; part < 16; part++) {
      const z1 = grid.low[0] + ((at % grid.columns) + ((part & 3) + 0.5) / 4) * width;
      const z2 = grid.high[1] - (Math.floor(at / grid.columns) + ((part >> 2) + 0.5) / 4) * height;
      const [column, row] = [z1, z2].map((z) => Math.floor(((z + REACH) / (2 * REACH)) * CELLS));
      const place = row * CELLS + column;
      masses.set(place, (masses.get(place) ?? 0) + (value * width * height) / 16);
    }
  });
  return masses;
}

test("a link of an earlier version means what it meant", () => {
  const { link, values } = json("earlier/link.json");
  const parsed = parseLink(link, initialState(2));
  assert.deepEqual(parsed.refused, []);
  const { layers, ...others } = values;
  for (const [name, value] of Object.entries(others)) assert.deepEqual(parsed.values[name], value, name);
  for (const [name, on] of Object.entries(layers)) assert.equal(parsed.values.layers[name], on, name); // there are more by now
});
