// @ts-check
// Writes an animated GIF (GIF89a: global palette, LZW, endless loop) from frames of palette indices: all at once, or a
// frame at a time, since a long one takes seconds.

const COLOUR_BITS = 8;
const LARGEST_CODE = 4095;

/** @param {{width: number, height: number, palette: Uint32Array, frames: Uint8Array[], delay: number}} movie palette of 256 packed colours, delay in hundredths of a second
 * @returns {Uint8Array<ArrayBuffer>} */
export function encodeGif({width, height, palette, frames, delay}) {
  const parts = [gifStart(width, height, palette), ...frames.map((frame) => gifFrame(width, height, frame, delay)), GIF_END];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
  return bytes;
}

/** What comes before the first frame. @param {number} width @param {number} height @param {Uint32Array} palette of 256 packed colours
 * @returns {Uint8Array<ArrayBuffer>} */
export function gifStart(width, height, palette) {
  const bytes = [...new TextEncoder().encode("GIF89a"), ...shorts(width, height), 0xf0 | COLOUR_BITS - 1, 0, 0];
  for (const colour of palette) bytes.push(colour & 255, colour >> 8 & 255, colour >> 16 & 255);
  return Uint8Array.from([...bytes, 0x21, 0xff, 11, ...new TextEncoder().encode("NETSCAPE2.0"), 3, 1, 0, 0, 0]);
}

/** One frame. @param {number} width @param {number} height @param {Uint8Array} frame @param {number} delay in hundredths of a second
 * @param {number} [clear] the index that leaves what the frame before shows there
 * @returns {Uint8Array<ArrayBuffer>} */
export function gifFrame(width, height, frame, delay, clear) {
  const [flags, hole] = clear === undefined ? [0, 0] : [0x05, clear]; // keep what was drawn, and one index means that
  const head = [0x21, 0xf9, 4, flags, ...shorts(delay), hole, 0, 0x2c, ...shorts(0, 0, width, height), 0, COLOUR_BITS];
  const packed = lzw(frame);
  const blocks = Math.ceil(packed.length / 255);
  const bytes = new Uint8Array(head.length + packed.length + blocks + 1);
  bytes.set(head);
  for (let from = 0, to = head.length; from < packed.length; from += 255) {
    const block = packed.subarray(from, from + 255);
    bytes[to] = block.length;
    bytes.set(block, to + 1);
    to += block.length + 1;
  }
  return bytes;
}

/** What comes after the last frame. */
export const GIF_END = Uint8Array.of(0x3b);

/** @param {...number} values */
function shorts(...values) {
  return values.flatMap((value) => [value & 255, value >> 8]);
}

/** @param {Uint8Array} indices @returns {Uint8Array} */
function lzw(indices) {
  const [clear, end] = [1 << COLOUR_BITS, (1 << COLOUR_BITS) + 1];
  // A code for an index is the worst there can be, and after every table of them one more.
  const bytes = new Uint8Array(2 * indices.length + 16);
  let [bits, filled, width, next, count] = [0, 0, COLOUR_BITS + 1, end + 1, 0];
  const table = new Int16Array((LARGEST_CODE + 1) * 256); // prefix code · 256 + next index → code, 0 for none
  const emit = (/** @type {number} */ code) => {
    bits |= code << filled;
    for (filled += width; filled >= 8; filled -= 8, bits >>>= 8) bytes[count++] = bits & 255;
  };
  emit(clear);
  let prefix = indices[0];
  for (let i = 1; i < indices.length; i++) {
    const key = prefix * 256 + indices[i];
    if (table[key]) {
      prefix = table[key];
      continue;
    }
    emit(prefix);
    if (next > LARGEST_CODE) {
      emit(clear);
      [width, next] = [COLOUR_BITS + 1, end + 1];
      table.fill(0);
    } else {
      if (next === 1 << width) width++;
      table[key] = next++;
    }
    prefix = indices[i];
  }
  emit(prefix);
  emit(end);
  if (filled) bytes[count++] = bits & 255;
  return bytes.subarray(0, count);
}
