// The matrix product in both its forms, and the assembled one against its source.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { seededUniform } from "../../../dashboard/browser/digits.js";
import { createKernel, packPanels, paddedLength } from "../../../dashboard/browser/kernels.js";

for (const allowSimd of [true, false]) {
  test(`linear layers of every size agree with the definition, SIMD ${allowSimd}`, () => {
    const uniform = seededUniform(2);
    for (const [rows, inner, outer] of [[1, 1, 1], [3, 2, 9], [4, 130, 24], [7, 33, 16], [32, 5, 4], [1, 784, 512], [5, 9, 8]]) {
      const padded = paddedLength(outer);
      const [x, weight, bias] = [0, rows * inner, rows * inner + padded * inner];
      const y = bias + padded;
      const { heap, linear, simd } = createKernel(y + rows * padded, allowSimd);
      assert.equal(simd, allowSimd);
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
  });
}

test("plain JavaScript takes over where WebAssembly is forbidden", (t) => {
  t.mock.method(WebAssembly, "Module", () => {
    throw new WebAssembly.CompileError("refused by the page's policy");
  });
  assert.equal(createKernel(64).simd, false);
});

test("linear_kernel.js is linear_kernel.wat, assembled", async (t) => {
  const { assembleKernel } = await import("./build_kernel.mjs");
  let fresh;
  try {
    fresh = await assembleKernel();
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    t.skip("wabt is not installed: npm ci");
    return;
  }
  assert.equal(await readFile(new URL("../../../dashboard/browser/linear_kernel.js", import.meta.url), "utf8"), fresh);
});
