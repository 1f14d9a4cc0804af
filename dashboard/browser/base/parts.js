// @ts-check
// The parts in which models and films travel, from a server or within a page: gzip, mostly over parted byte planes.

import {gunzipped} from "./gzip.js";

/** The bytes of a part whose byte planes were parted (dashboard/stock/library.py, `packed`). @param {Uint8Array<ArrayBuffer>} packed */
export async function readPart(packed) {
  return joinPlanes(await unpacked(packed));
}

/** @param {Uint8Array<ArrayBuffer>} packed @returns {Promise<Uint8Array<ArrayBuffer>>} */
export async function unpacked(packed) {
  return new Uint8Array(await new Response(gunzipped(packed)).arrayBuffer());
}

/** Puts even and odd bytes back in turn. @param {Uint8Array} planes @returns {Uint8Array} */
export function joinPlanes(planes) {
  const bytes = new Uint8Array(planes.length);
  const odd = Math.ceil(planes.length / 2);
  for (let i = 0; i < odd; i++) bytes[2 * i] = planes[i];
  for (let i = odd; i < planes.length; i++) bytes[2 * (i - odd) + 1] = planes[i];
  return bytes;
}
