// What an image is worth, as the browser has it: the engine's numbers where there is a record, and the same from the networks where there is none.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { toItsEnd } from "../../../dashboard/browser/base/slices.js";
import { elboOf } from "../../../dashboard/browser/exact/gaps.js";
import { observeFixed } from "../../../dashboard/browser/images/digits.js";
import { readBundle } from "../../../dashboard/browser/model/bundle.js";
import { createNetwork } from "../../../dashboard/browser/model/networks.js";
import { createBatchDecoder } from "../../../dashboard/browser/model/worker.js";
import { klOf, reconstructionTerms, worthsOf } from "../../../dashboard/browser/model/worths.js";
import { runPython } from "../support/python.js";

const COUNT = 60;
const folder = runPython("exact.py", "vae-mnist-small", String(COUNT), "0");
const bytes = readFileSync(join(folder, "model.bundle"));
const { points, ...bundle } = readBundle(bytes);
const network = createNetwork({ ...bundle, points });
const images = readFileSync(join(folder, "images.bin"));
const x = new Float32Array(COUNT * 784);
for (let i = 0; i < COUNT; i++) x.set(observeFixed(images, i, points), i * 784);
const near = (got, want, tolerance, what) => assert.ok(Math.abs(got - want) <= tolerance, `${what}: ${got} is not ${want}`);
const qOf = (i) => ({ mu: [points.codes[2 * i], points.codes[2 * i + 1]], std: [points.std[2 * i], points.std[2 * i + 1]] });

test("the KL is that of the lattice, and that of q = p is 0", () => {
  const inference = { logJoint: function* (_, z) { return new Float64Array(z.length / 2); } };
  for (const q of [{ mu: [0.3, -2], std: [0.1, 0.7] }, qOf(7)]) near(klOf(q.mu, q.std), toItsEnd(elboOf(inference, x.subarray(0, 784), q)).kl, 1e-9, "KL");
  assert.equal(klOf([0, 0], [1, 1]), 0);
});

test("numbers on record add up: ELBO = −(nll + KL), gap = log p(x) − ELBO ≥ 0", () => {
  const [elbo, logPx, gap, kl, nll, modes] = ["elbo", "log_px", "gap", "kl", "nll", "modes"].map((name) => worthsOf(points, name, null)());
  assert.deepEqual([elbo, logPx, modes], [points.truths.elbo, points.truths.logPx, points.truths.modes]);
  for (let i = 0; i < points.count; i++) {
    near(-(nll[i] + kl[i]), elbo[i], 1e-3, `${i}`);
    near(gap[i], logPx[i] - elbo[i], 1e-3, `${i}`);
    assert.ok(gap[i] > -0.01 && modes[i] >= 1 && kl[i] > 0);
  }
});

test("what is worked out is what is on record: nine nodes are enough for a colour", () => {
  const [first, count] = [10, 40];
  const terms = toItsEnd(reconstructionTerms(network, points, first, x.subarray(first * 784, (first + count) * 784)));
  const known = worthsOf(points, "nll", null)();
  const errors = Array.from(terms, (term, i) => Math.abs(term - known[first + i]));
  assert.ok(errors.reduce((sum, error) => sum + error, 0) / count < 0.05 && Math.max(...errors) < 1, `${errors}`);
  const nll = Float32Array.from(known);
  const worked = worthsOf({ ...points, truths: null }, "elbo", nll)();
  near(worked[3], points.truths.elbo[3], 1e-3, "ELBO from the terms");
  for (const name of ["log_px", "gap", "modes"]) assert.equal(worthsOf({ ...points, truths: null }, name, nll), null);
});

test("an autoencoder's term is −log p(x|z) at its code, and it has nothing else", () => {
  const ae = { ...points, std: null, truths: null };
  const terms = toItsEnd(reconstructionTerms(network, ae, 5, x.subarray(5 * 784, 7 * 784)));
  network.forEachRaw(points.codes.slice(10, 14), (raw, at, i) => near(terms[i], -network.likelihood.logProb(x.subarray((5 + i) * 784, (6 + i) * 784), raw, at), 1e-3, `${i}`));
  for (const name of ["elbo", "log_px", "gap", "kl", "modes"]) assert.equal(worthsOf(ae, name, terms), null);
  assert.equal(worthsOf(ae, "nll", null), null);
  assert.equal(worthsOf(ae, "nll", terms)(), terms);
});

test("the worker gives the same", async () => {
  const decoder = createBatchDecoder(bytes);
  const part = x.slice(0, 5 * 784);
  assert.deepEqual(await decoder.reconstructions(0, part), toItsEnd(reconstructionTerms(network, points, 0, part)));
  decoder.terminate();
});
