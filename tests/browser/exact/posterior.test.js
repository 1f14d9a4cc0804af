// The browser's exact posterior against the engine's, against closed forms, and on images nobody would draw.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { readBundle } from "../../../dashboard/browser/model/bundle.js";
import { bernoulliPixels, observeFixed } from "../../../dashboard/browser/images/digits.js";
import { elboOf, gapsOf } from "../../../dashboard/browser/exact/gaps.js";
import { createNetwork } from "../../../dashboard/browser/model/networks.js";
import { Inference } from "../../../dashboard/browser/exact/posterior.js";
import { gridAround, onGrid } from "../../../dashboard/browser/exact/posterior_summary.js";
import { contourPieces } from "../../../dashboard/browser/map/layout/contours.js";
import { gridPoints } from "../../../dashboard/browser/model/density.js";
import { createBatchDecoder } from "../../../dashboard/browser/model/worker.js";
import { golden, runPython } from "../support/python.js";

/** The value of a job, run without pauses. */
function finish(job) {
  for (;;) {
    const { done, value } = job.next();
    if (done) return value;
  }
}

function near(got, want, tolerance, what = "") {
  assert.ok(Math.abs(got - want) <= tolerance, `${what}: ${got} is not ${want}`);
}

function load(name, count, withGaps) {
  const folder = runPython("exact.py", name, String(count), String(withGaps));
  const bytes = readFileSync(join(folder, "model.bundle"));
  const bundle = readBundle(bytes);
  const inference = new Inference(createNetwork(bundle), bundle.points);
  finish(inference.prepare());
  const images = readFileSync(join(folder, "images.bin"));
  const x = Array.from({ length: count }, (_, index) => observeFixed(images, index, bundle.points));
  return { bytes, inference, x, exact: JSON.parse(readFileSync(join(folder, "exact.json"), "utf8")) };
}

// `make test-long` takes more of them, and two more likelihoods; gaps are the slow part.
const LONG = process.env.IMAGES;
const COUNT = Number(LONG ?? 12);
const models = { "vae-mnist": load("vae-mnist", COUNT, LONG ? 6 : 2), ...(LONG && { gaussian: load("gaussian", 8, 3), "gaussian-fixed": load("gaussian-fixed", 8, 3) }) };

for (const [name, { inference, x, exact }] of Object.entries(models)) {
  test(`${name}: log p(x) is the engine's to 0.01 nat`, () => {
    x.forEach((image, index) => {
      const { logPx, error } = finish(inference.exact(image));
      near(logPx, exact.logPx[index], 0.01, `image ${index}`);
      assert.ok(error < 0.01);
    });
  });

  test(`${name}: ELBO and gaps are the engine's, and no gap is negative`, () => {
    exact.gaps.forEach((want, index) => {
      const posterior = finish(inference.exact(x[index]));
      const { encoder, best, path } = finish(gapsOf(inference, x[index], inference.encode(x[index]), posterior));
      near(encoder.elbo, want.encoder, 0.01, `encoder, image ${index}`);
      assert.ok(best.elbo > want.best - 0.02, `best, image ${index}: ${best.elbo} is less than ${want.best}`);
      assert.ok(posterior.logPx > best.elbo - 0.01 && best.elbo >= encoder.elbo - 0.01);
      near(encoder.elbo, -(encoder.nll + encoder.kl), 1e-9);
      path.slice(1).forEach((step, k) => assert.ok(step.elbo > path[k].elbo, "the ELBO rises along the path"));
    });
  });

  test(`${name}: a close-up shows every peak round, and its lines hold their shares of the mass`, () => {
    for (const image of x.slice(0, LONG ? 5 : 2)) {
      const posterior = finish(inference.exact(image));
      const grid = gridAround(posterior, 128);
      const { density, contours } = onGrid(posterior, grid, finish(inference.logJoint(image, gridPoints(grid))));
      const area = ((grid.high[0] - grid.low[0]) / grid.columns) ** 2;
      near((grid.high[1] - grid.low[1]) / grid.rows, Math.sqrt(area), 1e-9, "squares");
      const within = (level) => density.reduce((sum, value) => sum + (value >= level ? value * area : 0), 0);
      near(within(contours[0]), 0.5, 0.05, "50 %");
      near(within(contours[1]), 0.95, 0.03, "95 %");
      assert.ok(contourPieces(density, grid, contours[0]).length / 4 >= 12, "a round line and no triangle");
    }
  });

  test(`${name}: the picture, its contours, its modes and its moments belong together`, () => {
    for (const image of x.slice(0, 5)) {
      const { grid, density, contours, mean, covariance, modes } = finish(inference.exact(image));
      const width = (grid.high[0] - grid.low[0]) / grid.columns;
      const height = (grid.high[1] - grid.low[1]) / grid.rows;
      const sums = { mass: 0, x: 0, y: 0, half: 0, most: 0 };
      density.forEach((value, at) => {
        const mass = value * width * height;
        sums.mass += mass;
        sums.x += mass * (grid.low[0] + ((at % grid.columns) + 0.5) * width);
        sums.y += mass * (grid.high[1] - (Math.floor(at / grid.columns) + 0.5) * height);
        if (value >= contours[0]) sums.half += mass;
        if (value >= contours[1]) sums.most += mass;
      });
      near(sums.mass, 1, 0.03, "mass");
      near(sums.half, 0.5, 0.06, "50 %");
      near(sums.most, 0.95, 0.04, "95 %");
      near(sums.x, mean[0], 0.02, "mean");
      near(sums.y, mean[1], 0.02, "mean");
      assert.ok(covariance[0] > 0 && covariance[2] > 0 && covariance[0] * covariance[2] > covariance[1] ** 2);
      assert.ok(modes.length >= 1);
      const [best] = finish(inference.logJoint(image, Float32Array.from(modes[0])));
      for (let k = 0; k < 8; k++) {
        const around = Float32Array.of(modes[0][0] + 0.05 * Math.cos(k), modes[0][1] + 0.05 * Math.sin(k));
        assert.ok(finish(inference.logJoint(image, around))[0] < best + 1e-3, "nothing around a mode is higher");
      }
    }
  });
}

