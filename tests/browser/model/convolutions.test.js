// Convolutions as matrix products are the sums of their definition, for every way in which they may be laid out.
import assert from "node:assert/strict";
import { test } from "node:test";

import { compileLayers } from "../../../dashboard/browser/model/layers.js";
import { BATCH, lengthOf, Machine } from "../../../dashboard/browser/model/machine.js";

const ROWS = 3;

/** Numbers in −1 … 1 by a seed: a linear congruential generator. */
function numbers(count, seed) {
  let state = BigInt(seed);
  return Float32Array.from({ length: count }, () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
    return Number(state >> 40n) / 2 ** 23 - 1;
  });
}

/** y[o, ·] += w · x[i, ·] over all pairs of places of a kernel that touch, as torch defines it. */
function direct({ op, in: inner, out: outer, kernel: [high, wide], stride: [down, right], padding: [above, before] }, [height, width], [rows, columns], x, weight, bias) {
  const y = Float64Array.from({ length: outer * rows * columns }, (_, i) => bias[Math.floor(i / (rows * columns))]);
  const [large, small] = op === "conv" ? [[height, width], [rows, columns]] : [[rows, columns], [height, width]];
  for (let o = 0; o < outer; o++) for (let i = 0; i < inner; i++) for (let ky = 0; ky < high; ky++) for (let kx = 0; kx < wide; kx++) {
    const w = weight[((op === "conv" ? o * inner + i : i * outer + o) * high + ky) * wide + kx];
    for (let v = 0; v < small[0]; v++) for (let u = 0; u < small[1]; u++) {
      const [Y, X] = [v * down - above + ky, u * right - before + kx];
      if (Y < 0 || Y >= large[0] || X < 0 || X >= large[1]) continue;
      const [wide_, narrow] = [Y * large[1] + X, v * small[1] + u];
      if (op === "conv") y[o * rows * columns + narrow] += w * x[i * height * width + wide_];
      else y[o * rows * columns + wide_] += w * x[i * height * width + narrow];
    }
  }
  return y;
}

// Few maps of many and many of few, places that fill panels and that do not, kernels that lie beside the map, weights in two pieces.
const CASES = {
  "few maps of many": [{ op: "conv", in: 9, out: 1, kernel: [3, 3], stride: [1, 1], padding: [1, 1] }, [5, 6]],
  "few maps of many, lopsided": [{ op: "conv", in: 5, out: 2, kernel: [2, 4], stride: [1, 1], padding: [0, 3] }, [4, 7]],
  "few maps of many, with a wide border": [{ op: "conv", in: 5, out: 2, kernel: [2, 2], stride: [1, 1], padding: [3, 2] }, [4, 3]],
  "few maps of many, striding": [{ op: "conv", in: 5, out: 2, kernel: [3, 3], stride: [2, 1], padding: [1, 0] }, [7, 6]],
  "many maps of few": [{ op: "conv", in: 2, out: 11, kernel: [4, 3], stride: [2, 2], padding: [1, 1] }, [8, 9]],
  "one place": [{ op: "conv", in: 3, out: 4, kernel: [4, 4], stride: [2, 2], padding: [1, 1] }, [3, 3]],
  "weights in pieces": [{ op: "conv", in: 400, out: 7, kernel: [3, 3], stride: [2, 2], padding: [1, 1] }, [4, 4]],
  "transposed": [{ op: "conv_transpose", in: 3, out: 5, kernel: [3, 3], stride: [2, 2], padding: [1, 1] }, [4, 5], [8, 10], [1, 1]],
  "transposed, lopsided": [{ op: "conv_transpose", in: 4, out: 2, kernel: [2, 5], stride: [3, 1], padding: [0, 2] }, [3, 4], [8, 4]],
  "transposed, all but a strip cut off": [{ op: "conv_transpose", in: 4, out: 3, kernel: [5, 5], stride: [1, 1], padding: [4, 3] }, [5, 5], [1, 3]],
};

for (const [name, [layer, [height, width], after, more]] of Object.entries(CASES)) {
  for (const allowSimd of [true, false]) {
    test(`${name}, ${allowSimd ? "by WebAssembly" : "in plain JavaScript"}`, () => {
      const { op, in: inner, out: outer, kernel } = layer;
      const sides = op === "conv" ? [outer, inner, ...kernel] : [inner, outer, ...kernel];
      const weight = numbers(lengthOf(sides), 1), bias = numbers(outer, 2);
      const tensors = new Map(Object.entries({ "x.0.weight": { data: weight, shape: sides }, "x.0.bias": { data: bias, shape: [outer] } }));
      const machine = new Machine();
      const input = machine.reserve(BATCH * inner * height * width);
      const chain = compileLayers(machine, tensors, [{ ...layer, ...(more && { output_padding: more }) }], "x", [inner, height, width]);
      if (after) assert.deepEqual(chain.shape, [outer, ...after]);
      machine.build(allowSimd);
      for (const seed of [3, 4]) { // a second time over what the first left in the heap
        const x = numbers(ROWS * inner * height * width, seed);
        machine.heap.set(x, input);
        const at = chain.run(input, ROWS);
        for (let row = 0; row < ROWS; row++) {
          const want = direct(layer, [height, width], chain.shape.slice(1), x.subarray(row * inner * height * width), weight, bias);
          want.forEach((number, i) => {
            const got = machine.heap[at + row * want.length + i];
            assert.ok(Math.abs(got - number) < 1e-4, `row ${row}, ${i}: ${got} is not ${number}`);
          });
        }
      }
    });
  }
}

test("a pad is made of zeros again after the layer behind it worked on it in place", () => {
  const machine = new Machine();
  const input = machine.reserve(BATCH * 8);
  const chain = compileLayers(machine, new Map(), [{ op: "pad", edges: [1, -1, 0, 2] }, { op: "sigmoid" }], "x", [2, 2, 2]);
  machine.build(true);
  for (let round = 0; round < 2; round++) {
    machine.heap.set([0, 1, 0, 2, 0, 3, 0, 4], input);
    const at = chain.run(input, 1);
    const want = [0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0, 0, 4, 0, 0].map((h) => 1 / (1 + Math.exp(-h)));
    want.forEach((number, i) => assert.ok(Math.abs(machine.heap[at + i] - number) < 1e-6));
  }
});

test("rectifiers give what their definition does", () => {
  const given = [-3.5, -1e-30, -0, 0, 1e-30, 2.25, 3e38, -3e38];
  for (const [layer, slope] of [[{ op: "relu" }, 0], [{ op: "leaky_relu", slope: 0.01 }, 0.01], [{ op: "leaky_relu", slope: 2 }, 2]]) {
    const machine = new Machine();
    const input = machine.reserve(BATCH * given.length);
    const chain = compileLayers(machine, new Map(), [layer], "x", [given.length]);
    machine.build(true);
    machine.heap.set(given, input);
    const at = chain.run(input, 1);
    given.forEach((h, i) => {
      const [got, want] = [machine.heap[at + i], Math.fround(Math.fround(h) < 0 ? slope * Math.fround(h) : h)];
      assert.ok(got === want || Math.abs(got - want) <= 2e-7 * Math.abs(want), `${layer.op} ${h}: ${got} is not ${want}`);
    });
  }
});
