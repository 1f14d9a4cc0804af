// What readBundle makes of files that are not bundles: one clear Error, whatever the bytes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { addEncoder, readBundle, unpackImages, unpackNames } from "../../../dashboard/browser/model/bundle.js";
import { halfToFloat } from "../../../dashboard/browser/model/safetensors.js";

const ONE_SENTENCE = { name: "Error", message: /^This model file cannot be used: .*\.$/s };

/** A small bundle as [header entries, data]; `change` may spoil it before it is packed. */
function pack(change = () => {}) {
  const parts = {
    "points.codes": ["U16", [2, 2], Buffer.from(new Uint16Array([0, 65535, 65535, 0]).buffer)],
    "points.std": ["F16", [2, 2], Buffer.from(new Uint16Array(4).fill(0x3c00).buffer)],
    "points.labels": ["U8", [2], Buffer.from([7, 2])],
    "points.images": ["U8", null, gzipSync(Buffer.alloc(16 + 2 * 784, 3))],
    "train.codes": ["U16", [1, 2], Buffer.from(new Uint16Array([0, 65535]).buffer)],
  };
  const header = {
    format: "latent-explorer-bundle", version: 1, name: "tiny", kind: "vae", config: {}, layers: { encoder: [], decoder: [] },
    classes: [..."0123456789"], points: { count: 2, low: [-1, -2], high: [1, 2], protocol: "dynamic", seed: 0 },
    train: { count: 1, low: [-1, -2], high: [1, 2] },
  };
  const entries = {};
  let end = 0;
  const model = { parts, header, entries };
  change(model);
  for (const [name, [dtype, shape, data]] of Object.entries(parts)) {
    entries[name] ??= { dtype, shape: shape ?? [data.length], data_offsets: [end, (end += data.length)] };
  }
  const text = Buffer.from(JSON.stringify({ __metadata__: { bundle: JSON.stringify(header) }, ...entries }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...Object.values(parts).map(([, , data]) => data)]);
}

test("a small bundle is read", async () => {
  const bundle = readBundle(pack());
  assert.deepEqual([...bundle.points.codes], [-1, 2, 1, -2]);
  assert.deepEqual([...bundle.points.std], [1, 1, 1, 1]);
  assert.deepEqual([...bundle.points.labels], [7, 2]);
  assert.deepEqual([...bundle.train.codes], [-1, 2]);
  assert.ok(bundle.hasImages);
  assert.deepEqual(await unpackImages(bundle), new Uint8Array(2 * 784).fill(3));
  assert.deepEqual([bundle.side, bundle.points.pixels], [28, 784]); // a file that does not say has the size that all had
});

test("how large images are is believed from 4 to 64 pixels a side", () => {
  const of = (/** @type {any} */ side) => readBundle(pack(({ header }) => (header.config = { side }))).points.pixels;
  assert.deepEqual([4, 16, 64].map(of), [16, 256, 4096]);
  for (const side of [3, 65, 16.5, "16", null, -28]) assert.throws(() => of(side), ONE_SENTENCE);
});

test("weights and training codes are read from full numbers and from rounded ones", () => {
  const bytes = (/** @type {ArrayBufferView} */ {buffer}) => Buffer.from(buffer);
  const halves = readBundle(pack(({ parts }) => {
    parts["decoder.0.weight"] = ["F16", [1, 2], bytes(new Uint16Array([0x3c00, 0xc000]))];
  }));
  assert.deepEqual(halves.tensors.get("decoder.0.weight").data, new Float32Array([1, -2]));
  const rounded = (/** @type {number} */ columns) => (/** @type {any} */ { parts, header }) => {
    parts["decoder.0.weight"] = ["U16", [2, 2], bytes(new Uint16Array([129, 128, 65536 - 1000 + 128, 1000 + 128]))];
    parts["decoder.0.weight.rows"] = ["F32", [2], bytes(new Float32Array([0.5, 0.25]))];
    parts["decoder.0.weight.columns"] = ["F32", [columns], bytes(new Float32Array(columns).fill(1).with(1, 4))];
    delete parts["train.codes"];
    const [first, second] = [5, 3 * 8192 + 8191]; // (0, 5) and (3, 8191), as differences
    const differences = new Uint8Array(new Uint32Array([first, second - first]).buffer);
    parts["train.sorted"] = ["U8", [4, 2], Buffer.from([0, 1, 2, 3].flatMap((byte) => [differences[byte], differences[4 + byte]]))];
    header.train = { count: 2, low: [0, 0], high: [8191, 8191] };
  };
  const { tensors, train } = readBundle(pack(rounded(2)));
  assert.deepEqual(tensors.get("decoder.0.weight"), { dtype: "F32", shape: [2, 2], data: new Float32Array([0.5, 0, -250, 1000]) });
  assert.ok(!tensors.has("decoder.0.weight.rows") && !tensors.has("decoder.0.weight.columns"));
  assert.deepEqual([...train.codes], [0, 5, 3, 8191]);
  assert.throws(() => readBundle(pack(rounded(3))), ONE_SENTENCE);
});

