// The batch decoder: the same answers in a worker and on the page's thread, and the latest request wins.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Worker as NodeWorker } from "node:worker_threads";

import { readBundle } from "../../../dashboard/browser/model/bundle.js";
import { aggregateDensity, distanceField, entropyField } from "../../../dashboard/browser/model/density.js";
import { createIndex } from "../../../dashboard/browser/base/geometry.js";
import { PlainError } from "../../../dashboard/browser/base/errors.js";
import { toItsEnd } from "../../../dashboard/browser/base/slices.js";
import { createNetwork } from "../../../dashboard/browser/model/networks.js";
import { meanDecoded, shareTogether } from "../../../dashboard/browser/model/selected.js";
import { createBatchDecoder } from "../../../dashboard/browser/model/worker.js";
import { golden } from "../support/python.js";

const NAME = "fourier-gelu-softplus";
const folder = golden();
const bytes = readFileSync(join(folder, `${NAME}.bundle`));
const network = createNetwork(readBundle(bytes));
const z = Float32Array.from({ length: 300 }, (_, i) => Math.sin(i) * 2);
const grid = { columns: 12, rows: 9, low: [-2, -2], high: [2, 2] };

/** A browser's Worker by Node's. The modules stand in for the joined script: what is tested is the exchange. */
class BrowserWorker {
  constructor() {
    const url = new URL("../../../dashboard/browser/model/worker.js", import.meta.url).href;
    this.thread = new NodeWorker(`
      const { parentPort } = require("node:worker_threads");
      const early = [];
      parentPort.on("message", (data) => (globalThis.onmessage ? globalThis.onmessage({ data }) : early.push(data)));
      globalThis.postMessage = (message, transfer) => parentPort.postMessage(message, transfer);
      globalThis.__latentExplorerWorker = true;
      import(${JSON.stringify(url)}).then(() => early.forEach((data) => globalThis.onmessage({ data })));
    `, { eval: true });
    this.thread.on("message", (data) => this.onmessage({ data }));
  }
  postMessage(message) {
    this.thread.postMessage(message);
  }
  terminate() {
    this.thread.terminate();
  }
}

class BrokenWorker {
  postMessage() {
    setTimeout(() => this.onerror(new Event("error")), 5);
  }
  terminate() {}
}

class ForbiddenWorker {
  constructor() {
    throw new Error("refused by the page's policy");
  }
}

for (const [name, kind] of Object.entries({ none: undefined, BrowserWorker, BrokenWorker, ForbiddenWorker })) {
  test(`batches and fields are right with the worker ${name}`, async (t) => {
    globalThis.Worker = kind;
    globalThis.__latentExplorerSource = "// the built script";
    t.after(() => delete globalThis.Worker);
    const decoder = createBatchDecoder(bytes);
    const bundle = readBundle(bytes);
    const [images, density, distance, entropy] = await Promise.all([
      decoder.decodeMany(z), ...["density", "distance", "entropy"].map((field) => decoder.fields(field, grid)),
    ]);
    assert.deepEqual(images, network.decodeMany(z));
    const close = (got, want) => got.forEach((value, i) => assert.ok(Math.abs(value - want[i]) < 1e-3 * (1 + Math.abs(want[i]))));
    close(density, aggregateDensity(bundle.points, grid));
    close(distance, distanceField(createIndex(bundle.train.codes), grid));
    close(entropy, entropyField(network, grid));
    const selected = Uint32Array.from({ length: Math.min(7, bundle.points.count) }, (_, i) => i);
    const of = await decoder.ofSelection(selected);
    close(of.mean, toItsEnd(meanDecoded(network, bundle.points.codes, selected)));
    assert.equal(of.together, toItsEnd(shareTogether(createIndex(bundle.points.codes), bundle.points.codes, selected)));
    decoder.terminate();
  });
}

test("of two requests on one channel the later wins; another channel is left alone", async () => {
  const decoder = createBatchDecoder(bytes);
  const long = Float32Array.from({ length: 100000 }, (_, i) => Math.sin(i));
  const [first, second, other] = await Promise.all([decoder.decodeMany(long), decoder.decodeMany(z), decoder.decodeMany(z, "other")]);
  assert.equal(first, null);
  assert.deepEqual(second, network.decodeMany(z));
  assert.deepEqual(other, second);
  const both = await Promise.all(["one view", "another"].map((asker) => decoder.apart(asker).decodeMany(z)));
  assert.deepEqual(both, [second, second]);
  decoder.terminate();
});

test("long work lets the page breathe", async () => {
  const decoder = createBatchDecoder(bytes);
  let longest = 0;
  const worked = () => process.cpuUsage().user / 1000; // a busy machine makes the wall clock run on, and not this one
  let before = worked();
  let working = true;
  const watch = () => {
    longest = Math.max(longest, worked() - before);
    before = worked();
    if (working) setImmediate(watch);
  };
  const done = decoder.decodeMany(Float32Array.from({ length: 60000 }, (_, i) => Math.sin(i)));
  watch();
  await done;
  working = false;
  assert.ok(longest < 200, `${longest} ms of work in one piece`); // 8 ms and a part
});

const partOf = (part) => readFileSync(join(folder, `${NAME}.${part}`));
const x = Float32Array.from({ length: 784 }, (_, i) => i % 2);

for (const [name, kind] of Object.entries({ none: undefined, BrowserWorker })) {
  test(`a bundle without its encoder decodes, asks for the encoder when something is to be encoded, and then encodes like the whole one, with the worker ${name}`, async (t) => {
    globalThis.Worker = kind;
    t.after(() => delete globalThis.Worker);
    let asked = 0;
    const encoderOf = async () => {
      if (++asked === 1) throw new PlainError("The server is away.");
      return partOf("encoder");
    };
    const [decoder, whole] = [createBatchDecoder(partOf("decoder"), encoderOf), createBatchDecoder(partOf("bundle"))];
    assert.deepEqual(await decoder.decodeMany(z), await whole.decodeMany(z));
    const coarse = await decoder.coarsePosterior(x);
    assert.equal(asked, 0, "nothing was encoded yet");
    await assert.rejects(decoder.exactPosterior(x), /The server is away/);
    const [found, gaps] = await Promise.all([decoder.exactPosterior(x), decoder.gaps(x)]);
    assert.deepEqual([found, gaps], [await whole.exactPosterior(x), await whole.gaps(x)]);
    assert.deepEqual(await decoder.coarsePosterior(x), coarse, "what was prepared before stays");
    assert.equal(asked, 2, "once for all, but for what failed");
    decoder.terminate();
    whole.terminate();
  });
}

test("who waits for an encoder when the decoder ends is answered with null", async () => {
  let bring;
  const decoder = createBatchDecoder(partOf("decoder"), () => new Promise((resolve) => (bring = resolve)));
  const left = decoder.exactPosterior(x);
  decoder.terminate();
  bring(partOf("encoder"));
  assert.equal(await left, null);
});

test("a bundle of a decoder alone says that it cannot encode", async () => {
  await assert.rejects(createBatchDecoder(partOf("decoder")).exactPosterior(x), /cannot encode/);
});

test("what is left when the decoder ends resolves to null, and a broken model is an Error", async () => {
  const decoder = createBatchDecoder(bytes);
  const left = decoder.decodeMany(z);
  decoder.terminate();
  assert.equal(await left, null);
  await assert.rejects(createBatchDecoder(new Uint8Array(9)).decodeMany(z), /This model file cannot be used/);
});
