// Trainings as the page has them: teams, pauses, knobs, and the files that films and Explore read.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";

import {readCast, readFrame, decoderOf} from "../../../dashboard/browser/film/frame.js";
import {readBundle} from "../../../dashboard/browser/model/bundle.js";
import {createNetwork} from "../../../dashboard/browser/model/networks.js";
import {gzipped} from "../../../dashboard/browser/base/gzip.js";
import {castFile, idxFile} from "../../../dashboard/browser/train/files.js";
import {readSafetensors} from "../../../dashboard/browser/model/safetensors.js";
import {modelConfig, trainConfig} from "../../../dashboard/browser/train/recipe.js";
import {createTeam} from "../../../dashboard/browser/train/team.js";
import {Trainer} from "../../../dashboard/browser/train/trainer.js";
import {toHalf} from "../../../dashboard/browser/train/safetensors_writer.js";
import {halfToFloat} from "../../../dashboard/browser/model/safetensors.js";
import {dataSet, trained} from "../support/training.mjs";

const SIDE = 10;
const images = new Uint8Array(readFileSync(new URL("../../fixtures/training/train-10.bin", import.meta.url)));
const labels = Uint8Array.from({length: images.length / SIDE ** 2}, (_, i) => i % 10);
const data = dataSet(images, labels, SIDE, 240, 40);
const SMALL = {encoder_widths: [24, 16], decoder_widths: [16, 24], fourier_features: 9};
const SHORT = {steps: 14, batch_size: 50, initialisation: "he", adam_beta2: 0.99, learning_rate: 4e-3, schedule: "linear", lr_warmup: 0.1, ema: 0.9, grad_clip: 20, seed: 2};

const weightsOf = ({session}) => new Map([...readSafetensors(session.state().finished.weights).tensors].map(([name, {data: values}]) => [name, values]));

/** How far weights are from others, as a share of the largest. */
function apart(some, others) {
  let far = 0;
  for (const [name, values] of others) {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
    values.forEach((value, i) => (far = Math.max(far, Math.abs(some.get(name)[i] - value) / largest)));
  }
  return far;
}

test("a team comes to the weights of one trainer, and to the same each time", async () => {
  const [alone, two, again, three] = [await trained(data, SMALL, SHORT), ...(await Promise.all([2, 2, 3].map((team) => trained(data, SMALL, SHORT, {team}))))];
  const [want, ...got] = [alone, two, again, three].map(weightsOf);
  assert.ok(apart(got[0], want) < 1e-3 && apart(got[2], want) < 1e-3);
  for (const [name, values] of got[0]) assert.deepEqual(values, got[1].get(name));
  const terms = (one) => one.session.events.filter(({type}) => type === "epoch").map((event) => event.terms.nll);
  assert.equal(terms(alone).length, 3);
  terms(two).forEach((value, i) => assert.ok(Math.abs(value - terms(alone)[i]) < 0.01));
  for (const one of [alone, two, again, three]) one.session.end();
});

test("trainers of a team have the same weights after each step", async () => {
  const [model, train] = [modelConfig({side: SIDE, ...SMALL}), trainConfig({...SHORT, train_size: 240})];
  const trainers = [0, 1, 2].map((place) => new Trainer(model, train, data.train, {place, of: 3}));
  const ports = trainers.map(() => [null, null, null]);
  for (const [one, other] of [[0, 1], [0, 2], [1, 2]]) ({port1: ports[one][other], port2: ports[other][one]} = new MessageChannel());
  const [first, ...others] = trainers.map((trainer, place) => createTeam(trainer, place, ports[place]));
  for (const other of others) other.follow();
  const weights = ({model: {heap, bench}, size}) => heap.slice(bench.weights, bench.weights + size);
  const begun = weights(trainers[0]);
  for (let step = 0; step < 7; step++) await first.step({step, rate: 3e-3, beta: 1});
  await new Promise((resolve) => setTimeout(resolve, 50)); // the others take the last step as well
  assert.notDeepEqual(weights(trainers[0]), begun);
  for (const other of trainers.slice(1)) assert.deepEqual(weights(other), weights(trainers[0]));
  for (const port of ports.flat()) port?.close();
});

