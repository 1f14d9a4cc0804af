// @ts-check
// What lies between two models that encode the same images: each code on its way from one place to the other. No DOM.

/** @typedef {import("../state/state.js").Latent} Latent */

/** Codes on their way from one model's to another's; the same image keeps its place in the list.
 * @param {Float32Array} from @param {Float32Array} to @param {number} share */
export function codesBetween(from, to, share) {
  return share === 1 ? to : from.map((value, i) => value + share * (to[i] - value));
}

/** The corners of a view between two. @param {[Latent, Latent]} from @param {[Latent, Latent]} to @param {number} share @returns {[Latent, Latent]} */
export function rangeBetween(from, to, share) {
  return /** @type {[Latent, Latent]} */ (from.map((corner, i) => corner.map((value, axis) => value + share * (to[i][axis] - value))));
}
