// @ts-check
// What files that are saved are called.

const LONGEST = 60;

/** A name as part of that of a file: letters and digits of any script stay. @param {string} name */
export function fileName(name) {
  return name.replace(/[^\p{L}\p{N}_-]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, LONGEST) || "model";
}
