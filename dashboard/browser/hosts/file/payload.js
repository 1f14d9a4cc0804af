// @ts-check
// Reads what dashboard/explore/one_file.py laid into the page: base 91 over gzip, for bundles over parted byte planes.

import {readPart, unpacked} from "../../base/parts.js";
import {toItsEnd} from "../../base/slices.js";

const UNUSED = "&<>";
const WHOLE = ["images", "program"]; // whose bytes lie in one plane
const PART_OF_TEXT = 200_000; // characters between pauses; sixteen stand for whole bytes, thirteen
const VALUES = valueTable();

function valueTable() {
  const table = new Uint8Array(128);
  for (let code = 33, value = 0; code < 127; code++) {
    if (!UNUSED.includes(String.fromCharCode(code))) table[code] = value++;
  }
  return table;
}

/** The bytes of base-91 text, two characters to thirteen bits, the highest first.
 * @param {string} text @param {number} length @returns {Generator<void, Uint8Array<ArrayBuffer>, void>} */
export function* decodeBase91(text, length) {
  const bytes = new Uint8Array((text.length / 16) * 13);
  for (let from = 0; from < text.length; from += PART_OF_TEXT) {
    decodePart(text, from, Math.min(from + PART_OF_TEXT, text.length), bytes);
    yield;
  }
  return bytes.subarray(0, length);
}

/** Apart from the generator, which browsers are slow to compile. @param {string} text @param {number} from @param {number} end @param {Uint8Array} bytes */
function decodePart(text, from, end, bytes) {
  let held = 0;
  let bits = 0;
  let place = (from / 16) * 13;
  for (let at = from; at < end; at += 2) {
    held = ((held << 13) | (VALUES[text.charCodeAt(at)] * 91 + VALUES[text.charCodeAt(at + 1)])) & 0xfffff; // 7 bits at most were left
    for (bits += 13; bits >= 8; bytes[place++] = held >> bits) bits -= 8;
  }
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
  const packed = await run(decodeBase91(text, bytes));
  return WHOLE.includes(id) ? unpacked(packed) : readPart(packed);
}
