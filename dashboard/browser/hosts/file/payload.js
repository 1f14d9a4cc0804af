// @ts-check
// Reads what dashboard/explore/one_file.py laid into the page: base 116 over gzip, for bundles over parted byte planes.

import {readPart, unpacked} from "../../base/parts.js";
import {toItsEnd} from "../../base/slices.js";

const WHOLE = ["images", "program", "styles"]; // whose bytes lie in one plane
const UNUSED = " \t\n\f\r\0\"&'<>\x7f"; // what HTML or an editor may read otherwise
const BASE = 116;
const FOURTH = BASE ** 4;
const HALF = 2 ** 24;
const [LETTERS, BYTES] = [7, 6]; // 116⁷ > 2⁴⁸
const PART_OF_TEXT = LETTERS * 30_000; // between pauses
const VALUES = valueTable();

function valueTable() {
  const table = new Uint8Array(128);
  for (let code = 0, value = 0; code < 128; code++) {
    if (!UNUSED.includes(String.fromCharCode(code))) table[code] = value++;
  }
  return table;
}

/** The bytes of base-116 text, seven characters to six bytes, the highest first.
 * @param {string} text @param {number} length @returns {Generator<void, Uint8Array<ArrayBuffer>, void>} */
export function* decodeText(text, length) {
  const bytes = new Uint8Array((text.length / LETTERS) * BYTES);
  for (let from = 0; from < text.length; from += PART_OF_TEXT) {
    decodePart(text, from, Math.min(from + PART_OF_TEXT, text.length), bytes);
    yield;
  }
  return bytes.subarray(0, length);
}

/** Apart from the generator, which browsers are slow to compile. @param {string} text @param {number} from @param {number} end @param {Uint8Array} bytes */
function decodePart(text, from, end, bytes) {
  let place = (from / LETTERS) * BYTES;
  for (let at = from; at < end; at += LETTERS, place += BYTES) {
    const value = three(text, at) * FOURTH + three(text, at + 3) * BASE + VALUES[text.charCodeAt(at + 6)]; // 48 bits, exactly
    const upper = Math.floor(value / HALF);
    const lower = value - upper * HALF;
    bytes[place] = upper >> 16;
    bytes[place + 1] = upper >> 8;
    bytes[place + 2] = upper;
    bytes[place + 3] = lower >> 16;
    bytes[place + 4] = lower >> 8;
    bytes[place + 5] = lower;
  }
}

/** @param {string} text @param {number} at */
function three(text, at) {
  return (VALUES[text.charCodeAt(at)] * BASE + VALUES[text.charCodeAt(at + 1)]) * BASE + VALUES[text.charCodeAt(at + 2)];
}

/** The bytes of one block of the page, which is then let go.
 * @param {Document} page @param {string} id @param {(job: import("../../base/slices.js").Job) => any} [run] at once unless said otherwise
 * @returns {Promise<Uint8Array|null>} */
export async function readPayload(page, id, run = toItsEnd) {
  const element = page.getElementById(id);
  if (!element) return null;
  const {bytes} = JSON.parse(element.dataset.about ?? "{}");
  const text = element.textContent ?? "";
  element.remove();
  const packed = await run(decodeText(text, bytes));
  return WHOLE.includes(id) ? unpacked(packed) : readPart(packed);
}
