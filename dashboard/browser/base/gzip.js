// @ts-check
// gzip, which browsers do themselves.

import {PlainError} from "./errors.js";

/** The first versions that have all of what the pages stand on; tests/browser/base/gzip.test.js knows what that is. */
export const NEEDED = "Chrome or Edge 117, Firefox 125, Safari or iOS 17";
const TOO_OLD = `This browser is too old for this page, which needs ${NEEDED}, or a later one.`;

/** The unpacked bytes as they come. @param {Uint8Array<ArrayBuffer>|ReadableStream<Uint8Array<ArrayBuffer>>} packed here already, or on their way */
export function gunzipped(packed) {
  if (typeof DecompressionStream === "undefined") throw new PlainError(TOO_OLD);
  return (packed instanceof Uint8Array ? new Blob([packed]).stream() : packed).pipeThrough(new DecompressionStream("gzip"));
}

/** @param {BlobPart} content @returns {Promise<Uint8Array<ArrayBuffer>>} */
export async function gzipped(content) {
  if (typeof CompressionStream === "undefined") throw new PlainError(TOO_OLD);
  return new Uint8Array(await new Response(new Blob([content]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer());
}
