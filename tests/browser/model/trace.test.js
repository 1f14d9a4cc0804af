// Inside the networks: every stage gives what the engine's layers give, and a unit what its stage says of it, for every architecture.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { readBundle } from "../../../dashboard/browser/model/bundle.js";
import { gridPoints } from "../../../dashboard/browser/model/density.js";
import { createNetwork } from "../../../dashboard/browser/model/networks.js";
import { stagesOf, unitValue, weightsFrom, weightsInto } from "../../../dashboard/browser/model/stages.js";
import { createTrace, effectOf, reachesOf, unitColumn } from "../../../dashboard/browser/model/trace.js";
import { createBatchDecoder } from "../../../dashboard/browser/model/worker.js";
import { golden } from "../support/python.js";

const folder = golden();
const { names } = JSON.parse(readFileSync(join(folder, "golden.json"), "utf8"));
const grid = { columns: 5, rows: 9, low: [-2, -1], high: [2, 3] };

function near(got, want, tolerance, what) {
  assert.ok(Math.abs(got - want) <= tolerance * Math.max(1, Math.abs(want)), `${what}: ${got} is not ${want}`);
}

/** The product of a unit's weights with what they are laid out like. */
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

for (const name of names) {
  const bytes = readFileSync(join(folder, `${name}.bundle`));
  const bundle = readBundle(bytes);
  const network = createNetwork(bundle);
  const { x, z, inside } = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
  const inputs = { encoder: Float32Array.from(x[0]), decoder: Float32Array.from(z.slice(0, 2)) };

  for (const part of ["encoder", "decoder"]) {
    const stages = stagesOf(bundle, network, part);
    const trace = createTrace(network, stages);
    trace.run(inputs[part]);

    test(`${name}: the stages of the ${part} give what the engine's layers give`, () => {
      for (const { stage, values } of trace.traced) {
        const want = inside[part][stage.last];
        assert.equal(values.length, want.length);
        values.forEach((value, i) => near(value, want[i], 1e-4, `stage ${stage.place}, number ${i}`));
      }
    });

    test(`${name}: the ${part}'s layers are each in one stage, and its parameters are counted once`, () => {
      const layers = bundle.header.layers[part];
      assert.deepEqual(stages.flatMap(({ ops }) => ops), layers.map(({ op }) => op));
      const fixed = layers.flatMap(({ op }, i) => (op === "fourier" ? [`${part}.${i}.weight`] : []));
      let all = 0;
      for (const [key, { data }] of bundle.tensors) if (key.startsWith(`${part}.`) && !fixed.includes(key)) all += data.length;
      assert.equal(stages.reduce((sum, { parameters }) => sum + parameters, 0), all);
    });
  }

  test(`${name}: without a unit the picture is the one that is decoded when it gives 0`, () => {
    const stages = stagesOf(bundle, network, "decoder");
    const trace = createTrace(network, stages);
    trace.run(inputs.decoder);
    const whole = network.decode(z[0], z[1]);
    const last = stages.length - 1;
    const lacking = trace.without(last, 5);
    trace.traced[last].values.forEach((value, i) => assert.equal(lacking[i], i === 5 ? 0 : value));
    network.decode(1, -1); // other work overwrites the memory in between
    const effect = effectOf(network, trace, 0, 0);
    const again = createTrace(network, stages);
    again.run(inputs.decoder);
    assert.deepEqual([...effectOf(network, again, 0, 0)], [...effect]);
    assert.ok(effect.every((value, i) => value <= whole[i] + 1e-6 && whole[i] - value <= 1 + 1e-6));
  });

  test(`${name}: a unit's map is its activation at every place, and its numbers for images are those of each`, async () => {
    const batches = createBatchDecoder(bytes);
    for (const stage of stagesOf(bundle, network, "decoder")) {
      const unit = stage.units - 1;
      const found = unitColumn(await batches.unitsOver(stage.place, grid), stage, unit);
      const trace = createTrace(network, stagesOf(bundle, network, "decoder"));
      const places = gridPoints(grid);
      assert.equal(found.length, 45);
      for (const cell of [0, 7, 33, 44]) {
        trace.run(places.subarray(2 * cell, 2 * cell + 2));
        near(found[cell], unitValue(trace.traced[stage.place].values, stage, unit), 1e-5, `cell ${cell}`);
      }
    }
    const { pixels: each } = bundle.points;
    const pixels = Uint8Array.from({ length: 35 * each }, (_, i) => (i * 7919) % 256);
    const stage = stagesOf(bundle, network, "encoder")[0];
    const found = unitColumn(await batches.unitsFor(0, pixels), stage, 1);
    const trace = createTrace(network, stagesOf(bundle, network, "encoder"));
    for (const image of [0, 31, 34]) {
      trace.run(Float32Array.from(pixels.subarray(each * image, each * (image + 1)), (byte) => byte / 255));
      near(found[image], unitValue(trace.traced[0].values, stage, 1), 1e-5, `image ${image}`);
    }
    batches.terminate();
  });
}

