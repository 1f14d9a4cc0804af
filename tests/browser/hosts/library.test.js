// How models come from the server: in which order, how often, and what is said and done while it does not answer.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { gzipSync } from "node:zlib";

import { readSafetensors } from "../../../dashboard/browser/model/safetensors.js";
import { askAhead } from "../../../dashboard/browser/hosts/served/ahead.js";
import { fetchModels } from "../../../dashboard/browser/hosts/served/library.js";

globalThis.document = { baseURI: "http://class.example/explorer/" };
mock.timers.enable({ apis: ["setTimeout"] });

const LIBRARY = { id: "one", models: [["vae/bundle", "vae/encoder"], ["ae/bundle", "ae/encoder"]], images: "images" };
const PACKED = gzipSync(Uint8Array.of(1, 3, 5, 2, 4)); // 1 2 3 4 5 in planes
const IMAGES = gzipSync(new Uint8Array(16 + 784).fill(7));
const MINUTES = 10 * 60;

/** What was asked for, in order; and per address what is answered, the last of a list for good. */
let asked, answers, said;
const answer = (status, body, type) => Object.assign(new Response(body, { status, headers: { "Content-Type": type } }));
globalThis.fetch = async (address) => {
  asked.push(address);
  const given = answers[address] ?? [() => answer(200, address === "images" ? IMAGES : PACKED, "application/octet-stream")];
  return (given.length > 1 ? given.shift() : given[0])();
};
const say = (sentence) => said.push(sentence);
const away = () => {
  throw new TypeError("Failed to fetch");
};
const broken = () => answer(200, new ReadableStream({ start: (body) => body.enqueue(PACKED.subarray(0, 9)), pull: (body) => body.error(new TypeError("network error")) }));
const refused = () => answer(502, "<h1>Bad gateway</h1>", "text/html");

/** Lets seconds pass, and what is brought about in them happen. */
async function pass(seconds) {
  for (let i = 0; i <= seconds; i++) {
    if (i) mock.timers.tick(1000);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  }
}

beforeEach(() => {
  [asked, answers, said] = [[], {}, []];
});

test("bundles come first and then the images; an encoder only when it is wanted, and once for all", async () => {
  let follow;
  const { bundles, images, encoders } = await fetchModels(LIBRARY, say, { mayFollow: () => new Promise((resolve) => (follow = resolve)) });
  assert.deepEqual(bundles.map((bytes) => [...bytes]), [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]]);
  for (let step = 0; step < 2; step++) {
    await pass(0);
    assert.deepEqual(asked, ["vae/bundle", "ae/bundle"]);
    follow();
  }
  assert.deepEqual(await images, new Uint8Array(784).fill(7));
  assert.deepEqual(asked, ["vae/bundle", "ae/bundle", "images"]);
  const [first, again] = await Promise.all([encoders[1](), encoders[1]()]);
  assert.equal(first, again);
  assert.deepEqual(asked.slice(3), ["ae/encoder"]);
  assert.deepEqual(said, []);
});

test("what the page asked for before its program was here is not asked for twice, unless it was answered badly", async () => {
  answers["ae/bundle"] = [refused, () => answer(200, PACKED)];
  for (const [bundle] of LIBRARY.models) askAhead(bundle);
  const fetched = fetchModels(LIBRARY, say);
  await pass(1);
  assert.deepEqual((await fetched).bundles.map((bytes) => [...bytes]), [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]]);
  assert.deepEqual(asked, ["vae/bundle", "ae/bundle", "ae/bundle", "images"]);
});