test("a last sigmoid means the same in the network as in the likelihood", { skip: !LONG }, () => {
  const { bytes, x, exact } = models["gaussian-fixed"];
  const bundle = readBundle(bytes);
  bundle.header.config.likelihood = "gaussian-linear";
  bundle.header.layers.decoder.push({ op: "sigmoid" });
  const inference = new Inference(createNetwork(bundle), bundle.points);
  finish(inference.prepare());
  for (const index of [0, 1, 2]) near(finish(inference.exact(x[index])).logPx, exact.logPx[index], 0.01, `image ${index}`);
});

/** A decoder whose log p(x, z) is the logarithm of known Gaussians, to be integrated. */
function known(logDensity, mu = [0, 0]) {
  const network = {
    rawWidth: 784,
    encode: () => ({ mu, std: [1, 1] }),
    forEachRaw(z, take) {
      for (let k = 0; k < z.length / 2; k++) take(Float32Array.of(z[2 * k], z[2 * k + 1]), 0, k);
    },
    likelihood: {
      statisticsWidth: 784,
      statistics: () => new Float32Array(784),
      // p(x|z) = density / prior, so that the joint is the density.
      natural: (raw) => logDensity(raw[0], raw[1]) + 0.5 * (raw[0] ** 2 + raw[1] ** 2) + Math.log(2 * Math.PI),
      logProb: (_, raw) => logDensity(raw[0], raw[1]) + 0.5 * (raw[0] ** 2 + raw[1] ** 2) + Math.log(2 * Math.PI),
    },
  };
  const inference = new Inference(network, { count: 0, codes: new Float32Array(0), std: new Float32Array(0) });
  finish(inference.prepare());
  return inference;
}

/** log N(z; m, diag s²), turned by an angle. */
function gaussian(m, s, angle = 0) {
  return (z1, z2) => {
    const [a, b] = [z1 - m[0], z2 - m[1]];
    const [u, v] = [a * Math.cos(angle) + b * Math.sin(angle), b * Math.cos(angle) - a * Math.sin(angle)];
    return -0.5 * ((u / s[0]) ** 2 + (v / s[1]) ** 2) - Math.log(2 * Math.PI * s[0] * s[1]);
  };
}

const anything = new Float32Array(784);
for (const [m, s, angle] of [[[0, 0], [1, 1], 0], [[0.31, -1.7], [0.05, 0.05], 0], [[2.06, 0.44], [0.008, 0.02], 0.7],
  [[-1, 1], [0.6, 0.02], 1], [[6, 3.03], [0.1, 0.3], 0.2], [[0, 0], [2, 0.5], -0.4]]) {
  test(`a Gaussian at ${m} with spreads ${s} integrates to one, with its mean and covariance`, () => {
    const posterior = finish(known(gaussian(m, s, angle), m).exact(anything));
    near(posterior.logPx, 0, 0.01);
    const [c, d] = [Math.cos(angle), Math.sin(angle)];
    const want = [(c * s[0]) ** 2 + (d * s[1]) ** 2, c * d * (s[0] ** 2 - s[1] ** 2), (d * s[0]) ** 2 + (c * s[1]) ** 2];
    posterior.covariance.forEach((value, k) => near(value, want[k], 0.02 * s[0] * s[0] + 0.02 * s[1] ** 2, "covariance"));
    posterior.mean.forEach((value, axis) => near(value, m[axis], 0.02, "mean"));
    assert.equal(posterior.modes.length, 1);
    near(posterior.modes[0][0], m[0], 0.02, "mode");
  });
}

