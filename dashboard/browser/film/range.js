// @ts-check
// What part of a latent space a film shows: the same for all instants, so that nothing but the codes seems to move. No DOM.

/** @typedef {[number, number]} Pair */
/** @typedef {{low: Pair, high: Pair}} Range */

/** A VAE's codes are measured in standard deviations of the prior: its range is known before the first step. */
const PRIOR_RANGE = 4;
/** With a small β codes leave the prior; from this share on the range has to give way. */
const LEAVING = 0.03;
const CUT_OFF = 0.002; // at each end of an axis, and one code at least: a few far ones would shrink the rest to a blot
const FIRST_AE = 0.5;

/** The range of a film before any of its instants is known. @param {"vae"|"ae"} kind @returns {Range} */
export function firstRange(kind) {
  const reach = kind === "vae" ? PRIOR_RANGE : FIRST_AE;
  return {low: [-reach, -reach], high: [reach, reach]};
}

/** The range with the codes of one more instant in it; the same object where it was wide enough. It never shrinks.
 * @param {Range} range @param {"vae"|"ae"} kind @param {Float32Array} codes @returns {Range} */
export function widened(range, kind, codes) {
  if (kind === "vae" && shareOutside(codes, range) <= LEAVING) return range;
  const [low, high] = [/** @type {Pair} */ ([...range.low]), /** @type {Pair} */ ([...range.high])];
  for (const axis of [0, 1]) {
    const sorted = codes.filter((_, i) => i % 2 === axis).sort();
    const cut = Math.min(Math.max(1, Math.floor(sorted.length * CUT_OFF)), (sorted.length - 1) >> 1);
    const [least, most] = [sorted[cut], sorted[sorted.length - 1 - cut]];
    // In round steps, so that a live film does not move its axes with every instant.
    const unit = roundUnit(Math.max(most, high[axis]) - Math.min(least, low[axis]));
    if (least < low[axis]) low[axis] = Math.floor(least / unit) * unit;
    if (most > high[axis]) high[axis] = Math.ceil(most / unit) * unit;
  }
  const same = [0, 1].every((axis) => low[axis] === range.low[axis] && high[axis] === range.high[axis]);
  return same ? range : {low, high};
}

/** 1, 2 or 5 times a power of ten, about a sixth of the span. @param {number} span */
function roundUnit(span) {
  const rough = span / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((multiple) => multiple * power >= rough) ?? 10);
}

/** @param {Float32Array} codes @param {Range} range */
function shareOutside(codes, range) {
  return countBeyond(codes, range) / Math.max(1, codes.length / 2);
}

/** How many codes lie outside a range. @param {Float32Array} codes @param {Range} range */
export function countBeyond(codes, {low, high}) {
  let count = 0;
  for (let i = 0; i < codes.length; i += 2) {
    if (codes[i] < low[0] || codes[i] > high[0] || codes[i + 1] < low[1] || codes[i + 1] > high[1]) count++;
  }
  return count;
}

/** A range on its way to another. @param {Range} from @param {Range} to @param {number} share @returns {Range} */
export function rangeTowards(from, to, share) {
  const between = (/** @type {Pair} */ a, /** @type {Pair} */ b) => /** @type {Pair} */ (a.map((value, axis) => value + share * (b[axis] - value)));
  return share >= 1 ? to : {low: between(from.low, to.low), high: between(from.high, to.high)};
}
