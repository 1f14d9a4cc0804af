// What is asked of models that others' code wrote, before a page shows them: theirs is proved, any other is refused by its layer.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { toItsEnd } from "../../../dashboard/browser/base/slices.js";
import { browserOf } from "../../../dashboard/browser/model/asked.js";
import { readBundle } from "../../../dashboard/browser/model/bundle.js";
import { createNetwork } from "../../../dashboard/browser/model/networks.js";
import { proved } from "../../../dashboard/browser/model/proof.js";
import { golden } from "../support/python.js";

const folder = golden();
const { foreign } = JSON.parse(readFileSync(join(folder, "golden.json"), "utf8"));

for (const name of foreign) {
  const probe = readFileSync(join(folder, `${name}.probe`));
  const bundle = () => readBundle(readFileSync(join(folder, `${name}.bundle`)));
  const answer = (given, options) => toItsEnd(proved(createNetwork(given, options), given.header, probe));

  for (const allowSimd of [true, false]) {
    test(`${name} gives its numbers on all inputs ${allowSimd ? "by WebAssembly" : "in plain JavaScript"}`, () => {
      const { differs, complaint } = answer(bundle(), { allowSimd });
      assert.equal(complaint, "");
      assert.ok(Object.values(differs).every((off) => off < 2e-5), JSON.stringify(differs));
    });
  }

  test(`${name} with one other weight is refused by the first layer that it changes`, () => {
    for (const part of ["encoder", "decoder"]) {
      const layers = bundle().header.layers[part];
      for (const [index, { op }] of layers.entries()) {
        const other = bundle();
        const bias = other.tensors.get(`${part}.${index}.bias`);
        if (!bias) continue;
        bias.data[0] += 1;
        assert.match(answer(other).complaint, new RegExp(`^its ${part} gives other numbers than its own, by [\\d.e+-]+, first at layer ${index} \\(${op}\\)$`));
      }
    }
  });

  test(`${name} in half precision is refused`, () => {
    const other = bundle();
    for (const { data } of other.tensors.values()) if (data instanceof Float32Array) data.forEach((value, i) => (data[i] = Math.round(value * 1024) / 1024));
    assert.match(answer(other).complaint, /gives other numbers than its own/);
  });
}

test("numbers that are none are no agreement", () => {
  const probe = readFileSync(join(folder, `${foreign[0]}.probe`));
  const other = readBundle(readFileSync(join(folder, `${foreign[0]}.bundle`)));
  for (const [name, { data }] of other.tensors) if (name.startsWith("encoder.") && name.endsWith(".bias")) data.fill(NaN);
  assert.match(toItsEnd(proved(createNetwork(other), other.header, probe)).complaint, /other numbers/);
});

test("browsers are called by their names", () => {
  const safari = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko)";
  assert.equal(browserOf(`${safari} Chrome/156.0.0.0 Safari/537.36`), "Chrome 156");
  assert.equal(browserOf(`${safari} Chrome/156.0.0.0 Safari/537.36 Edg/156.0.1`), "Edge 156");
  assert.equal(browserOf(`${safari} Version/17.4 Safari/605.1.15`), "Safari 17");
  assert.equal(browserOf("Mozilla/5.0 (X11; rv:125.0) Gecko/20100101 Firefox/125.0"), "Firefox 125");
  assert.equal(browserOf("curl"), "this browser");
});
