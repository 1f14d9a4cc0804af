// @ts-check
// Arrays of numbers in the files that people keep images in: IDX, as MNIST is (also within gzip), .npy and .npz of numpy. Read as data:
// of a .npy only plain numbers, of a .npz only such members.

import {PlainError} from "../../base/errors.js";
import {unpacked} from "../../base/parts.js";

/** @typedef {{shape: number[], data: ArrayLike<number>}} Numbers by rows */

const MOST_BYTES = 600e6; // of numbers, unpacked
/** @type {Record<string, (bytes: Uint8Array<ArrayBuffer>) => ArrayLike<number>>} by what numpy calls them */
const KINDS = {
  "|u1": (bytes) => bytes, "|b1": (bytes) => bytes, "|i1": (bytes) => new Int8Array(bytes.buffer), "<u2": (bytes) => new Uint16Array(bytes.buffer), "<i2": (bytes) => new Int16Array(bytes.buffer),
  "<i4": (bytes) => new Int32Array(bytes.buffer), "<u4": (bytes) => new Uint32Array(bytes.buffer), "<i8": (bytes) => Float64Array.from(new BigInt64Array(bytes.buffer), Number),
  "<f4": (bytes) => new Float32Array(bytes.buffer), "<f8": (bytes) => new Float64Array(bytes.buffer),
};

/** The arrays of a file by name. @param {string} name @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<Map<string, Numbers>>} @throws {PlainError} for what is none of these */
export async function readArrays(name, bytes) {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return readArrays(name.replace(/\.gz$/i, ""), await unpacked(bytes));
  if (bytes[0] === 0x93 && text(bytes, 1, 5) === "NUMPY") return new Map([[name, readNpy(bytes, name)]]);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return readNpz(bytes, name);
  if (bytes[0] === 0 && bytes[1] === 0 && bytes[2] === 8) return new Map([[name, readIdx(bytes, name)]]);
  throw new PlainError(`${name} is none of the files that are read here: pictures (PNG, JPEG), IDX, .npy or .npz.`);
}

/** @param {Uint8Array} bytes @param {number} from @param {number} length */
const text = (bytes, from, length) => String.fromCharCode(...bytes.subarray(from, from + length));

/** @param {number[]} shape @param {number} here numbers in the file @param {string} name */
function checked(shape, here, name) {
  if (shape.reduce((product, side) => product * side, 1) !== here) throw new PlainError(`${name} does not hold the numbers that it announces.`);
  return shape;
}

/** @param {Uint8Array} bytes @param {string} name @returns {Numbers} */
function readIdx(bytes, name) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), from = 4 + 4 * bytes[3];
  if (bytes.length < from) throw new PlainError(`${name} was cut short.`);
  const data = bytes.subarray(from);
  return {shape: checked(Array.from({length: bytes[3]}, (_, i) => view.getUint32(4 + 4 * i)), data.length, name), data};
}

/** @param {Uint8Array<ArrayBuffer>} bytes @param {string} name @returns {Numbers} */
function readNpy(bytes, name) {
  const long = bytes[6] > 1, view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = (long ? 12 : 10) + (long ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = text(bytes, long ? 12 : 10, Math.min(from, 4096));
  const [, kind] = /'descr': '([^']*)'/.exec(header) ?? [], [, sides] = /'shape': \(([\d, ]*)\)/.exec(header) ?? [];
  const read = KINDS[kind ?? ""];
  if (!read || sides === undefined || /'fortran_order': True/.test(header)) throw new PlainError(`${name} holds no plain array of numbers in the order of rows.`);
  const body = bytes.slice(from);
  if (body.length % Number(kind?.[2])) throw new PlainError(`${name} was cut short.`);
  const data = read(body);
  return {shape: checked(sides.split(",").filter((side) => side.trim()).map(Number), data.length, name), data};
}

/** @param {Uint8Array<ArrayBuffer>} bytes @param {string} name */
async function readNpz(bytes, name) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const broken = () => new PlainError(`${name} is no readable .npz file.`);
  let end = bytes.length - 22;
  while (end >= 0 && end > bytes.length - 65600 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) throw broken();
  /** @type {Map<string, Numbers>} */
  const arrays = new Map();
  let [at, left] = [view.getUint32(end + 16, true), MOST_BYTES];
  for (let i = view.getUint16(end + 10, true); i > 0; i--) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) throw broken();
    const [method, packed, size, length, more, words, head] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true), view.getUint32(at + 24, true), view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true), view.getUint32(at + 42, true)];
    const member = text(bytes, at + 46, length);
    at += 46 + length + more + words;
    if (!member.endsWith(".npy")) continue;
    if (head + 30 > bytes.length || (left -= size) < 0 || (method !== 0 && method !== 8)) throw broken();
    const from = head + 30 + view.getUint16(head + 26, true) + view.getUint16(head + 28, true);
    const body = bytes.slice(from, from + packed);
    arrays.set(member.replace(/\.npy$/, ""), readNpy(method ? await inflated(body, size, broken) : body, `${name}: ${member}`));
  }
  return arrays;
}

/** @param {Uint8Array<ArrayBuffer>} packed @param {number} size that it announces @param {() => PlainError} broken */
async function inflated(packed, size, broken) {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const bytes = new Uint8Array(size);
  let filled = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      bytes.set(part.value, filled); // throws past the end
      filled += part.value.length;
    }
  } catch {
    filled = -1;
  }
  if (filled !== size) throw broken();
  return bytes;
}
