// The site: which models it shows, and what of it stays on the device.
import assert from "node:assert/strict";
import { test } from "node:test";

import { gzipped } from "../../../dashboard/browser/base/gzip.js";
import { contentOf } from "../../../dashboard/browser/base/parts.js";
import { askedModels, libraryOf, offeredChoices, placedModels } from "../../../dashboard/browser/hosts/site/choice.js";
import { createKeeper } from "../../../dashboard/browser/hosts/site/keeper.js";

const model = (kind, data, ...beside) => ({ kind, data, beside, parts: [`${beside[0]}/bundle`, "encoder"] });
const entry = (name, group = "Bundled") => ({ name, title: name, group });
const shelf = {
  models: { vae: model("vae", "mnist", "vae", "ae"), ae: model("ae", "mnist", "vae", "ae"), b1: model("vae", "mnist", "b1", "ae"), b4: model("vae", "mnist", "b4", "ae"), shoes: model("vae", "fashion", "shoes") },
  offered: [[entry("vae"), entry("b1", "β"), entry("b4", "β"), entry("shoes")], [entry("ae"), entry("vae", "Bundled, VAE"), entry("shoes", "Bundled, VAE")]],
  ladder: ["b1", "b4"], images: { mnist: "digits", fashion: "clothes" },
};

test("an address asks for models that stand side by side; any other for the pair that goes with the first of them", () => {
  const asked = (models) => askedModels(shelf, `?models=${models}`);
  assert.deepEqual(askedModels(shelf, ""), { names: ["vae", "ae"], missing: [] });
  assert.deepEqual(asked("b4,ae").names, ["b4", "ae"]);
  assert.deepEqual(asked("ae,b4").names, ["b4", "ae"]);
  assert.deepEqual(asked("vae,b1").names, ["vae", "b1"]);
  assert.deepEqual(asked("b1").names, ["b1", "ae"]);
  assert.deepEqual(asked("shoes,ae").names, ["shoes"]); // other images
  assert.deepEqual(asked("ae,ae").names, ["vae", "ae"]);
  assert.deepEqual(asked("constructor,b1"), { names: ["b1", "ae"], missing: ["constructor"] });
});

test("each map offers models of its images, and with a rung comes the whole ladder", () => {
  const names = (choices) => choices.map((map) => map.map((one) => one.name));
  assert.deepEqual(names(offeredChoices(shelf, ["vae", "ae"])), [["vae", "b1", "b4"], ["ae", "vae"]]);
  assert.deepEqual(names(offeredChoices(shelf, ["shoes"])), [["shoes"]]);
  assert.deepEqual(placedModels(shelf, ["vae", "ae"]), { all: ["vae", "ae"], shown: [0, 1], rungs: [] });
  assert.deepEqual(placedModels(shelf, ["b4", "ae"]), { all: ["b1", "b4", "ae"], shown: [1, 2], rungs: [0, 1] });
  assert.deepEqual(libraryOf(shelf, ["shoes"]).images, "clothes");
});

const SCOPE = "http://host.example/course/";
/** Caches and a host that notes what it is asked for. */
function device(served) {
  const stores = new Map();
  const asked = [];
  const open = async (name) => {
    if (!stores.has(name)) stores.set(name, new Map());
    const store = stores.get(name);
    return { match: async (url) => store.get(url)?.clone(), put: async (url, answer) => void store.set(url, answer), keys: async () => [...store.keys()].map((url) => ({ url })) };
  };
  const ask = async (url) => {
    asked.push(url.slice(SCOPE.length));
    if (!served.on) throw new TypeError("Failed to fetch");
    const text = `${served.version} ${url.slice(SCOPE.length)}`;
    return new Response(url.endsWith(".bin") ? await gzipped(text) : text);
  };
  return { stores, asked, ask, caches: { open, keys: async () => [...stores.keys()], delete: async (name) => stores.delete(name) } };
}
const site = (version, program) => ({ version, files: ["index.html", `${program}.bin`, "look.css", "lecture/index.html", "model/a.bin"], pages: { "index.html": [`${program}.js`, "look.css"], "lecture/index.html": [] } });
const textOf = async (answer) => (await answer).text();

test("only the site's own files are kept, a page by its folder with what it needs, and each is asked for once", async () => {
  const served = { on: true, version: "one" };
  const { asked, ask, caches } = device(served);
  const keeper = createKeeper(site("1", "x-1"), SCOPE, caches, ask);
  const files = { "?models=a#mode=walk": "index.html", lecture: "lecture/index.html", "lecture/": "lecture/index.html", "x-1.js": "x-1.js", "x-2.js": "", "other/": "", "../elsewhere": "" };
  for (const [address, file] of Object.entries(files)) assert.equal(keeper.fileAt(new URL(address, SCOPE).href), file, address);
  await keeper.keep("index.html", ["model/a.bin", "no/such.file"]);
  await keeper.keep("index.html", ["model/a.bin"]);
  assert.deepEqual(asked, ["", "x-1.bin", "look.css", "model/a.bin"]);
  served.on = false;
  for (const file of ["index.html", "look.css", "model/a.bin"]) assert.ok((await keeper.answer(file)).ok, file);
  await assert.rejects(keeper.answer("lecture/index.html"), TypeError);
});

test("what lies packed on the host is kept unpacked, and a page's program as a script", async () => {
  const served = { on: true, version: "one" };
  const { ask, caches } = device(served);
  const keeper = createKeeper(site("1", "x-1"), SCOPE, caches, ask);
  await keeper.keep("index.html", ["model/a.bin"]);
  served.on = false;
  const script = await keeper.answer("x-1.js"), model = await keeper.answer("model/a.bin");
  assert.equal(script.headers.get("Content-Type"), "text/javascript");
  assert.equal(await script.text(), "one x-1.bin");
  assert.equal(new TextDecoder().decode(await contentOf(model)), "one model/a.bin");
  served.on = true;
  assert.equal(new TextDecoder().decode(await contentOf(await ask(`${SCOPE}model/a.bin`))), "one model/a.bin"); // as it comes from the host
});

test("a new version has what was opened before, its own pages with what they need, and then the old one goes", async () => {
  const served = { on: true, version: "one" };
  const { stores, asked, ask, caches } = device(served);
  const first = createKeeper(site("1", "x-1"), SCOPE, caches, ask);
  await first.keep("index.html", ["model/a.bin"]);
  await (await caches.open("of another site")).put("x", {});
  served.version = "two";
  asked.length = 0;
  const second = createKeeper(site("2", "x-2"), SCOPE, caches, ask);
  await second.takeOver();
  assert.deepEqual(asked, ["", "x-2.bin"]); // the model is the same, and was not asked for
  assert.equal(await textOf(first.answer("index.html")), "one ");
  await second.letGo();
  assert.deepEqual([...stores.keys()], ["of another site", `latent-explorer ${SCOPE} 2`]);
  served.on = false;
  assert.equal(await textOf(second.answer("index.html")), "two ");
  assert.equal(await textOf(second.answer("model/a.bin")), "one model/a.bin");
});
