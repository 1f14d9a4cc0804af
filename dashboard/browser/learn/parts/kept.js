// @ts-check
// What a visitor left a live view at, as the browser kept it: read with care, since anything may stand there.

/** @typedef {import("../../exact/gaps.js").Gaussian} Gaussian */
/** @typedef {Record<string, unknown>} Left how one step was left, by name */
/** @typedef {{image: number|null, views: Record<string, Left>}} Kept the chosen image, and how each step was left */

/** @param {string|null} text @returns {Kept} */
export function readKept(text) {
  /** @type {any} */
  let found = null;
  try {
    found = JSON.parse(text ?? "null");
  } catch {
    // as if nothing had been kept
  }
  const image = Number.isInteger(found?.image) && found.image >= 0 ? found.image : null;
  const views = Object.entries(found?.views ?? {}).filter(([, one]) => one && typeof one === "object");
  return {image, views: /** @type {Record<string, Left>} */ (Object.fromEntries(views))};
}

/** A kept value if it is among those allowed, otherwise the first one. @template T @param {readonly T[]} allowed @param {unknown} kept @param {T} first */
export function oneOf(allowed, kept, first) {
  return allowed.find((value) => value === kept) ?? first;
}

/** A kept pair of numbers, or null. @param {any} kept @returns {[number, number]|null} */
export function pairOf(kept) {
  return Array.isArray(kept) && kept.length === 2 && kept.every(Number.isFinite) ? [kept[0], kept[1]] : null;
}

/** A kept q, or null. @param {any} kept @returns {Gaussian|null} */
export function gaussianOf(kept) {
  const [mu, std] = [pairOf(kept?.mu), pairOf(kept?.std)];
  return mu && std && Math.min(...std) > 0 ? {mu, std} : null;
}
