// @ts-check
// Reads safetensors bytes: named tensors and what is said of them. Nothing in a file is believed before it is checked.

import { PlainError } from "../base/errors.js";
import { weightOf } from "./rounded.js";

/** @typedef {{dtype: string, shape: number[], data: Float32Array|Uint16Array|Uint8Array}} Tensor */

const BYTES_OF = new Map([["F32", 4], ["F16", 2], ["U16", 2], ["U8", 1]]);

/** What safetensors bytes say of themselves. @param {Uint8Array} bytes @returns {{described: any, metadata: any, data: Uint8Array}} */
export function readDescription(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length >= 8 ? Number(view.getBigUint64(0, true)) : Infinity;
  ensure(length <= bytes.length - 8, "it is not a safetensors file, or was cut short.");
  const header = parseJson(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  ensure(isObject(header), "its safetensors header is unreadable.");
  const { __metadata__: metadata, ...described } = header;
  return { described, metadata, data: bytes.subarray(8 + length) };
}

/**
 * Tensors and metadata of safetensors bytes.
 * @param {Uint8Array} bytes
 * @returns {{tensors: Map<string, Tensor>, metadata: any}}
 */
export function readSafetensors(bytes) {
  const { described, metadata, data } = readDescription(bytes);
  const entries = Object.entries(described).map(([name, entry]) => checkEntry(name, entry));
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const entry of entries) {
    ensure(entry.begin === end, `its tensor ${entry.name} overlaps another or leaves a gap.`);
    end = entry.end;
  }
  ensure(end === data.length, "it was cut short, or has bytes that belong to no tensor.");
  const tensors = new Map(entries.map(({ name, dtype, shape, begin, end }) =>
    [name, { dtype, shape, data: readNumbers(name, dtype, data.subarray(begin, end)) }]));
  restoreWeights(tensors);
  return { tensors, metadata };
}

/**
 * The bytes of two files as those of one, which says of itself what the first does.
 * @param {Uint8Array} first @param {Uint8Array} second @returns {Uint8Array}
 */
export function joined(first, second) {
  const [one, other] = [readDescription(first), readDescription(second)];
  const moved = Object.entries(other.described).map(([name, entry]) => [name, { ...entry, data_offsets: entry?.data_offsets?.map?.((/** @type {number} */ offset) => offset + one.data.length) }]);
  const head = new TextEncoder().encode(JSON.stringify({ __metadata__: one.metadata, ...one.described, ...Object.fromEntries(moved) }));
  const bytes = new Uint8Array(8 + head.length + one.data.length + other.data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  [head, one.data, other.data].reduce((at, part) => (bytes.set(part, at), at + part.length), 8);
  return bytes;
}

/** Rounded weights become numbers. @param {Map<string, Tensor>} tensors */
function restoreWeights(tensors) {
  for (const [ofRows, { data: rows }] of tensors) {
    if (!ofRows.endsWith(".weight.rows")) continue;
    const name = ofRows.slice(0, -".rows".length);
    const columns = requireTensor(tensors, `${name}.columns`, "F32", [tensors.get(`${name}.columns`)?.data.length ?? 0]).data;
    const shape = [rows.length, columns.length];
    tensors.set(name, { dtype: "F32", shape, data: weightOf(requireTensor(tensors, name, "U16", shape).data, rows, columns) });
    tensors.delete(ofRows);
    tensors.delete(`${name}.columns`);
  }
}

/** @param {string} name @param {any} entry */
function checkEntry(name, entry) {
  const { dtype, shape, data_offsets: offsets } = isObject(entry) ? entry : {};
  const size = BYTES_OF.get(dtype);
  ensure(size !== undefined, `its tensor ${name} has the unknown type ${dtype}.`);
  ensure(isWholeList(shape) && isWholeList(offsets) && offsets.length === 2, `its tensor ${name} is badly described.`);
  const bytes = shape.reduce((/** @type {number} */ product, /** @type {number} */ side) => product * side, size ?? 0);
  ensure(offsets[1] - offsets[0] === bytes, `its tensor ${name} does not have the size that its shape needs.`);
  return { name, dtype: String(dtype), shape, begin: offsets[0], end: offsets[1] };
}

/** @param {string} name @param {string} dtype @param {Uint8Array} bytes */
function readNumbers(name, dtype, bytes) {
  if (dtype === "U8") return bytes;
  // Typed arrays need aligned offsets, which a file does not owe us: copy.
  const aligned = new Uint8Array(bytes).buffer;
  if (dtype === "U16") return new Uint16Array(aligned);
  const numbers = dtype === "F32" ? new Float32Array(aligned) : halfToFloat(new Uint16Array(aligned));
  let probe = 0; // stays 0 unless some number is infinite or NaN
  for (let i = 0; i < numbers.length; i++) probe += numbers[i] * 0;
  ensure(probe === 0, `its tensor ${name} holds numbers that are not finite.`);
  return numbers;
}

/** @param {Map<string, Tensor>} tensors @param {string} name @param {string} dtype @param {number[]} shape */
export function requireTensor(tensors, name, dtype, shape) {
  const tensor = tensors.get(name);
  const fits = tensor?.dtype === dtype && String(tensor.shape) === String(shape);
  ensure(fits, `its tensor ${name} is missing or has another shape than ${shape.join(" × ")}.`);
  return /** @type {Tensor} */ (tensor);
}

/** @param {any} text @returns {any} */
export function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** @param {unknown} value */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {any} list */
export function isWholeList(list) {
  return Array.isArray(list) && list.every((value) => Number.isSafeInteger(value) && value >= 0);
}

/** @param {boolean|undefined} holds @param {string} otherwise @returns {asserts holds} */
export function ensure(holds, otherwise) {
  if (!holds) throw new PlainError(`This model file cannot be used: ${otherwise}`);
}

/** @type {Float32Array|undefined} */
let halfTable;

/**
 * The numbers whose IEEE 754 half-precision bits are given.
 * @param {Uint16Array} bits
 * @returns {Float32Array}
 */
export function halfToFloat(bits) {
  const {Float16Array: native} = /** @type {any} */ (globalThis);
  if (native) return new Float32Array(new native(bits.buffer, bits.byteOffset, bits.length));
  const table = (halfTable ??= buildHalfTable());
  const numbers = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) numbers[i] = table[bits[i]];
  return numbers;
}

function buildHalfTable() {
  const table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    if (exponent === 31) table[bits] = fraction ? NaN : sign * Infinity;
    else table[bits] = sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction) : 2 ** -14 * fraction);
  }
  return table;
}
