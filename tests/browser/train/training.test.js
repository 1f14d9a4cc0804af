// What the browser trains is what the engine trains, number by number: draws, first weights, gradients, and whole trainings.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {test} from "node:test";

import {readSafetensors} from "../../../dashboard/browser/model/safetensors.js";
import {NumpyGenerator} from "../../../dashboard/browser/train/random/numpy.js";
import {TorchGenerator} from "../../../dashboard/browser/train/random/torch.js";
import {layersOf, modelConfig, pixelsOf, rateFactor, trainConfig} from "../../../dashboard/browser/train/recipe.js";
import {firstWeights} from "../../../dashboard/browser/train/start.js";
import {Trainer} from "../../../dashboard/browser/train/trainer.js";

const FOLDER = process.env.TRAINING ?? new URL("../../fixtures/training", import.meta.url).pathname;
const told = JSON.parse(readFileSync(`${FOLDER}/training.json`, "utf8"));
const tensorsOf = (name) => new Map([...readSafetensors(readFileSync(`${FOLDER}/${name}`)).tensors].map(([key, {data}]) => [key, data]));

/** @param {string} name @param {any} train @param {any} model @param {"train"|"validation"} split */
function imagesOf(name, {train_size: size, held_out: held}, model, split) {
  const pixels = pixelsOf(model);
  const images = new Uint8Array(readFileSync(`${FOLDER}/${split}-${model.side ?? 28}.bin`)).subarray(0, (split === "train" ? size : held) * pixels);
  return {images, labels: new Uint8Array(images.length / pixels), pixels};
}

/** The largest distance of two lists, as a share of the largest number of the second. */
function apart(got, want) {
  assert.equal(got?.length, want.length);
  let [far, largest] = [0, 1e-12];
  for (let i = 0; i < want.length; i++) {
    far = Math.max(far, Math.abs(got[i] - want[i]));
    largest = Math.max(largest, Math.abs(want[i]));
  }
  return far / largest;
}

test("numpy and torch draw the same numbers", () => {
  const {order, far, bytes, below_255: again, uniform, normal, more, few} = told.drawn;
  assert.deepEqual([...new NumpyGenerator(7, 1, 3).permutation(1000)], order);
  assert.deepEqual([...new NumpyGenerator(2 ** 31 - 1, 1, 2, 3, 4).permutation(9)], far);
  const numpy = new NumpyGenerator(7, 2, 5), words = new Uint32Array(Math.ceil(bytes.length / 4));
  numpy.fill(words);
  assert.deepEqual([...new Uint8Array(words.buffer, 0, bytes.length)], bytes);
  assert.deepEqual([...numpy.bytesBelow255(again.length)], again);
  const torch = new TorchGenerator(5);
  assert.ok(apart(torch.uniform(20, 0.3), uniform) < 1e-7);
  assert.ok(apart(torch.normal(40), normal) < 1e-6);
  assert.ok(apart(torch.normal(1500, 0.25), more) < 1e-6);
  assert.ok(apart(torch.normal(6, 2), few) < 1e-6); // fewer than sixteen are drawn in another way
});

for (const [name, {model: said, train: trained, layers, terms}] of Object.entries(told.batches)) {
  test(`layers, first weights, terms and gradients are the engine's: ${name}`, () => {
    const [model, train] = [modelConfig(said), trainConfig(trained)];
    assert.deepEqual(layersOf(model), layers);
    const images = imagesOf(name, train, model, "train");
    const first = tensorsOf(`${name}.first`), weights = firstWeights(model, train, images.images);
    assert.deepEqual([...weights.keys()].sort(), [...first.keys()].sort());
    for (const [key, want] of first) assert.ok(apart(weights.get(key), want) < 1e-5, key);

    for (const of of [1, 2]) {
      const trainers = Array.from({length: of}, (_, place) => new Trainer(model, train, images, {place, of}));
      const sums = trainers.map((trainer) => trainer.gradients(told.first_step, train.beta));
      for (const term of ["nll", "kl"]) {
        const want = terms[term].reduce((sum, one) => sum + one, 0), got = sums.reduce((sum, one) => sum + one[term], 0);
        assert.ok(Math.abs(got - want) / terms.nll.length < 1e-3, `${term} ${got} ${want}`);
      }
      const parts = trainers.map((trainer) => trainer.model.tensors(trainer.slopes));
      for (const [key, want] of tensorsOf(`${name}.gradients`)) {
        const got = want.map((_, i) => parts.reduce((sum, part) => sum + part.get(key)[i], 0));
        const off = apart(got, want);
        assert.ok(off < 1e-4, `${key} is ${off} off`);
      }
      for (const trainer of trainers) assertBlank(trainer);
    }
  });
}

/** What fills up the panels has learned nothing: as many numbers of the gradients are other than 0 as there are gradients. */
function assertBlank({model, slopes, size}) {
  const named = [...model.tensors(slopes)].filter(([key]) => !layersOf(model.config)[key.split(".")[0]][Number(key.split(".")[1])].scale);
  const counted = (list) => list.reduce((sum, value) => sum + (value !== 0), 0);
  assert.equal(counted(model.heap.subarray(slopes, slopes + size)), named.reduce((sum, [, values]) => sum + counted(values), 0));
}

for (const [name, {model: said, train: trained, steps, terms}] of Object.entries(told.runs)) {
  test(`a training of 50 steps is the engine's: ${name}`, () => {
    const [model, train] = [modelConfig(said), trainConfig(trained)];
    const trainer = new Trainer(model, train, imagesOf(name, train, model, "train"));
    assert.equal(steps.length, train.steps);
    steps.forEach(([nll, kl, rate], step) => {
      const own = train.learning_rate * rateFactor(train, step / train.steps);
      assert.ok(Math.abs(own - rate) < 1e-12);
      const sums = trainer.step(step, own, train.beta);
      assert.ok(Math.abs(sums.nll / sums.count - nll) < 1e-4 * nll, `nll of step ${step}: ${sums.nll / sums.count}, not ${nll}`);
      assert.ok(Math.abs(sums.kl / sums.count - kl) < 1e-4 * Math.max(1, kl), `kl of step ${step}: ${sums.kl / sums.count}, not ${kl}`);
    });
    const held = trainer.heldOut(imagesOf(name, train, model, "validation"));
    const mean = (list) => list.reduce((sum, one) => sum + one, 0) / list.length;
    assert.ok(Math.abs(mean(held.nll) - terms.nll) < 1e-4 * terms.nll);
    if (model.kind === "vae") assert.ok(Math.abs(mean(held.kl) - terms.kl) < 1e-4 * terms.kl);
    for (const [key, want] of tensorsOf(`${name}.last`)) {
      const off = apart(trainer.model.tensors(trainer.kept.weights).get(key), want);
      assert.ok(off < 1e-3, `${key} is ${off} off`);
    }
  });
}

test("what the browser does not train is refused by its name", () => {
  assert.throws(() => modelConfig({likelihood: "gaussian"}), /does not train with likelihood gaussian; the program does/);
  assert.throws(() => trainConfig({optimizer: "sgd"}), /optimizer sgd/);
  assert.throws(() => trainConfig({speed: 3}), /no setting speed/);
});