test("per-image truths are read where the file has them, and have to belong to its points", () => {
  assert.equal(readBundle(pack()).points.truths, null);
  const truths = (/** @type {number} */ count) => (/** @type {any} */ { parts }) => {
    for (const name of ["log_px", "elbo"]) parts[`points.${name}`] = ["F32", [count], Buffer.from(new Float32Array(count).fill(-1.5).buffer)];
    parts["points.modes"] = ["U8", [count], Buffer.alloc(count, 1)];
  };
  const { logPx, elbo, modes } = readBundle(pack(truths(2))).points.truths;
  assert.deepEqual([[...logPx], [...elbo], [...modes]], [[-1.5, -1.5], [-1.5, -1.5], [1, 1]]);
  assert.throws(() => readBundle(pack(truths(3))), ONE_SENTENCE);
});

test("columns of one's own are read where the file has them, and none is believed that is not whole", () => {
  assert.deepEqual(readBundle(pack()).points.columns, []);
  const listed = [{ name: "age", words: null }, { name: "hand", words: ["l", "r"] }];
  const columns = (/** @type {any} */ { list = listed, ages = [1.5, 0], absent = [0, 1], hands = [1, 255], text = JSON.stringify(list) } = {}) => (/** @type {any} */ { parts }) => {
    parts["points.columns"] = ["U8", null, Buffer.from(text)];
    parts["points.column.0"] = ["F32", [ages.length], Buffer.from(Float32Array.from(ages).buffer)];
    if (absent) parts["points.column.0.absent"] = ["U8", [absent.length], Buffer.from(absent)];
    parts["points.column.1"] = ["U8", [hands.length], Buffer.from(hands)];
  };
  const [age, hand] = readBundle(pack(columns())).points.columns;
  assert.deepEqual([age.name, age.words, [...age.values], age.absent], ["age", null, [1.5, NaN], 1]);
  assert.deepEqual([hand.name, hand.words, [...hand.values], hand.absent], ["hand", ["l", "r"], [1, 255], 1]);
  assert.equal(readBundle(pack(columns({ absent: null }))).points.columns[0].absent, 0);
  for (const spoilt of [{ hands: [2, 0] }, { hands: [0] }, { ages: [1] }, { ages: [NaN, 1] }, { absent: [1] }, { text: "nonsense" }, { list: [...listed, { name: "more", words: null }] }, { list: [listed[0], listed[0]] },
    { list: [{ name: 3, words: null }, listed[1]] }, { list: [listed[0], { name: "hand", words: [1, 2] }] }, { list: Array.from({ length: 17 }, (_, i) => ({ name: `${i}`, words: null })) }, { list: [{ name: "x".repeat(500), words: null }] }]) {
    assert.throws(() => readBundle(pack(columns(spoilt))), ONE_SENTENCE, JSON.stringify(spoilt));
  }
});

test("codes without images are read, counted, and of known classes", () => {
  const others = (/** @type {number} */ label, /** @type {any} */ said) => (/** @type {any} */ { parts, header }) => {
    parts["rest.codes"] = ["U16", [2, 2], Buffer.from(new Uint16Array([0, 0, 65535, 65535]).buffer)];
    parts["rest.labels"] = ["U8", [2], Buffer.from([0, label])];
    header.rest = { count: 2, of: 5, low: [0, 0], high: [2, 4], ...said };
  };
  const { codes, labels, count, of } = readBundle(pack(others(9, {}))).rest;
  assert.deepEqual([[...codes], [...labels], count, of], [[0, 0, 2, 4], [0, 9], 2, 5]);
  assert.equal(readBundle(pack()).rest, null);
  for (const [label, said] of [[10, {}], [9, { count: 3 }], [9, { of: 1 }], [9, { of: "all" }], [9, { low: null }]]) {
    assert.throws(() => readBundle(pack(others(label, said))), ONE_SENTENCE);
  }
});

test("a file that is no encoder is refused", () => {
  const bundle = readBundle(pack(({ header }) => delete header.layers.encoder));
  for (const bytes of [new Uint8Array(9), pack()]) assert.throws(() => addEncoder(bundle, bytes), ONE_SENTENCE);
});

test("an ArrayBuffer, and bytes at an odd place in one, are read alike", () => {
  const packed = pack();
  const moved = new Uint8Array(packed.length + 1);
  moved.set(packed, 1);
  assert.deepEqual(readBundle(moved.subarray(1)).points, readBundle(moved.slice(1).buffer).points);
});

