// Small VAEs of points: gradients and log p(x) are the engine's, the bound is one, collapse comes where it must, and training gets there.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";

import {createCourse} from "../../../../dashboard/browser/train/toy/course.js";
import {logDensities, meanOf} from "../../../../dashboard/browser/train/toy/measures.js";
import {logDensityOf} from "../../../../dashboard/browser/train/toy/mixture.js";
import {modelMixture} from "../../../../dashboard/browser/train/toy/prior_rule.js";
import {USUAL} from "../../../../dashboard/browser/train/toy/settings.js";
import {toyLayers, ToyTrainer} from "../../../../dashboard/browser/train/toy/trainer.js";

const told = JSON.parse(readFileSync(new URL("../../../fixtures/training/toys.json", import.meta.url), "utf8"));

/** A trainer with the weights of the fixture. */
function trainerOf({hidden, weights, noise, points}, latent) {
  const trainer = new ToyTrainer({latent, seed: 0, noise, hidden}, points.length / 2);
  trainer.model.write(new Map(Object.entries(weights).map(([name, values]) => [name, Float32Array.from(values)])));
  return trainer;
}

function near(got, want, most, what) {
  const largest = Math.max(...want.map(Math.abs), 1e-12);
  want.forEach((value, i) => assert.ok(Math.abs(got[i] - value) <= most * largest, `${what}: ${got[i]}, not ${value}`));
}

const mixtureOf = (trainer, finest) => modelMixture((z, count) => trainer.decode(z, count), trainer.latent, trainer.noise, finest);

for (const [name, fixture] of Object.entries(told)) {
  const latent = Number(name);
  test(`terms, gradients and log p(x) are the engine's: ${latent}-D`, () => {
    assert.deepEqual(toyLayers(latent, fixture.hidden, "tanh"), fixture.layers);
    const trainer = trainerOf(fixture, latent), {model} = trainer;
    const {nll, kl} = trainer.gradients(Float32Array.from(fixture.points), fixture.epsilon, {rate: 0, beta: fixture.beta, noise: null});
    near(nll, fixture.nll, 1e-5, "nll");
    near(kl, fixture.kl, 1e-5, "kl");
    for (const [key, values] of model.tensors(model.bench.slopes)) near(values, fixture.gradients[key], 1e-4, key);
    near([model.heap[model.bench.slopes + model.own]], [fixture.noise_gradient], 1e-4, "log s");
    trainer.gradients(Float32Array.from(fixture.points), fixture.epsilon, {rate: 0, beta: fixture.beta, noise: fixture.noise});
    assert.equal(model.heap[model.bench.slopes + model.own], 0); // what is given is not learned
    near(logDensities(logDensityOf(mixtureOf(trainer)), Float32Array.from(fixture.points)), fixture.log_px, 1e-3 / Math.max(...fixture.log_px.map(Math.abs)), "log p(x)");
  });
}

test("log p(x) is above the ELBO of each point, by KL(q ‖ p(z|x)), before training and after", () => {
  for (const latent of [1, 2]) {
    const settings = {...USUAL, latent}, course = createCourse(settings);
    for (const steps of [0, 300]) {
      for (let i = 0; i < steps; i++) course.step(settings);
      const trainer = course.trainer, points = course.data().held.points.subarray(0, 400), draws = 100; // of which the mean is as far off as a point may lie above
      const logs = logDensities(logDensityOf(mixtureOf(trainer)), points), {nll, kl} = trainer.terms(points, draws);
      const below = logs.map((log, i) => log + nll[i] + kl[i]);
      assert.ok(Math.min(...below) > -0.2 * Math.max(1, ...nll.map(Math.abs)), `${latent}-D: a point lies ${-Math.min(...below)} above`);
      assert.ok(below.reduce((sum, one) => sum + one, 0) / below.length > 0);
    }
  }
});

test("with more nodes log p(x) is the same on average to a thousandth of a nat, after training as well", () => {
  for (const [latent, noise] of [[1, 0.1], [2, 0.1], [2, 0.05]]) {
    const settings = {...USUAL, latent, noise}, course = createCourse(settings);
    for (let i = 0; i < 200; i++) course.step(settings);
    const {points} = course.data().held, mixtures = [1.5, 0.75].map((finest) => mixtureOf(course.trainer, finest));
    assert.ok(mixtures[1].weights.length > 1.5 * mixtures[0].weights.length);
    const [usual, fine] = mixtures.map((mixture) => logDensities(logDensityOf(mixture), points));
    const far = usual.reduce((most, one, i) => Math.max(most, Math.abs(one - fine[i])), 0);
    assert.ok(far < 0.05, `${latent}-D, s ${noise}: a point is ${far} off`);
    assert.ok(Math.abs(meanOf(usual).mean - meanOf(fine).mean) < 1e-3);
  }
});

test("q is the prior where β s² is above the largest variance of the data, and is not where it is well below", () => {
  const kls = [1.3, 0.2].map((share) => {
    const settings = {...USUAL, noise: 0.5}, course = createCourse(settings);
    const knobs = {...settings, beta: (share * course.data().widest) / settings.noise ** 2};
    for (let i = 0; i < 500; i++) course.step(knobs);
    return course.measure().measured.kl.mean;
  });
  assert.ok(kls[0] < 0.01, `${kls[0]} nats`);
  assert.ok(kls[1] > 0.5, `${kls[1]} nats`);
});

test("training brings the moons within 0.3 nats of their own density, from more than two nats away", () => {
  const course = createCourse(USUAL), before = course.measure().measured;
  for (let i = 0; i < 1200; i++) course.step(USUAL);
  const {measured} = course.measure();
  assert.ok(before.divergence.mean > 2, `${before.divergence.mean} at first`);
  assert.ok(measured.divergence.mean < 0.3 && measured.divergence.mean > 0, `${measured.divergence.mean} at last`);
  for (const {divergence, gap, truth, logPx, elbo} of [before, measured]) {
    assert.ok(Math.abs(truth.mean - divergence.mean - gap.mean - elbo.mean) < 1e-9 && Math.abs(logPx.mean - gap.mean - elbo.mean) < 1e-9);
  }
});