test("a unit's weights are the stored ones: times what leads into it and with its bias they give it", () => {
  const bundle = readBundle(readFileSync(join(folder, "no-hidden-layer.bundle")));
  const network = createNetwork(bundle);
  const [stage] = stagesOf(bundle, network, "encoder");
  const { x } = JSON.parse(readFileSync(join(folder, "no-hidden-layer.json"), "utf8"));
  const trace = createTrace(network, [stage]);
  trace.run(x[0]);
  const bias = bundle.tensors.get("encoder.0.bias").data;
  for (let unit = 0; unit < 4; unit++) {
    const { values, shape } = weightsInto(bundle.tensors, stage, unit);
    assert.deepEqual(shape, [1, 28, 28]);
    near(dot(values, x[0]) + bias[unit], trace.traced[0].values[unit], 1e-4, `unit ${unit}`);
  }
});

test("weights out of a unit are a stored column, and those into a pixel the stored row", () => {
  const bundle = readBundle(readFileSync(join(folder, "mlp-relu.bundle")));
  const network = createNetwork(bundle);
  const stages = stagesOf(bundle, network, "decoder");
  const [hidden, last] = stages.slice(-2);
  const stored = bundle.tensors.get(`${last.path}.weight`).data;
  const { values } = weightsFrom(bundle.tensors, hidden, last, 3);
  values.forEach((value, pixel) => assert.equal(value, stored[pixel * hidden.units + 3]));
  assert.deepEqual([...weightsInto(bundle.tensors, last, 9).values], [...stored.subarray(9 * hidden.units, 10 * hidden.units)]);
  assert.equal(weightsFrom(bundle.tensors, last, undefined, 3), null);
});

test("kernels that lead into a map are the stored ones", () => {
  const bundle = readBundle(readFileSync(join(folder, "conv.bundle")));
  const network = createNetwork(bundle);
  const [, second] = stagesOf(bundle, network, "encoder");
  assert.deepEqual(second.shape, [5, 7, 7]);
  const stored = bundle.tensors.get(`${second.path}.weight`).data;
  assert.deepEqual([...weightsInto(bundle.tensors, second, 2).values], [...stored.subarray(2 * 3 * 16, 3 * 3 * 16)]);
  const decoder = stagesOf(bundle, network, "decoder");
  assert.deepEqual(decoder.map(({ shape }) => shape), [[12], [5, 7, 7], [3, 14, 14], [784]]);
  const turned = bundle.tensors.get(`${decoder[2].path}.weight`).data; // [5, 3, 4, 4]
  const { values, shape } = weightsInto(bundle.tensors, decoder[2], 1);
  assert.deepEqual(shape, [5, 4, 4]);
  for (const map of [0, 4]) assert.equal(values[map * 16 + 6], turned[(map * 3 + 1) * 16 + 6]);
});

test("a fourier unit's weights are z itself, then the frequencies of its sine and of its cosine", () => {
  const bundle = readBundle(readFileSync(join(folder, "fourier-gelu-softplus.bundle")));
  const network = createNetwork(bundle);
  const stages = stagesOf(bundle, network, "decoder");
  const trace = createTrace(network, stages);
  trace.run([0.3, -0.7]);
  const given = trace.traced[0].values;
  for (const [unit, wave] of [[1, (v) => v], [2 + 3, Math.sin], [2 + 5 + 3, Math.cos]]) {
    near(given[unit], wave(dot(weightsInto(bundle.tensors, stages[0], unit).values, [0.3, -0.7])), 1e-5, `unit ${unit}`);
  }
});

test("98 of 100 numbers of a stage lie within its colours", () => {
  const bundle = readBundle(readFileSync(join(folder, "conv.bundle")));
  const network = createNetwork(bundle);
  const stages = stagesOf(bundle, network, "decoder");
  const inputs = Float32Array.from({ length: 40 }, (_, i) => Math.sin(3 * i));
  const reaches = reachesOf(network, stages, inputs);
  const trace = createTrace(network, stages);
  const within = stages.map(() => [0, 0]);
  for (let i = 0; i < 40; i += 2) {
    trace.run(inputs.subarray(i, i + 2));
    trace.traced.forEach(({ values }, k) => values.forEach((value) => within[k][Number(Math.abs(value) <= reaches[k])]++));
  }
  for (const [out, inn] of within) near(inn / (inn + out), 0.98, 0.01, "share");
});
