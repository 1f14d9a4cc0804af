// @ts-check
// Hands a file to the visitor.

import {make} from "./dom.js";

/** @param {BlobPart} content @param {string} type @param {string} name */
export function save(content, type, name) {
  const url = URL.createObjectURL(new Blob([content], {type}));
  make("a", {href: url, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
