// @ts-check
// What a visitor left a live view at, as the browser kept it: read with care, since anything may stand there.

/** @typedef {import("../../exact/gaps.js").Gaussian} Gaussian */
/** @typedef {Record<string, unknown>} Left how one step was left, by name */
/** @typedef {{afresh: number|null, image: number|null, views: Record<string, Left>}} Kept how often the visitor had begun afresh, the chosen image, and
 *   how each step was left since */

/** Nothing yet. @param {number|null} [afresh] @returns {Kept} */
export const keptNothing = (afresh = null) => ({afresh, image: null, views: {}});

/** @param {string|null} text @returns {Kept} */
export function readKept(text) {
  /** @type {any} */
  let found = null;
  try {
    found = JSON.parse(text ?? "null");
  } catch {
    // as if nothing had been kept
  }
  const counted = (/** @type {any} */ value) => (Number.isSafeInteger(value) && value >= 0 ? value : null);
  const views = Object.entries(found?.views ?? {}).filter(([, one]) => one && typeof one === "object");
  return {afresh: counted(found?.afresh), image: counted(found?.image), views: /** @type {Record<string, Left>} */ (Object.fromEntries(views))};
}

const PLACE = "latent-explorer/lesson-views";
let last = keptNothing();

/** As the browser kept it; some keep nothing, as in a private window, and then it lasts as long as the page. */
export function recall() {
  try {
    return readKept(localStorage.getItem(PLACE));
  } catch {
    return last;
  }
}

/** @param {Kept} kept */
export function keep(kept) {
  last = kept;
  try {
    localStorage.setItem(PLACE, JSON.stringify(kept));
  } catch {
    // see `recall`
  }
}

/** A kept value if it is among those allowed, otherwise the first one. @template T @param {readonly T[]} allowed @param {unknown} kept @param {T} first */
export function oneOf(allowed, kept, first) {
  return allowed.find((value) => value === kept) ?? first;
}

/** What was kept, or nothing if the visitor has begun afresh since; `afresh` is null as long as the page does not know.
 * @param {Kept} kept @param {number|null|undefined} afresh */
export const sinceAfresh = (kept, afresh) => (typeof afresh !== "number" || afresh === kept.afresh ? kept : keptNothing(afresh));

/** A kept seed, otherwise the first one. @param {unknown} kept */
export function seedOf(kept) {
  return Number.isSafeInteger(kept) && Number(kept) > 0 ? Number(kept) : 1;
}

/** The index of one of so many images, or null. @param {any} kept @param {number} count */
export function imageOf(kept, count) {
  return Number.isSafeInteger(kept) && kept >= 0 && kept < count ? Number(kept) : null;
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
