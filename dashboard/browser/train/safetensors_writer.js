// @ts-check
// Writes safetensors bytes, and numbers in half precision: what safetensors.js reads.

/** @typedef {{dtype: "F32"|"F16"|"U16"|"U8", shape: number[], data: Float32Array|Uint16Array|Uint8Array}} Written data: bits where the type is F16 */

const BYTES = {F32: 4, F16: 2, U16: 2, U8: 1};

/** @param {Map<string, Written>} tensors @param {Record<string, string>} [metadata] @returns {Uint8Array<ArrayBuffer>} */
export function writeSafetensors(tensors, metadata) {
  // The widest numbers first, so that all stand at multiples of their width.
  const sorted = [...tensors].sort(([a, {dtype: one}], [b, {dtype: other}]) => BYTES[other] - BYTES[one] || (a < b ? -1 : 1));
  let end = 0;
  /** @type {Record<string, any>} */
  const header = metadata ? {__metadata__: metadata} : {};
  for (const [name, {dtype, shape, data}] of sorted) header[name] = {dtype, shape, data_offsets: [end, (end += data.byteLength)]};
  const text = new TextEncoder().encode(JSON.stringify(header));
  const begin = 8 + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(begin + end).fill(0x20, 8, begin);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(begin - 8), true);
  bytes.set(text, 8);
  let at = begin;
  for (const [, {data}] of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

const single = new Float32Array(1), bits = new Uint32Array(single.buffer);

/** The bits of numbers in half precision, rounded to the nearest, ties to even; beyond its reach infinite. @param {ArrayLike<number>} numbers */
export function toHalf(numbers) {
  const halves = new Uint16Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) halves[i] = halfBits(numbers[i]);
  return halves;
}

/** @param {number} number */
function halfBits(number) {
  single[0] = number;
  const sign = (bits[0] >>> 16) & 0x8000, size = bits[0] & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00; // no number
  if (size >= 0x477ff000) return sign | 0x7c00;
  if (size < 0x38800000) return sign | Math.round(ties(Math.abs(single[0]) * 2 ** 24)); // smaller than the smallest normal one
  return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13);
}

/** A number that Math.round takes to the nearest, ties to even. @param {number} value */
function ties(value) {
  const whole = Math.floor(value);
  return value - whole === 0.5 ? whole + (whole & 1) : value;
}
