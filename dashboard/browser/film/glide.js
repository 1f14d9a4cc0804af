// @ts-check
// Codes that glide from what was shown to where they belong: what is left of the way dies away with the time between two
// frames, so that it does so even where each frame brings another place to go to. No DOM.

const GLIDE = 110; // milliseconds after which a third is left of the way
const ENDS = 7 * GLIDE;

/** The share of a way that is left after some time. @param {number} elapsed milliseconds */
export function leftAfter(elapsed) {
  return Math.exp(-elapsed / GLIDE);
}

export function createGlide() {
  let [offset, out] = [new Float32Array(), new Float32Array()];
  let rest = 0; // milliseconds
  return {
    /** Set out from what is shown; a way nowhere longer than `least`, or between codes of other images, is not gone.
     * @param {Float32Array} shown @param {Float32Array} target @param {number} least */
    begin(shown, target, least) {
      offset = target.map((value, i) => shown[i] - value);
      rest = shown.length === target.length && offset.some((away) => Math.abs(away) > least) ? ENDS : 0;
      if (out.length !== target.length) out = new Float32Array(target.length);
    },
    /** The codes by now; target itself where nothing is left of the way.
     * @param {Float32Array} target where they belong, which may itself have moved @param {number} elapsed milliseconds since the last time */
    move(target, elapsed) {
      rest = Math.max(0, rest - elapsed);
      if (!rest) return target;
      const left = leftAfter(elapsed);
      for (let i = 0; i < out.length; i++) {
        offset[i] *= left;
        out[i] = target[i] + offset[i];
      }
      return out;
    },
    end: () => void (rest = 0),
  };
}
