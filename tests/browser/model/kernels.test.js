// The matrix product in its three forms, and the assembled ones against their source.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { seededUniform } from "../../../dashboard/browser/images/digits.js";
import { createKernel, packPanels, paddedLength } from "../../../dashboard/browser/model/kernels.js";

/** Let the first few WebAssembly modules be refused, as by a browser that does not know them or a page that forbids them. */
function refuse(t, count) {
  const { Module, CompileError } = WebAssembly;
  const refused = [];
  t.mock.method(WebAssembly, "Module", function (code) {
    if (refused.length < count) {
      refused.push(code);
      throw new CompileError("refused");
    }
    return new Module(code);
  });
  return refused;
}

for (const [form, count] of [["fused", 0], ["SIMD", 1], ["plain", 2]]) {
  test(`linear layers of every size agree with the definition: ${form}`, (t) => {
    const sizes = new Set();
    const uniform = seededUniform(2);
    for (const [rows, inner, outer] of [[1, 1, 1], [3, 2, 9], [4, 130, 24], [7, 33, 16], [32, 5, 4], [1, 784, 512], [5, 9, 8]]) {
      const padded = paddedLength(outer);
      const [x, weight, bias] = [0, rows * inner, rows * inner + padded * inner];
      const y = bias + padded;
      const refused = refuse(t, count);
      const { heap, linear, simd } = createKernel(y + rows * padded);
      assert.equal(simd, form !== "plain");
      assert.equal(refused.length, count);
      refused.forEach(({ length }) => sizes.add(length));
      t.mock.restoreAll();
      const matrix = Float32Array.from({ length: outer * inner }, () => uniform() - 0.5);
      for (let i = 0; i < rows * inner; i++) heap[x + i] = uniform() - 0.5;
      for (let i = 0; i < outer; i++) heap[bias + i] = uniform();
      packPanels(heap, weight, matrix, inner, outer, (output, input) => output * inner + input);
      linear(x, weight, bias, y, rows, inner, padded);
      for (let row = 0; row < rows; row++) {
        for (let output = 0; output < outer; output++) {
          let want = heap[bias + output];
          for (let i = 0; i < inner; i++) want += heap[x + row * inner + i] * matrix[output * inner + i];
          assert.ok(Math.abs(heap[y + row * padded + output] - want) < 1e-5);
        }
      }
    }
    assert.equal(sizes.size, count, "each refused module is another one");
  });
}

test("WebAssembly is left alone where it is not wanted", (t) => {
  t.mock.method(WebAssembly, "Module", () => assert.fail("it was asked for"));
  assert.equal(createKernel(64, false).simd, false);
});

test("scripts of kernels are their sources, assembled", async (t) => {
  const { assembleKernel, KERNELS } = await import("../support/build_kernel.mjs");
  for (const kernel of KERNELS) {
    let fresh;
    try {
      fresh = await assembleKernel(kernel);
    } catch (error) {
      if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
      t.skip("wabt is not installed: npm ci");
      return;
    }
    assert.equal(await readFile(new URL(`../../../dashboard/browser/${kernel.script}`, import.meta.url), "utf8"), fresh);
  }
});
