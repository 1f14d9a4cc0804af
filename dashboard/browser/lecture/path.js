// @ts-check
// A path through states: which two of them one is between at a time, and what lies between them.

/** @typedef {import("../explore/explorer.js").Stop} Stop */

/** The leg one is on after some seconds, and the share of it that is gone. @param {readonly number[]} lengths in seconds @param {number} elapsed */
export function legAt(lengths, elapsed) {
  let [leg, left] = [0, elapsed];
  while (leg < lengths.length - 1 && left >= lengths[leg]) left -= lengths[leg++];
  const share = Math.min(1, Math.max(0, left / lengths[leg]));
  return {leg, share, done: leg === lengths.length - 1 && share === 1};
}

/** What moves, at a share of the way. A rung that one of the two lacks stays away. @param {Stop} from @param {Stop} to @param {number} share @returns {Stop} */
export function between(from, to, share) {
  const mix = (/** @type {number} */ a, /** @type {number} */ b) => a + (b - a) * share;
  return {
    z: to.z.map((end, i) => [mix(from.z[i][0], end[0]), mix(from.z[i][1], end[1])]),
    t: mix(from.t, to.t),
    rung: from.rung === null || to.rung === null ? null : mix(from.rung, to.rung),
  };
}