test("a decoder that may be late follows once it may, before the images; any other comes in its bundle", async () => {
  const names = { "vae/bundle": "a", "vae/decoder": "b", "ae/bundle": "c", "ae/decoder": "d" };
  for (const [address, name] of Object.entries(names)) answers[address] = [() => answer(200, gzipSync(planes(file(name))))];
  const library = { ...LIBRARY, models: [["vae/bundle", "vae/encoder", "vae/decoder"], ["ae/bundle", "ae/encoder", "ae/decoder"]] };
  let follow;
  const { bundles, late, images } = await fetchModels(library, say, { mayFollow: () => new Promise((resolve) => (follow = resolve)), late: [1] });
  const { tensors, metadata } = readSafetensors(bundles[0]);
  assert.deepEqual([[...tensors.keys()], metadata], [["a", "b"], { of: "a" }]);
  assert.deepEqual([...tensors.values()].map(({ data }) => [...data]), [[97, 1], [98, 1]]);
  assert.deepEqual([...readSafetensors(bundles[1]).tensors.keys()], ["c"]);
  await pass(0);
  assert.deepEqual(asked, ["vae/bundle", "vae/decoder", "ae/bundle"]);
  follow();
  assert.deepEqual([...readSafetensors(await late[1]).tensors.keys()], ["d"]);
  assert.equal(late[0], undefined);
  await pass(0);
  assert.deepEqual(asked.slice(3), ["ae/decoder"]);
  follow();
  await images;
  assert.deepEqual(asked.slice(4), ["images"]);
});

/** A safetensors file of one tensor, which it names. */
function file(name) {
  const head = new TextEncoder().encode(JSON.stringify({ __metadata__: { of: name }, [name]: { dtype: "U8", shape: [2], data_offsets: [0, 2] } }));
  return Uint8Array.from([...new Uint8Array(BigUint64Array.of(BigInt(head.length)).buffer), ...head, name.charCodeAt(0), 1]);
}

/** Even bytes, then odd ones. */
const planes = (bytes) => Uint8Array.from([0, 1].flatMap((first) => [...bytes.filter((_, at) => at % 2 === first)]));

for (const [name, trouble, reason] of [
  ["does not answer", away, /trying to fetch the models: http:\/\/class\.example\/explorer\/vae\/bundle does not answer\.$/],
  ["breaks off", broken, /does not answer\.$/],
  ["is refused by a proxy", refused, /answers 502, and a proxy must let it through\.$/],
]) {
  test(`what ${name} is tried again with longer pauses, said in one sentence, and comes without a reload`, async () => {
    answers["vae/bundle"] = [trouble, trouble, trouble, () => answer(200, PACKED)];
    const fetched = fetchModels(LIBRARY, say);
    const tries = () => asked.filter((address) => address === "vae/bundle").length;
    const counts = [];
    for (let second = 0; second < 7; second++) {
      await pass(Math.min(second, 1));
      counts.push(tries());
    }
    assert.deepEqual(counts, [1, 2, 2, 3, 3, 3, 3]);
    assert.equal(said.length, 1);
    assert.match(said[0], reason);
    await pass(1);
    assert.deepEqual([...(await fetched).bundles[0]], [1, 2, 3, 4, 5]);
    assert.deepEqual(said.slice(1), [""], "said once, and that it is over");
  });
}

test("the tries come to an end, which is said; what needs it next begins anew", async () => {
  const { encoders } = await fetchModels(LIBRARY, say);
  answers["vae/encoder"] = [away];
  const failing = assert.rejects(encoders[0](), /The models cannot be fetched: .*vae\/encoder does not answer\. Reload the page to try again\.$/);
  await pass(MINUTES);
  await failing;
  const tries = asked.filter((address) => address === "vae/encoder").length;
  assert.ok(tries < 20, `${tries} requests in ${MINUTES} s`);
  assert.equal(said.at(-1), "");
  delete answers["vae/encoder"];
  assert.deepEqual([...(await encoders[0]())], [1, 2, 3, 4, 5]);
});

test("what is gone for good is not asked for again, and the server's sentence is the one shown", async () => {
  answers["ae/bundle"] = [() => answer(410, "ae has changed since this page was opened: load the page again.", "text/plain")];
  await assert.rejects(fetchModels(LIBRARY, say), /^Error: ae has changed since this page was opened: load the page again\.$/);
  await pass(MINUTES);
  assert.equal(asked.filter((address) => address === "ae/bundle").length, 1);
});
