// @ts-check
// Whether two things are the same: what a picture was made from, so that it need not be made again, or two places.

/** @param {readonly unknown[]} a @param {readonly unknown[]} b */
export function sameItems(a, b) {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

const TOUCHING = 1e-3; // a link carries places less exactly than the page has them

/** @param {import("../state/state.js").Latent} a @param {import("../state/state.js").Latent} b */
export function samePlace(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1]) < TOUCHING;
}
