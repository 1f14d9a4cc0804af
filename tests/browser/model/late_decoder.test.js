// A model whose decoder comes after its points: shown until then with a decoder of zeros, and afterwards as if it had come whole.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { readBundle } from "../../../dashboard/browser/model/bundle.js";
import { createModel } from "../../../dashboard/browser/model/explorer_model.js";
import { joined, readDescription, readSafetensors } from "../../../dashboard/browser/model/safetensors.js";
import { createBatchDecoder } from "../../../dashboard/browser/model/worker.js";
import { golden } from "../support/python.js";

const Z = [[0.3, -1.2], [2, 0.5]];
const whole = (name) => new Uint8Array(readFileSync(join(golden(), `${name}.bundle`)));

/** The tensors of a file that a name fits, as a file of their own. */
function only(bytes, fits, notes = {}) {
  const { described, data } = readDescription(bytes);
  const [chosen, parts] = [{}, []];
  let at = 0;
  for (const [name, entry] of Object.entries(described).filter(([name]) => fits(name))) {
    const part = data.subarray(...entry.data_offsets);
    chosen[name] = { ...entry, data_offsets: [at, (at += part.length)] };
    parts.push(part);
  }
  const head = Buffer.from(JSON.stringify({ ...notes, ...chosen }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(head.length));
  return new Uint8Array(Buffer.concat([length, head, ...parts]));
}

function split(name) {
  const bytes = whole(name);
  const isDecoder = (tensor) => tensor.startsWith("decoder.");
  return { bytes, first: only(bytes, (tensor) => !isDecoder(tensor), { __metadata__: readDescription(bytes).metadata }), decoder: only(bytes, isDecoder) };
}

for (const name of ["fourier-gelu-softplus", "ae-conv"]) {
  test(`${name} decodes mid-grey until its decoder is here, and then what the whole one does`, () => {
    const { bytes, first, decoder } = split(name);
    const model = createModel(Object.assign(readBundle(first), { awaited: true }), 0);
    const full = createModel(readBundle(bytes), 0);
    for (const z of Z) assert.ok(model.decode(z).every((p) => p === 0.5));
    assert.equal(model.usual, full.usual);
    model.begin(decoder);
    assert.equal(model.bundle.awaited, false);
    for (const z of Z) assert.deepEqual(model.decode(z), full.decode(z));
  });

  test(`${name} in two files is in one what it was`, () => {
    const { bytes, first, decoder } = split(name);
    const [one, other] = [readSafetensors(bytes), readSafetensors(joined(first, decoder))];
    assert.deepEqual(other.metadata, one.metadata);
    assert.deepEqual([...other.tensors].sort(), [...one.tensors].sort());
  });
}

test("a bundle without a decoder that nobody awaits is refused", () => {
  const { first } = split("ae-conv");
  assert.throws(() => createModel(readBundle(first), 0), /is missing/);
});

test("what is asked of a batch decoder waits for the decoder, or is refused with the reason why it does not come", async () => {
  const { bytes, first, decoder } = split("fourier-gelu-softplus");
  let arrive;
  const batch = createBatchDecoder(first, undefined, new Promise((resolve) => (arrive = resolve)));
  const asked = batch.decodeMany(Float32Array.from(Z.flat()));
  assert.equal(await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 20, "waits"))]), "waits");
  arrive(decoder);
  const full = createBatchDecoder(bytes);
  assert.deepEqual(await asked, await full.decodeMany(Float32Array.from(Z.flat())));
  for (const one of [batch, full]) one.terminate();
  const failing = createBatchDecoder(first, undefined, Promise.reject(new Error("it was cut short")));
  await assert.rejects(failing.decodeMany(Float32Array.of(0, 0)), /it was cut short/);
});
