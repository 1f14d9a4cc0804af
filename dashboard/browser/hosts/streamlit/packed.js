// @ts-check
// Several bundles in one byte string, with a header: see dashboard/explore/component.py, `pack`.

/** @typedef {{id: string, lengths: number[]}} PackHeader */

/** @param {Uint8Array} data @returns {{header: PackHeader, bundles: Uint8Array[]}} */
export function unpackBundles(data) {
  const length = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + length)));
  let at = 4 + length;
  const bundles = header.lengths.map((/** @type {number} */ size) => data.slice(at, at += size));
  return {header, bundles};
}
