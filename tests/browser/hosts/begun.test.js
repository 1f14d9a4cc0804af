// What the first page begins with before Streamlit's scripts are here: taken once, by who shows those models; for others nothing changes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, test } from "node:test";
import { gzipSync } from "node:zlib";

import { begin, comingModels, shelfFor } from "../../../dashboard/browser/hosts/streamlit/begun.js";
import { runPython } from "../support/python.js";

globalThis.document = { baseURI: "http://class.example/explorer/" };

const NAME = "fourier-gelu-softplus";
const bundle = readFileSync(join(runPython("golden.py", NAME), `${NAME}.decoder`));
const parts = [0, 1].map((first) => bundle.filter((_, at) => at % 2 === first));
const PACKED = gzipSync(Buffer.concat(parts));
const IMAGES = gzipSync(new Uint8Array(16 + 784));
const library = (id) => ({ id, models: [["vae/bundle", "vae/encoder"], ["ae/bundle", "ae/encoder"]], images: "images" });
const begun = (id) => begin({ library: library(id), shown: [0, 1], ladder: [] });

let asked, missing, said;
globalThis.fetch = async (address) => {
  asked.push(address);
  if (missing) throw new TypeError("Failed to fetch");
  return new Response(address === "images" ? IMAGES : PACKED);
};
const say = (sentence) => said.push(sentence);

beforeEach(() => {
  [asked, missing, said] = [[], false, []];
});

test("what was begun with is taken, read and made ready, and nothing is fetched a second time", async () => {
  begun("one");
  const models = await comingModels(library("one"), say);
  assert.deepEqual(asked, ["vae/bundle", "ae/bundle", "images"]);
  assert.deepEqual(Buffer.from(models.bundles[1]), bundle);
  assert.deepEqual(shelfFor(models, [0, 1], []).models().map((model) => model.place), [0, 1]);
  assert.equal(shelfFor(models, [1, 0], []), undefined, "the maps show them the other way round");
  assert.equal(shelfFor(models, [0, 1], [0, 1]), undefined, "there is a ladder");
  const again = await comingModels(library("one"), say);
  assert.equal(asked.length, 6, "it was taken");
  assert.equal(shelfFor(again, [0, 1], []), undefined);
});

test("other models than those begun with are fetched as ever", async () => {
  begun("one");
  const models = await comingModels(library("two"), say);
  assert.equal(models.shelf, undefined);
});

test("who takes what was begun with hears why it is not here yet, and that it came", async () => {
  missing = true;
  begun("three");
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  const coming = comingModels(library("three"), say);
  assert.match(said[0], /^Still trying to fetch the models: .*vae\/bundle does not answer\.$/);
  missing = false;
  await coming;
  assert.equal(said.at(-1), "");
});
