// @ts-check
// SHA-256 (FIPS 180-4) and the checksum of zip files. Browsers have the first themselves, but only on pages that came by https.

const ROOTS = rootsOfPrimes(64);
const CRC = Uint32Array.from({length: 256}, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** The first 32 bits behind the point of cube roots of the first primes, and of square roots. @param {number} count */
function rootsOfPrimes(count) {
  /** @type {number[]} */
  const primes = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  const bits = (/** @type {number} */ root) => Math.floor((root - Math.floor(root)) * 2 ** 32);
  return {cube: Int32Array.from(primes, (prime) => bits(Math.cbrt(prime))), square: Int32Array.from(primes.slice(0, 8), (prime) => bits(Math.sqrt(prime)))};
}

/** @param {Uint8Array} bytes @returns {string} hexadecimal */
export function sha256(bytes) {
  const state = ROOTS.square.slice(), words = new Int32Array(64), block = new DataView(new ArrayBuffer(64));
  const whole = bytes.length - (bytes.length % 64);
  for (let at = 0; at < whole; at += 64) mix(state, words, new DataView(bytes.buffer, bytes.byteOffset + at, 64));
  const rest = new Uint8Array(block.buffer);
  rest.set(bytes.subarray(whole));
  rest[bytes.length - whole] = 0x80;
  if (bytes.length - whole >= 56) {
    mix(state, words, block);
    rest.fill(0);
  }
  block.setBigUint64(56, BigInt(bytes.length) * 8n);
  mix(state, words, block);
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** @param {Int32Array} state @param {Int32Array} words @param {DataView} block */
function mix(state, words, block) {
  const turn = (/** @type {number} */ x, /** @type {number} */ by) => (x >>> by) | (x << (32 - by));
  for (let i = 0; i < 16; i++) words[i] = block.getInt32(4 * i);
  for (let i = 16; i < 64; i++) {
    const [a, b] = [words[i - 15], words[i - 2]];
    words[i] = words[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + words[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROOTS.cube[i] + words[i]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, i) => (state[i] += value));
}

/** @param {Uint8Array} bytes */
export function crc32(bytes) {
  let value = -1;
  for (let i = 0; i < bytes.length; i++) value = CRC[(value ^ bytes[i]) & 255] ^ (value >>> 8);
  return (value ^ -1) >>> 0;
}
