// @ts-check
// The time of a film: where a step lies on the scrubber, which instants are around a place, and what moves between them.
// Time runs with the logarithm of steps, since the first hundred change as much as the next ten thousand. No DOM.

/** Steps up to about here are told apart evenly, for before them there is little to see. */
const EARLY = 8;
const NEAR = 1e-9;

/** @typedef {{before: number, after: number, share: number, nearest: number}} Bracket indices of the instants around a place, how far it
 *   is from the one to the other, and which of them is nearer */

/** The place of a step on the axis of time. @param {number} step */
export function placeOf(step) {
  return Math.log1p(step / EARLY);
}

/** @param {readonly number[]} steps ascending, at least one @param {number} place @returns {Bracket} */
export function bracketOf(steps, place) {
  let after = 0;
  while (after < steps.length - 1 && placeOf(steps[after]) < place - NEAR) after++;
  const before = after && placeOf(steps[after]) > place + NEAR ? after - 1 : after;
  const [from, to] = [placeOf(steps[before]), placeOf(steps[after])];
  const share = to > from ? Math.min(1, Math.max(0, (place - from) / (to - from))) : 0;
  return {before, after, share, nearest: share < 0.5 ? before : after};
}

/** The steps of several reels as one ascending list. @param {readonly (readonly number[])[]} lists */
export function mergedSteps(lists) {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}

/** The next instant in a direction, or the last one there is. @param {readonly number[]} steps @param {number} place @param {number} direction of time, 1 or −1 */
export function neighbourStep(steps, place, direction) {
  const beyond = steps.filter((step) => direction * (placeOf(step) - place) > NEAR);
  return (direction > 0 ? beyond[0] : beyond.at(-1)) ?? (direction > 0 ? steps[steps.length - 1] : steps[0]);
}

/** Codes on their way from one instant to another; the same image keeps its place in the list.
 * @param {Float32Array} from @param {Float32Array} to @param {number} share 0…1 @param {Float32Array} out @returns {Float32Array} */
export function blendCodes(from, to, share, out) {
  for (let i = 0; i < out.length; i++) out[i] = from[i] + share * (to[i] - from[i]);
  return out;
}

/** Powers of ten and the ends: what an axis of time is labelled with. @param {number} last step */
export function timeTicks(last) {
  const ticks = [0];
  for (let step = 10; step <= last; step *= 10) ticks.push(step);
  return ticks;
}