const spoilers = {
  "the format": ({ header }) => (header.format = "other"),
  "the version": ({ header }) => (header.version = 2),
  "the kind": ({ header }) => (header.kind = "gan"),
  "the layers": ({ header }) => (header.layers = []),
  "the config": ({ header }) => (header.config = null),
  "the points": ({ header }) => delete header.points,
  "the count of points": ({ header }) => (header.points.count = 3),
  "the count of training points": ({ header }) => (header.train.count = -1),
  "the range": ({ header }) => (header.points.low = [0]),
  "a label": ({ parts }) => (parts["points.labels"][2][1] = 10),
  "the spreads of a VAE": ({ parts }) => delete parts["points.std"],
  "a type": ({ parts }) => (parts["points.labels"][0] = "I64"),
  "a shape": ({ parts }) => (parts["points.codes"][1] = [2, 3]),
  "a negative shape": ({ parts }) => (parts["points.codes"][1] = [-2, -2]),
  "numbers that are not finite": ({ parts }) => parts["points.std"][2].writeUInt16LE(0x7c00),
  "overlapping tensors": ({ entries }) => (entries["points.labels"] = { dtype: "U8", shape: [2], data_offsets: [0, 2] }),
  "an entry that is no object": ({ entries }) => (entries["points.labels"] = 3),
  "offsets beyond the file": ({ entries }) => (entries["points.labels"] = { dtype: "U8", shape: [2], data_offsets: [9e9, 9e9 + 2] }),
};
for (const [what, spoil] of Object.entries(spoilers)) {
  test(`a fault in ${what} gives one sentence`, () => assert.throws(() => readBundle(pack(spoil)), ONE_SENTENCE));
}

test("every truncation and every foreign file gives one sentence", () => {
  const packed = pack();
  for (let length = 0; length < packed.length; length++) assert.throws(() => readBundle(packed.subarray(0, length)), ONE_SENTENCE);
  for (const text of ["", "\x89PNG\r\n\x1a\n and more", "{}", "x".repeat(1000)]) {
    assert.throws(() => readBundle(Buffer.from(text)), ONE_SENTENCE);
  }
  assert.throws(() => readBundle(Buffer.concat([packed, Buffer.from([0])])), ONE_SENTENCE);
});

test("flipped bytes are read or refused, never anything else", () => {
  const packed = pack();
  for (let at = 0; at < packed.length; at++) {
    const flipped = Buffer.from(packed);
    flipped[at] ^= 1 << (at % 8);
    try {
      readBundle(flipped);
    } catch (error) {
      assert.match(error.message, ONE_SENTENCE.message);
    }
  }
});

test("images that are missing, broken, too many or too few are refused", async () => {
  const cases = [
    ({ parts }) => delete parts["points.images"],
    ({ parts }) => (parts["points.images"][2] = Buffer.from("not gzip at all")),
    ({ parts }) => (parts["points.images"][2] = parts["points.images"][2].subarray(0, 20)),
    ({ parts }) => (parts["points.images"][2] = gzipSync(Buffer.alloc(16 + 2 * 784 - 1))),
    ({ parts }) => (parts["points.images"][2] = gzipSync(Buffer.alloc(64 << 20))),
  ];
  for (const spoil of cases) await assert.rejects(unpackImages(readBundle(pack(spoil))), ONE_SENTENCE);
});

test("half precision is read exactly", () => {
  const known = [[0x0000, 0], [0x8000, -0], [0x0001, 2 ** -24], [0x03ff, 1023 * 2 ** -24], [0x0400, 2 ** -14], [0x3555, 0.333251953125],
    [0x3c00, 1], [0xc000, -2], [0x7bff, 65504], [0x7c00, Infinity], [0xfc00, -Infinity], [0x7e00, NaN]];
  const numbers = halfToFloat(Uint16Array.from(known, ([bits]) => bits));
  known.forEach(([, want], i) => assert.ok(Object.is(numbers[i], want)));
});

test("images have the names that the file gives them, or none; others than one each are refused", async () => {
  const named = (/** @type {string} */ text) => readBundle(pack(({ parts }) => {
    parts["points.names"] = ["U8", null, gzipSync(Buffer.from(text))];
  }));
  assert.deepEqual(await unpackNames(named("7/é.png\n2/b.png")), ["7/é.png", "2/b.png"]);
  assert.equal(await unpackNames(readBundle(pack())), null);
  await assert.rejects(unpackNames(named("7/a.png")), ONE_SENTENCE);
  await assert.rejects(unpackNames(named(`${"a".repeat(2_000_000)}\nb`)), ONE_SENTENCE);
});
