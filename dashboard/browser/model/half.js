// @ts-check
// Half-precision numbers, as bundles store weights. Browsers without Float16Array look them up in a table of all 65,536.

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