test("two far modes are both found, weighed and counted", () => {
  const [one, two] = [gaussian([-2, 1], [0.04, 0.04]), gaussian([1.5, -1], [0.08, 0.08])];
  const posterior = finish(known((z1, z2) => Math.log(0.3 * Math.exp(one(z1, z2)) + 0.7 * Math.exp(two(z1, z2)) + 1e-300), [1.5, -1]).exact(anything));
  near(posterior.logPx, 0, 0.01);
  near(posterior.mean[0], 0.3 * -2 + 0.7 * 1.5, 0.02);
  assert.equal(posterior.modes.length, 2);
});

test("the ELBO of the posterior itself is log p(x), and the best Gaussian finds it from afar", () => {
  const inference = known(gaussian([0.5, -0.3], [0.07, 0.2]), [0.5, -0.3]);
  near(finish(elboOf(inference, anything, { mu: [0.5, -0.3], std: [0.07, 0.2] })).elbo, 0, 1e-3);
  const { best, path } = finish(gapsOf(inference, anything, { mu: [-0.5, 0.6], std: [0.3, 0.3] }, finish(inference.exact(anything))));
  near(best.elbo, 0, 1e-3);
  near(best.mu[0], 0.5, 1e-2);
  near(best.std[1], 0.2, 1e-2);
  near(path.at(-1).elbo, 0, 1e-2);
});

test("blank, white, single-pixel, noisy and grey images give numbers", () => {
  const { inference } = models["vae-mnist"];
  const pixel = new Float32Array(784);
  pixel[400] = 1;
  const images = [new Float32Array(784), new Float32Array(784).fill(1), pixel,
    bernoulliPixels(new Float32Array(784).fill(0.5), 1), new Float32Array(784).fill(0.5)];
  for (const x of images) {
    const posterior = finish(inference.exact(x));
    const { encoder, best } = finish(gapsOf(inference, x, inference.encode(x), posterior));
    for (const value of [posterior.logPx, posterior.error, ...posterior.mean, ...posterior.covariance, ...posterior.contours, encoder.elbo,
      best.elbo, ...best.mu, ...best.std]) assert.ok(Number.isFinite(value), `${value}`);
    assert.ok(posterior.density.every(Number.isFinite));
    assert.ok(best.elbo <= posterior.logPx + 0.02);
  }
});

test("the coarse posterior is near the exact one", () => {
  const { inference, x, exact } = models["vae-mnist"];
  const off = x.map((image, index) => Math.abs(inference.coarse(image).logPx - exact.logPx[index]));
  assert.ok(off.sort((a, b) => a - b)[COUNT >> 1] < 1, `${off}`);
});

test("the batch decoder gives the same, and an autoencoder's refusal is a sentence", async () => {
  const { bytes, inference, x } = models["vae-mnist"];
  const decoder = createBatchDecoder(bytes);
  let share = 0;
  for (let last = -1; share < 1; last = share) {
    share = await decoder.prepare();
    assert.ok(share > last && share <= 1, "each word of how far it is says more than the one before");
  }
  const exact = await decoder.exactPosterior(x[0]);
  near(exact.logPx, finish(inference.exact(x[0])).logPx, 1e-9);
  near(exact.encoder.elbo, finish(elboOf(inference, x[0], inference.encode(x[0]))).elbo, 1e-9);
  const [coarse, gaps] = await Promise.all([decoder.coarsePosterior(x[0]), decoder.gaps(x[0])]);
  near(coarse.logPx, inference.coarse(x[0]).logPx, 1e-9);
  assert.ok(gaps.best.elbo >= exact.encoder.elbo - 1e-3 && gaps.logPx === exact.logPx);
  const autoencoder = createBatchDecoder(readFileSync(join(golden(), "ae-gaussian.bundle")));
  await assert.rejects(autoencoder.exactPosterior(x[0]), /An autoencoder has no posterior/);
});
