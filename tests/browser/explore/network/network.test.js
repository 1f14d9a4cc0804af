// Inside the network: the formula read both ways, cells that are found where they were painted, maps of means, and what stages are called.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { epsilonOf, seededNormal } from "../../../../dashboard/browser/images/digits.js";
import { signedRamp, signedStep } from "../../../../dashboard/browser/base/palette.js";
import { cornerOf, layoutOf, paintCells, tileAt } from "../../../../dashboard/browser/explore/network/cells.js";
import { contributionsOf, strongest } from "../../../../dashboard/browser/explore/network/links.js";
import { drawOf, epsilonTo, klOf, rarity, shareBeyond } from "../../../../dashboard/browser/explore/network/formula.js";
import { meansByCode } from "../../../../dashboard/browser/explore/network/knowledge.js";
import { countText, decodedWords, tensorsText, unitText } from "../../../../dashboard/browser/explore/network/words.js";
import { readBundle } from "../../../../dashboard/browser/model/bundle.js";
import { createNetwork } from "../../../../dashboard/browser/model/networks.js";
import { stagesOf } from "../../../../dashboard/browser/model/stages.js";

const draw = seededNormal(11);

test("z = μ + σ ⊙ ε, whichever of the two was first", () => {
  for (let i = 0; i < 200; i++) {
    const q = { mu: draw(), std: draw().map((value) => Math.exp(value - 2)) };
    const drawn = epsilonOf(1 + i, 5);
    const z = drawOf(q, drawn);
    assert.deepEqual(epsilonTo(q, z.map((value) => Number(value.toFixed(4))), drawn), { epsilon: drawn, stayed: true });
    const moved = [z[0] + 0.5, z[1]];
    const { epsilon, stayed } = epsilonTo(q, moved, drawn);
    assert.equal(stayed, false);
    drawOf(q, epsilon).forEach((value, axis) => assert.ok(Math.abs(value - moved[axis]) < 1e-9));
  }
  assert.deepEqual(drawOf({ mu: [1, 2], std: null }, [3, 4]), [1, 2]);
  assert.deepEqual(epsilonOf(0, 17), [0, 0]);
});

test("only of Bernoulli pixels the decoder's numbers become chances of ink", () => {
  for (const config of [{}, { likelihood: "bernoulli" }]) assert.deepEqual(decodedWords(config).symbol, "π");
  for (const likelihood of ["gaussian", "gaussian-fixed", "gaussian-linear"]) assert.doesNotMatch(Object.values(decodedWords({ likelihood })).join(), /π|chance|ink/);
  assert.doesNotMatch(Object.values(decodedWords({ likelihood: "gaussian-linear" })).join(), /logit|sigmoid/);
});

test("KL is the integral of q log q/p, and the share of draws beyond is counted", () => {
  for (const [mu, std] of [[0, 1], [1.3, 0.2], [-0.4, 2]]) {
    let sum = 0;
    for (let z = -14; z < 14; z += 1e-3) {
      const q = Math.exp(-0.5 * ((z - mu) / std) ** 2) / (std * Math.sqrt(2 * Math.PI));
      const ratio = -0.5 * ((z - mu) / std) ** 2 - Math.log(std) + 0.5 * z * z;
      sum += q * ratio * 1e-3;
    }
    assert.ok(Math.abs(klOf(mu, std) - sum) < 1e-6, `${mu}, ${std}`);
  }
  let beyond = 0;
  for (let i = 0; i < 20_000; i++) if (Math.hypot(...draw()) >= 1.5) beyond++;
  assert.ok(Math.abs(shareBeyond([0.9, -1.2]) - beyond / 20_000) < 0.01);
  assert.equal(rarity([9, 9]), "under 0.1 % of draws");
  assert.equal(rarity([0.9, -1.2]), "32 % of draws");
});

