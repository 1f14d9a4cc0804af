// @ts-check
// What was measured of a test image once and for all, shown in place of the page's own sums: those use the weights of the
// bundle, which are half as precise, and end some hundredths of a nat away. All pages so say the same of an image.

/** @typedef {import("./bundle.js").Points} Points */
/** @typedef {import("../exact/gaps.js").Gaussian} Gaussian */
/** @typedef {import("../exact/gaps.js").Bound} Bound */
/** @typedef {import("../exact/gaps.js").Gaps} Gaps */
/** @typedef {{logPx: number, elbo: number}} Kept nats */

/** log p(x) and the encoder's ELBO of a test image; null where none were kept. @param {Points} points @param {number|null} index @returns {Kept|null} */
export function keptTruth({truths}, index) {
  return truths && index !== null ? {logPx: truths.logPx[index], elbo: truths.elbo[index]} : null;
}

/** What the page found of an image, with its kept numbers. @template {{logPx: number, encoder: Gaussian & Bound}} T @param {T} found @param {Kept|null|undefined} kept @returns {T} */
export function asKept(found, kept) {
  return kept ? {...found, logPx: kept.logPx, encoder: withElbo(found.encoder, kept.elbo)} : found;
}

/** The gaps that the page found: its own sums for any q are moved by as much as log p(x) is. @template {Gaps & {logPx: number}} T @param {T} found @param {Kept|null|undefined} kept @returns {T} */
export function gapsAsKept(found, kept) {
  const by = movedBy(found.logPx, kept);
  return {...asKept(found, kept), best: movedBound(found.best, by), path: found.path.map((step) => ({...step, elbo: step.elbo + by}))};
}

/** By how much the page's own sums of an image are moved, nats. @param {number} logPx as the page found it @param {Kept|null|undefined} kept */
export const movedBy = (logPx, kept) => (kept ? kept.logPx - logPx : 0);

/** A bound with its ELBO moved by so many nats. @template {Bound} T @param {T} bound @param {number} by @returns {T} */
export const movedBound = (bound, by) => withElbo(bound, bound.elbo + by);

/** A bound with another ELBO: its KL is known exactly, so the rest is nll. @template {Bound} T @param {T} bound @param {number} elbo @returns {T} */
export function withElbo(bound, elbo) {
  return {...bound, elbo, nll: -elbo - bound.kl};
}
