// @ts-check
// Reads what dashboard/static_export.py laid into the page: base 85 over gzip, for bundles over parted byte planes.

const UNUSED = "\"&'<>\\`";
const CHARACTERS = 85;

function digitTable() {
  const table = new Uint8Array(128);
  for (let code = 33, value = 0; value < CHARACTERS; code++) {
    if (!UNUSED.includes(String.fromCharCode(code))) table[code] = value++;
  }
  return table;
}

/** The bytes of base-85 text, five characters to four bytes, the first the most significant. @param {string} text @param {number} length */
export function decodeBase85(text, length) {
  const digit = digitTable();
  const bytes = new Uint8Array(Math.ceil(text.length / 5) * 4);
  for (let from = 0, to = 0; from < text.length; from += 5, to += 4) {
    let value = 0;
    for (let i = 0; i < 5; i++) value = value * CHARACTERS + digit[text.charCodeAt(from + i)];
    bytes[to] = value >>> 24;
    bytes[to + 1] = value >>> 16;
    bytes[to + 2] = value >>> 8;
    bytes[to + 3] = value;
  }
  return bytes.subarray(0, length);
}

/** @param {Uint8Array<ArrayBuffer>} packed @returns {Promise<Uint8Array>} */
async function gunzip(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Puts even and odd bytes back in turn. @param {Uint8Array} planes @returns {Uint8Array} */
export function joinPlanes(planes) {
  const bytes = new Uint8Array(planes.length);
  const odd = Math.ceil(planes.length / 2);
  for (let i = 0; i < odd; i++) bytes[2 * i] = planes[i];
  for (let i = odd; i < planes.length; i++) bytes[2 * (i - odd) + 1] = planes[i];
  return bytes;
}

/** The bytes of one block of the page, which is then let go. @param {Document} page @param {string} id @returns {Promise<Uint8Array|null>} */
export async function readPayload(page, id) {
  const element = page.getElementById(id);
  if (!element) return null;
  const {bytes} = JSON.parse(element.dataset.about ?? "{}");
  const packed = decodeBase85(element.textContent ?? "", bytes);
  element.remove();
  const content = await gunzip(packed);
  return id === "images" ? content : joinPlanes(content);
}
