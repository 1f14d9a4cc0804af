// @ts-check
// The parts in which models and films travel, from a server or within a page: gzip, mostly over parted byte planes.

import {gunzipped} from "./gzip.js";

/** Of an answer from the device, which keeps files as they are wanted (hosts/site/keeper.js). */
export const UNPACKED = "Latent-Explorer-Unpacked";

/** The bytes of a part whose byte planes were parted (dashboard/stock/library.py, `packed`). @param {Uint8Array<ArrayBuffer>} packed */
export async function readPart(packed) {
  return joinPlanes(await unpacked(packed));
}

/** @param {Parameters<typeof gunzipped>[0]} packed @returns {Promise<Uint8Array<ArrayBuffer>>} */
export async function unpacked(packed) {
  return new Uint8Array(await new Response(gunzipped(packed)).arrayBuffer());
}

/** The bytes at an address of files that lie packed, in whichever form they came. @param {Response} answer with a body @returns {Promise<Uint8Array<ArrayBuffer>>} */
export async function contentOf(answer) {
  return answer.headers.has(UNPACKED) ? new Uint8Array(await answer.arrayBuffer()) : unpacked(/** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (answer.body));
}

/** Puts even and odd bytes back in turn, two at a time: every machine with a browser has the lower one first. @param {Uint8Array} planes @returns {Uint8Array} */
export function joinPlanes(planes) {
  const bytes = new Uint8Array(planes.length);
  const odd = Math.ceil(planes.length / 2);
  const pairs = new Uint16Array(bytes.buffer, 0, planes.length >> 1);
  for (let i = 0; i < pairs.length; i++) pairs[i] = planes[i] | (planes[odd + i] << 8);
  if (planes.length % 2) bytes[planes.length - 1] = planes[odd - 1];
  return bytes;
}
