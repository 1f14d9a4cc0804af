// @ts-check
// Whether something must be made again: it need not where all that it was made from is still the same.

/** @param {readonly unknown[]} a @param {readonly unknown[]} b */
export function sameItems(a, b) {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
