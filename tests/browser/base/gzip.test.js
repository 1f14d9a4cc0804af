// @ts-check
// What is packed is unpacked again; a browser that cannot is told which can, and the versions named have what the pages use.

import assert from "node:assert/strict";
import {readFileSync, readdirSync} from "node:fs";
import {join} from "node:path";
import test from "node:test";
import {PlainError} from "../../../dashboard/browser/base/errors.js";
import {NEEDED, gunzipped, gzipped} from "../../../dashboard/browser/base/gzip.js";

const FOLDER = join(import.meta.dirname, "../../../dashboard/browser");
// The first Chrome (and Edge), Firefox and Safari (and iOS) with each, by MDN's browser-compat-data 8.1.9: those of the last years.
/** @type {[RegExp, number, number, number][]} */
const SINCE = [
  [/DecompressionStream/, 80, 113, 16.4], [/color-mix\(/, 111, 113, 16.2], [/:has\(/, 105, 121, 15.4], [/\bsubgrid\b/, 117, 71, 16],
  [/showPopover|popover:/, 114, 125, 17], [/@container/, 105, 110, 16], [/\dd[vs]h\b/, 108, 101, 15.4], [/\.at\(-/, 92, 90, 15.4],
  [/<dialog|"dialog"/, 37, 98, 15.4], [/^\s*&[^&]/m, 120, 117, 17.2], [/\.(toSorted|toReversed|findLast|with)\(/, 110, 115, 16],
  [/Object\.groupBy/, 117, 119, 17.4], [/Promise\.withResolvers/, 119, 121, 17.4], [/OffscreenCanvas/, 69, 105, 16.4],
  [/light-dark\(/, 123, 120, 17.5], [/@layer/, 99, 97, 15.4],
];

test("text comes back as it was", async () => {
  const text = "z₁, z₂ ".repeat(1000);
  const packed = await gzipped(text);
  assert.ok(packed.length < 200);
  assert.equal(await new Response(gunzipped(packed)).text(), text);
});

test("a browser without gzip is told which has it", async () => {
  const {CompressionStream, DecompressionStream} = globalThis;
  Object.assign(globalThis, {CompressionStream: undefined, DecompressionStream: undefined});
  try {
    const isTold = (/** @type {unknown} */ error) => error instanceof PlainError && error.message.includes(NEEDED);
    await assert.rejects(gzipped("a"), isTold);
    assert.throws(() => gunzipped(new Uint8Array(1)), isTold);
  } finally {
    Object.assign(globalThis, {CompressionStream, DecompressionStream});
  }
});

test("the versions named are the first that have what the pages use", () => {
  const files = readdirSync(FOLDER, {recursive: true, encoding: "utf8"}).filter((name) => /\.(js|css)$/.test(name) && !/^built|node_modules/.test(name));
  const texts = files.map((name) => readFileSync(join(FOLDER, name), "utf8")).join("\n");
  const used = SINCE.filter(([what]) => what.test(texts));
  const [chrome, firefox, safari] = [1, 2, 3].map((at) => Math.max(...used.map((one) => Number(one[at]))));
  assert.equal(NEEDED, `Chrome or Edge ${chrome}, Firefox ${firefox}, Safari or iOS ${safari}`);
});