test("films and Explore read what a training writes, and decode by its weights", async () => {
  const done = await trained(data, SMALL, SHORT), {session, recipe} = done, {finished, step} = session.state();
  assert.equal(step, SHORT.steps);
  assert.deepEqual([...session.instants.keys()], [0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 14]);
  const bundle = readBundle(await session.bundle()), frame = readFrame(session.instants.get(14).frame);
  assert.deepEqual([bundle.points.count, bundle.train.count, frame.codes.length], [40, 240, 2 * 20]);
  assert.deepEqual([bundle.points.splits, bundle.side, frame.step, frame.beta], [{validation: 40}, SIDE, 14, 1]);
  const network = createNetwork(bundle), decoder = decoderOf(session.instants.get(14).frame);
  const [z1, z2] = [0.3, -0.7];
  assert.deepEqual(decoder.decode(z1, z2), network.decode(z1, z2));
  const exact = createNetwork({header: bundle.header, kind: "vae", tensors: readSafetensors(finished.weights).tensors}).decode(z1, z2);
  network.decode(z1, z2).forEach((value, i) => assert.ok(Math.abs(value - exact[i]) < 2e-3));
  frame.codes.forEach((value, i) => assert.ok(Math.abs(value - bundle.points.codes[i]) < 1e-3));
  assert.ok(Math.abs(frame.heldOut.elbo + frame.heldOut.nll + frame.heldOut.kl) < 1e-9 && frame.heldOut.step <= 14);
  assert.equal(finished.metrics.elbo, session.events.at(-1).terms.elbo);
  const cast = readCast(castFile(recipe, {...data.held, classes: data.classes, splits: {validation: 40}, of: null}, await gzipped(idxFile(data.held.images, SIDE))));
  assert.deepEqual([await cast.images, cast.labels], [data.held.images, data.held.labels]);
  session.end();
});

test("a training waits, goes step by step, takes turns of its knobs, shows itself meanwhile, and stops", async () => {
  let asked = 0;
  const {session} = await trained(data, SMALL, {...SHORT, steps: 100_000}, {each(session, step) {
    const {holding} = session.state();
    if (!asked && step > 2) {
      asked = 1;
      session.hold(true);
    } else if (asked === 1 && holding) {
      asked = 2;
      setTimeout(async () => {
        const before = session.state().step;
        const live = await session.look("");
        assert.equal(live.tag, String(before));
        assert.equal(await session.look(live.tag), null);
        session.turn("beta", 4);
        session.turn("learning_rate", 1e9);
        session.one();
        setTimeout(() => {
          assert.equal(session.state().step, before + 1);
          session.stop();
        }, 50);
      }, 50);
    }
  }});
  const turned = session.events.filter(({type}) => type === "turned").map(({knob, old, new: value}) => [knob, old, value]);
  assert.deepEqual(turned, [["beta", 1, 4], ["learning_rate", 4e-3, 10]]);
  assert.equal(session.state().finished.reason, "stopped");
  const last = session.events.filter(({type}) => type === "step").at(-1);
  assert.ok(Math.abs(last.loss - last.nll - 4 * last.kl) < 1e-9);
  session.end();
});

test("a training that diverges says so, and what to do", async () => {
  await assert.rejects(trained(data, SMALL, {...SHORT, learning_rate: 10, schedule: "constant", grad_clip: 0, steps: 5000}), /lower the learning rate/);
});

test("numbers in half precision are the nearest", () => {
  const numbers = [0, -0, 1, -1.5, 65504, 65519, 65520, 1e9, 2 ** -24, 2 ** -25, 1.1 * 2 ** -25, 3 * 2 ** -25, 2 ** -14, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 0.1];
  const want = [0, -0, 1, -1.5, 65504, 65504, Infinity, Infinity, 2 ** -24, 0, 2 ** -24, 2 ** -23, 2 ** -14, 1, 1 + 2 ** -9, 0.0999755859375];
  assert.deepEqual([...halfToFloat(toHalf(numbers))], want);
  const every = Uint16Array.from({length: 0x7c00}, (_, i) => i);
  assert.deepEqual(toHalf(halfToFloat(every)), every);
});
