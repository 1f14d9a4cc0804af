// Images of one's own: what is read of files, what becomes of them, and what is refused.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {test} from "node:test";
import {gzipSync} from "node:zlib";

import {readArrays} from "../../../dashboard/browser/train/own/arrays.js";
import {dataSetOf, picturesIn, resized} from "../../../dashboard/browser/train/own/own.js";

const PYTHON = process.env.PYTHON ?? new URL("../../../.venv/bin/python", import.meta.url).pathname;
const KINDS = ["uint8", "int64", "uint16", "float64"];
const COLOURS = "rng().integers(0, 256, (100, 9, 9, 3)).astype(np.uint8)";
const FILES = {
  packed: "np.savez_compressed(f, x=thin(), y=np.arange(110) % 5)", plain: "np.savez(f, x=thin(), y=np.arange(110) % 5)",
  ...Object.fromEntries(KINDS.map((kind) => [kind, `np.save(f, rng().integers(0, 256, (100, 49)).astype(np.${kind}))`])),
  last: `np.save(f, ${COLOURS})`, first: `np.save(f, np.moveaxis(${COLOURS}, 3, 1).copy())`, objects: "np.save(f, np.array([{1: 2}], dtype=object))",
};
const BEGIN = "import base64, io, json, numpy as np\nrng = lambda: np.random.default_rng(0)\nthin = lambda: (rng().random((110, 8, 8)) ** 3).astype(np.float32)\nfound = {}\n";
const code = Object.entries(FILES).map(([name, save]) => `f = io.BytesIO()\n${save}\nfound["${name}"] = base64.b64encode(f.getvalue()).decode()\n`).join("");
/** What numpy writes. */
const written = Object.fromEntries(Object.entries(JSON.parse(execFileSync(PYTHON, ["-c", `${BEGIN}${code}print(json.dumps(found))`]))).map(([name, text]) => [name, new Uint8Array(Buffer.from(text, "base64"))]));

/** @param {number[]} shape @param {(i: number) => number} value */
function idx(shape, value) {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head[2] = 8;
  head[3] = shape.length;
  shape.forEach((side, i) => head.writeUInt32BE(side, 4 + 4 * i));
  return new Uint8Array(Buffer.concat([head, Uint8Array.from({length: shape.reduce((a, b) => a * b)}, (_, i) => value(i))]));
}

test("IDX files, also packed, are images with their labels", async () => {
  const arrays = new Map([...(await readArrays("t-images.gz", new Uint8Array(gzipSync(idx([120, 6, 6], (i) => (i * 7) % 256))))), ...(await readArrays("t-labels", idx([120], (i) => i % 3 + 4)))]);
  const data = dataSetOf(picturesIn(arrays), "t");
  assert.deepEqual([data.side, data.classes, data.train.labels.length, data.held.labels.length, data.rest.labels.length], [6, ["4", "5", "6"], 96, 12, 12]);
  const seen = new Set();
  for (const part of [data.train, data.held, data.rest]) part.labels.forEach((label, at) => {
    const image = [...part.images.subarray(36 * at, 36 * at + 36)];
    const place = Array.from({length: 120}, (_, i) => i).find((i) => image.every((tone, j) => tone === ((36 * i + j) * 7) % 256) && i % 3 === label);
    seen.add(place);
  });
  assert.ok(!seen.has(undefined));
});

test("arrays of numpy are read, packed or not, whatever their type and range", async () => {
  const packed = await readArrays("a.npz", written.packed);
  assert.deepEqual(packed, await readArrays("a.npz", written.plain));
  const pictures = picturesIn(packed);
  assert.deepEqual([pictures.count, pictures.high, pictures.labels?.[7]], [110, 8, 2]);
  const values = [...packed.values()].find(({shape}) => shape.length === 3).data;
  assert.equal(pictures.images[13], Math.round(255 * values[13]));
  const whole = await Promise.all(KINDS.map(async (kind) => picturesIn(await readArrays("a.npy", written[kind]))));
  assert.deepEqual([whole[0].count, whole[0].high, whole[0].images.length], [100, 7, 4900]);
  for (const other of whole) assert.deepEqual(other, whole[0]);
  assert.deepEqual(picturesIn(await readArrays("a.npy", written.first)), picturesIn(await readArrays("a.npy", written.last)));
});

test("dark ink on light paper is made bright, and said so", () => {
  const images = Uint8Array.from({length: 100 * 64}, (_, i) => ([27, 28, 35, 36].includes(i % 64) ? 10 : 250));
  const data = dataSetOf({images, labels: null, high: 8, wide: 8, count: 100}, "t");
  assert.ok(data.inverted && data.train.images[0] === 5 && data.train.images[27] === 245);
  assert.equal(dataSetOf({images: images.map((tone) => 255 - tone), labels: null, high: 8, wide: 8, count: 100}, "t").inverted, false);
});

test("images of other sizes become squares that keep their ink", () => {
  const ramp = Uint8Array.from({length: 56 * 56}, (_, i) => (i % 56) * 4);
  const small = resized(ramp, 56, 56, 28);
  for (let column = 0; column < 28; column++) assert.equal(small[28 * 5 + column], Math.round(4 * (2 * column + 0.5)));
  const oblong = resized(new Uint8Array(20 * 40).fill(200), 20, 40, 10);
  assert.deepEqual([0, 2, 3, 7, 8].map((row) => oblong[10 * row]), [0, 100, 200, 100, 0]);
});

test("what is no file of images is refused in a sentence", async () => {
  const bytes = (text) => new TextEncoder().encode(text);
  await assert.rejects(readArrays("a.txt", bytes("words")), /a\.txt is none of the files that are read here/);
  await assert.rejects(readArrays("a", idx([10, 5], () => 1).subarray(0, 40)), /does not hold the numbers that it announces/);
  await assert.rejects(readArrays("a.npy", written.objects), /holds no plain array/);
  await assert.rejects(readArrays("a.npz", written.packed.subarray(0, 200)), /no readable \.npz/);
  assert.throws(() => picturesIn(new Map([["a", {shape: [100], data: new Uint8Array(100)}]])), /no images in these files/);
  assert.throws(() => dataSetOf({images: new Uint8Array(64), labels: null, high: 8, wide: 8, count: 1}, "t"), /One image is too few/);
  assert.throws(() => picturesIn(new Map([["a", {shape: [100, 2, 2], data: new Float32Array(400).fill(NaN)}]])), /not finite/);
});
