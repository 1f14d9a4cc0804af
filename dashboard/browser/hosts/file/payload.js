// @ts-check
// Reads what dashboard/explore/one_file.py laid into the page: base 85 over gzip, for bundles over parted byte planes.

import {gunzipped} from "../../base/gzip.js";
import {toItsEnd} from "../../base/slices.js";

const UNUSED = "\"&'<>\\`";
const PART_OF_TEXT = 200_000; // characters between pauses, a multiple of five
const VALUES = valueTable();

function valueTable() {
  const table = new Uint8Array(128);
  for (let code = 33, value = 0; value < 85; code++) {
    if (!UNUSED.includes(String.fromCharCode(code))) table[code] = value++;
  }
  return table;
}

/** The bytes of base-85 text, five characters to four bytes, the first the most significant.
 * @param {string} text @param {number} length @returns {Generator<void, Uint8Array<ArrayBuffer>, void>} */
export function* decodeBase85(text, length) {
  const words = new DataView(new ArrayBuffer((text.length / 5) * 4));
  for (let from = 0; from < text.length; from += PART_OF_TEXT) {
    decodePart(text, from, Math.min(from + PART_OF_TEXT, text.length), words);
    yield;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** Apart from the generator, which browsers are slow to compile. @param {string} text @param {number} from @param {number} end @param {DataView} words */
function decodePart(text, from, end, words) {
  for (let at = from; at < end; at += 5) {
    const high = (VALUES[text.charCodeAt(at)] * 85 + VALUES[text.charCodeAt(at + 1)]) * 85 + VALUES[text.charCodeAt(at + 2)];
    const low = VALUES[text.charCodeAt(at + 3)] * 85 + VALUES[text.charCodeAt(at + 4)];
    words.setInt32((at / 5) * 4, Math.imul(high, 85 * 85) + low);
  }
}

/** Puts even and odd bytes back in turn. @param {Uint8Array} planes @returns {Uint8Array} */
export function joinPlanes(planes) {
  const bytes = new Uint8Array(planes.length);
  const odd = Math.ceil(planes.length / 2);
  for (let i = 0; i < odd; i++) bytes[2 * i] = planes[i];
  for (let i = odd; i < planes.length; i++) bytes[2 * (i - odd) + 1] = planes[i];
  return bytes;
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
  const packed = await run(decodeBase85(text, bytes));
  const content = new Uint8Array(await new Response(gunzipped(packed)).arrayBuffer());
  return id === "images" ? content : joinPlanes(content);
}