test("each number has a cell of its own, in its colour, and a press on it finds it", () => {
  const ramp = signedRamp(false);
  for (const [shape, box, across] of [[[512], [66, 100]], [[130], [66, 100]], [[512], [240, 90]], [[5, 7, 7], [60, 60]], [[784], [66, 100], 28], [[2 * 256], [66, 100], 16], [[4], [20, 90]], [[1], [9, 9]]]) {
    const layout = layoutOf(shape, ...box, across);
    const [count, tall = 1, wide = 1] = shape;
    const values = Float32Array.from({ length: count * tall * wide }, (_, i) => Math.sin(i));
    const pixels = new Uint32Array(layout.width * layout.height);
    paintCells(pixels, layout, values, 2, ramp);
    for (let tile = 0; tile < count; tile++) {
      const [x, y] = cornerOf(layout, tile);
      assert.equal(tileAt(layout, x + wide / 2, y + tall / 2), tile);
      const last = tile * tall * wide + tall * wide - 1;
      assert.equal(pixels[(y + tall - 1) * layout.width + x + wide - 1], ramp[signedStep(values[last] / 2)]);
    }
    assert.equal(tileAt(layout, -0.1, 0), null);
    assert.equal(tileAt(layout, layout.width + 1, 0), null);
  }
});

test("512 units in a narrow box fill it, and pictures keep their columns", () => {
  const { width, height } = layoutOf([512], 66, 100);
  assert.ok(Math.min(66 / width, 100 / height) >= 3);
  assert.equal(layoutOf([784], 500, 20, 28).columns, 28);
  assert.equal(layoutOf([512], 500, 20, 16).columns, 16);
});

test("a map of an encoder's unit is the mean over the images with a code in the cell, and nothing where there is none", () => {
  const grid = { columns: 2, rows: 2, low: [-1, -1], high: [1, 1] };
  const codes = Float32Array.from([-0.5, 0.5, -0.6, 0.4, 0.5, -0.5, 5, 5]);
  const means = meansByCode(Float32Array.from([1, 3, 7, 100]), codes, grid);
  assert.deepEqual([...means], [2, NaN, NaN, 7]);
});

test("what stands under the stages adds up to the parameters that they have", () => {
  const bundle = readBundle(readFileSync(new URL("../../../fixtures/tiny/tiny.bundle", import.meta.url)));
  const network = createNetwork(bundle);
  const sum = (text) => text.split(" + ").reduce((all, product) => all + product.split("·").reduce((value, factor) => value * Number(factor), 1), 0);
  for (const part of ["encoder", "decoder"]) {
    for (const stage of stagesOf(bundle, network, part)) {
      if (stage.layer.op === "fourier") assert.equal(countText(stage), "24 fixed");
      else assert.equal(sum(tensorsText(stage)), stage.parameters);
    }
  }
  const block = { layer: { op: "residual", layers: [{ op: "layer_norm", size: 8 }, { op: "linear", in: 8, out: 3 }, { op: "gelu" }, { op: "linear", in: 3, out: 8 }] }, parameters: 16 + 27 + 32 };
  assert.equal(tensorsText(block), "3·8 + 8·3 + 27");
  assert.equal(tensorsText({ layer: { op: "conv", in: 3, out: 5, kernel: 4 }, parameters: 245 }), "5·3·4·4 + 5");
  const [, head] = stagesOf(bundle, network, "encoder");
  assert.deepEqual([0, 1, 2, 3].map((unit) => unitText(head, 2, unit, "logvar")), ["μ₁", "μ₂", "log σ²₁", "log σ²₂"]);
});

test("the links of a unit are its largest contributions w·h, the strongest last and of length 1", () => {
  const weights = Float32Array.from({ length: 300 }, (_, i) => Math.sin(7 * i));
  const values = Float32Array.from({ length: 300 }, (_, i) => (i % 3 ? Math.cos(i) : 0));
  const contributions = contributionsOf(weights, values);
  const links = strongest(contributions);
  const order = [...contributions.keys()].sort((a, b) => Math.abs(contributions[a]) - Math.abs(contributions[b]));
  assert.deepEqual(links.map(({ from }) => from), order.slice(-20));
  assert.equal(Math.abs(links[19].share), 1);
  for (const { from, share } of links) assert.equal(Math.sign(share), Math.sign(weights[from] * values[from]));
  assert.deepEqual(strongest(new Float32Array(9)), []);
});
