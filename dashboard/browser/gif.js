// @ts-check
// Writes an animated GIF (GIF89a: global palette, LZW, endless loop) from frames of palette indices.

const COLOUR_BITS = 8;
const LARGEST_CODE = 4095;

/** @param {{width: number, height: number, palette: Uint32Array, frames: Uint8Array[], delay: number}} movie palette of 256 packed colours, delay in hundredths of a second
 * @returns {Uint8Array<ArrayBuffer>} */
export function encodeGif({width, height, palette, frames, delay}) {
  /** @type {number[]} */
  const bytes = [];
  const short = (/** @type {number} */ value) => bytes.push(value & 255, value >> 8);
  bytes.push(...new TextEncoder().encode("GIF89a"));
  short(width);
  short(height);
  bytes.push(0xf0 | COLOUR_BITS - 1, 0, 0);
  for (const colour of palette) bytes.push(colour & 255, colour >> 8 & 255, colour >> 16 & 255);
  bytes.push(0x21, 0xff, 11, ...new TextEncoder().encode("NETSCAPE2.0"), 3, 1, 0, 0, 0);
  for (const frame of frames) {
    bytes.push(0x21, 0xf9, 4, 0);
    short(delay);
    bytes.push(0, 0, 0x2c);
    for (const value of [0, 0, width, height]) short(value);
    bytes.push(0, COLOUR_BITS);
    const packed = lzw(frame);
    for (let at = 0; at < packed.length; at += 255) {
      const block = packed.slice(at, at + 255);
      bytes.push(block.length, ...block);
    }
    bytes.push(0);
  }
  bytes.push(0x3b);
  return Uint8Array.from(bytes);
}

/** @param {Uint8Array} indices */
function lzw(indices) {
  const [clear, end] = [1 << COLOUR_BITS, (1 << COLOUR_BITS) + 1];
  /** @type {number[]} */
  const bytes = [];
  let [bits, filled, width, next] = [0, 0, COLOUR_BITS + 1, end + 1];
  /** @type {Map<number, number>} prefix code · 256 + next index → code */
  let table = new Map();
  const emit = (/** @type {number} */ code) => {
    bits |= code << filled;
    for (filled += width; filled >= 8; filled -= 8, bits >>>= 8) bytes.push(bits & 255);
  };
  emit(clear);
  let prefix = indices[0];
  for (let i = 1; i < indices.length; i++) {
    const key = prefix * 256 + indices[i];
    const known = table.get(key);
    if (known !== undefined) {
      prefix = known;
      continue;
    }
    emit(prefix);
    if (next > LARGEST_CODE) {
      emit(clear);
      [width, next, table] = [COLOUR_BITS + 1, end + 1, new Map()];
    } else {
      if (next === 1 << width) width++;
      table.set(key, next++);
    }
    prefix = indices[i];
  }
  emit(prefix);
  emit(end);
  if (filled) bytes.push(bits & 255);
  return bytes;
}
