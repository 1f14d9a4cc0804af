// A model of more than two latent dimensions on a plane: what the page says of it, and that it has nothing exact.
import assert from "node:assert/strict";
import { test } from "node:test";

import { readBundle } from "../../../dashboard/browser/model/bundle.js";
import { createModel } from "../../../dashboard/browser/model/explorer_model.js";
import { hasPosterior, whyNotExact } from "../../../dashboard/browser/model/plane.js";
import { stagesOf } from "../../../dashboard/browser/model/stages.js";
import { createPosteriors } from "../../../dashboard/browser/explore/posterior/probes.js";
import { contourLabels } from "../../../dashboard/browser/map/marks.js";
import { captionOf, spokenCaption } from "../../../dashboard/browser/words/captions.js";
import { planeText, whyNothingExact } from "../../../dashboard/browser/words/plane.js";
import { whyNoWorth } from "../../../dashboard/browser/words/worths.js";

const TOLD = "A plane in 20 latent dimensions, along its axes 0 and 3. Of its codes it holds 12 % of the variance.";
const half = (/** @type {number} */ ...bits) => Buffer.from(new Uint16Array(bits).buffer);
const ONE = 0x3c00;

/** Two codes on a plane through a model: z = the first pixels, w its first two, z₃ = 1 on the plane, all logits z₁. @param {(file: any) => void} [change] */
function pack(change = () => {}) {
  const pixels = (/** @type {number} */ rows, /** @type {(row: number, column: number) => number} */ at, columns = 784) => half(...Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns)));
  /** @type {Record<string, [string, number[], Buffer]>} */
  const parts = {
    "points.codes": ["U16", [2, 2], half(0, 65535, 65535, 0)], "points.labels": ["U8", [2], Buffer.from([7, 2])],
    "points.off": ["F16", [2], half(ONE, 0x4200)], "train.codes": ["U16", [1, 2], half(0, 65535)],
    "encoder.0.weight": ["F16", [2, 784], pixels(2, (row, column) => (row === column ? ONE : 0))], "encoder.0.bias": ["F16", [2], half(0, 0)],
    "decoder.0.weight": ["F16", [20, 2], pixels(20, (row, column) => (row === column ? ONE : 0), 2)], "decoder.0.bias": ["F16", [20], half(0, 0, ONE, ...new Array(17).fill(0))],
    "decoder.1.weight": ["F16", [784, 20], pixels(784, (_, column) => (column === 0 ? ONE : 0), 20)], "decoder.1.bias": ["F16", [784], half(...new Array(784).fill(0))],
  };
  const header = {
    format: "latent-explorer-bundle", version: 1, name: "deep", kind: "vae", config: { likelihood: "bernoulli" }, classes: [..."0123456789"],
    layers: { encoder: [{ op: "linear", in: 784, out: 2 }], decoder: [{ op: "linear", in: 2, out: 20 }, { op: "linear", in: 20, out: 784 }] },
    points: { count: 2, low: [-1, -2], high: [1, 2], protocol: "grey", seed: 0 }, train: { count: 1, low: [-1, -2], high: [1, 2] },
    plane: { of: 20, off: 2, told: TOLD },
  };
  change({ header, parts });
  let end = 0;
  const entries = Object.fromEntries(Object.entries(parts).map(([name, [dtype, shape, data]]) => [name, { dtype, shape, data_offsets: [end, (end += data.length)] }]));
  const text = Buffer.from(JSON.stringify({ __metadata__: { bundle: JSON.stringify(header) }, ...entries }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...Object.values(parts).map(([, , data]) => data)]);
}

const model = createModel(readBundle(pack()), 0);

test("it is read, encodes to a place alone and decodes from one", () => {
  assert.deepEqual([...(model.bundle.points.off ?? [])], [1, 3]);
  const x = Float32Array.from({ length: 784 }, (_, i) => [0.25, 0.75, 1, 0.5][i] ?? 0);
  assert.deepEqual(model.network.encode(x), { mu: [0.25, 0.75], std: null, off: 0.5 });
  x[2] = 0;
  assert.equal(model.network.encode(x).off, Math.hypot(1, 0.5));
  const picture = model.decode([1, 5]);
  assert.ok(picture.every((value) => Math.abs(value - 1 / (1 + Math.exp(-1))) < 1e-6));
});

test("a file that does not say which plane it is of is refused", () => {
  for (const plane of [{}, [], 7, { of: 2, off: 1, told: TOLD }, { of: 20, off: -1, told: TOLD }, { of: 20, off: 1 }]) {
    assert.throws(() => readBundle(pack(({ header }) => (header.plane = plane))), /on which plane/);
  }
  assert.throws(() => readBundle(pack(({ parts }) => delete parts["points.off"])), /points\.off is missing/);
  assert.throws(() => createModel(readBundle(pack(({ header }) => (header.plane.of = 19))), 0), /does not begin on the plane/);
});

test("nothing exact is asked of it, and one sentence says why", () => {
  assert.equal(hasPosterior(model.bundle), false);
  assert.match(whyNotExact(model.bundle), /integrals over all 20 dimensions/);
  assert.deepEqual(createPosteriors(/** @type {any} */ ({ models: [model], batches: [null], store: null })).probes, []);
  for (const name of /** @type {const} */ (["elbo", "log_px", "gap", "kl", "modes"])) assert.match(whyNoWorth(model.bundle, name, 2), /all 20 dimensions/);
  assert.equal(whyNoWorth(model.bundle, "nll", 2), "");
});

test("what stands on the page is true of a plane", () => {
  assert.deepEqual([model.title, model.short, model.units, model.axes], ["Plane in a 20-D VAE", "VAE", "prior sd", ["w₁", "w₂"]]);
  const { place, gap } = captionOf(model, [0, 0]);
  assert.match(place, /of the prior on the plane beyond it/);
  assert.match(gap, /projected training code/);
  assert.match(spokenCaption([model], [[0, 0]]), /: w1 0\.00, w2 0\.00\./);
  const view = { scale: 50, cx: 0, cy: 0, width: 400, height: 400 };
  assert.ok(contourLabels(view, model).some(({ text }) => text.startsWith("Prior on the plane >1σ 61 %")));
  const off = /** @type {Float32Array} */ (model.bundle.points.off)[1];
  assert.equal(planeText(model, { name: "test image 1", off }), `${TOLD} The code of test image 1 lies 3.0 prior sd off it.`);
  assert.equal(planeText(model, null), TOLD);
  assert.equal(whyNothingExact([model, model]), whyNotExact(model.bundle));
});

test("the ways to and from the plane are told from the layers of the model", () => {
  const laid = (/** @type {import("../../../dashboard/browser/model/stages.js").PartName} */ part) => stagesOf(model.bundle, model.network, part).map((stage) => stage.laid);
  assert.deepEqual([laid("encoder"), laid("decoder")], [[true], [true, false]]);
});
