// @ts-check
// What was measured of a test image once and for all, shown in place of the page's own sums: those use the weights of the
// bundle, which are half as precise, and end some hundredths of a nat away. The page and the worksheet so say the same.

/** @typedef {import("../model/bundle.js").Points} Points */
/** @typedef {import("../exact/gaps.js").Bound} Bound */
/** @typedef {{logPx: number, elbo: number}} Kept nats */

/** log p(x) and the encoder's ELBO of a test image; null where none were kept. @param {Points} points @param {number|null} index @returns {Kept|null} */
export function keptTruth({truths}, index) {
  return truths && index !== null ? {logPx: truths.logPx[index], elbo: truths.elbo[index]} : null;
}

/** A bound with another ELBO: its KL is known exactly, so the rest is nll. @template {Bound} T @param {T} bound @param {number} elbo @returns {T} */
export function withElbo(bound, elbo) {
  return {...bound, elbo, nll: -elbo - bound.kl};
}
