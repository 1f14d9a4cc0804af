// The browser runs every kind of layer as torch did; tests/engine/stored/test_records.py asks the same of numpy.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { readSafetensors } from "../../../dashboard/browser/model/safetensors.js";
import { compileLayers } from "../../../dashboard/browser/model/layers.js";
import { BATCH, lengthOf, Machine } from "../../../dashboard/browser/model/machine.js";

const FOLDER = new URL("../../fixtures/layers/", import.meta.url);
const { tensors, metadata } = readSafetensors(readFileSync(new URL("cases.safetensors", FOLDER)));
const expected = JSON.parse(readFileSync(new URL("expected.json", FOLDER), "utf8"));

for (const [name, layers] of Object.entries(JSON.parse(metadata.cases))) {
  for (const allowSimd of [true, false]) {
    test(`${name}, ${allowSimd ? "by WebAssembly" : "in plain JavaScript"}`, () => {
      const given = tensors.get(`${name}.input`);
      const [rows, ...shape] = given.shape;
      const machine = new Machine();
      const input = machine.reserve(BATCH * lengthOf(shape));
      const chain = compileLayers(machine, tensors, layers, name, shape);
      assert.deepEqual(chain.shape, expected[name].shape);
      machine.build(allowSimd);
      const want = expected[name].numbers;
      for (let round = 0; round < 2; round++) { // a second time over what the first left in the heap
        machine.heap.set(given.data, input);
        const at = chain.run(input, rows);
        want.forEach((number, i) => assert.ok(Math.abs(machine.heap[at + i] - number) < 1e-5, `${i}: ${machine.heap[at + i]} is not ${number}`));
      }
    });
  }
}

test("layers that do not fit are refused by name", () => {
  const shape = [2, 4, 4];
  const misfits = [
    { op: "pad", edges: [0, -4, 0, 0] },
    { op: "pad", edges: [0, 0] },
    { op: "upsample", to: [8, 8], mode: "cubic", corners: false },
    { op: "permute", order: [0, 1, 1] },
    { op: "affine", size: 3 },
    { op: "layer_norm", size: 2 },
    { op: "residual", layers: [{ op: "flatten" }] },
    { op: "parallel", parts: [] },
    { op: "max_pool", kernel: 5, stride: 2, edges: [0, 0, 0, 0] },
  ];
  for (const layer of misfits) assert.throws(() => compileLayers(new Machine(), tensors, [layer], "x", shape), /x\.0/, layer.op);
  assert.throws(() => compileLayers(new Machine(), tensors, [{ op: "constructor" }], "x", shape), /cannot run the layer "constructor"/);
});
