// @ts-check
// Unpacking of gzip, which browsers do themselves.

import {PlainError} from "./errors.js";

const TOO_OLD = "This browser is too old for this page, which needs Chrome or Edge 111, Firefox 113, Safari or iOS 16.4, or a later one.";

/** The unpacked bytes as they come. @param {Uint8Array<ArrayBuffer>} packed */
export function gunzipped(packed) {
  if (typeof DecompressionStream === "undefined") throw new PlainError(TOO_OLD);
  return new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
}
