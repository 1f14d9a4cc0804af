// @ts-check
// Views that have much to draw take turns, so that no frame is long: what is too much for one is put off to the next.

/** @param {number} most work that a frame has room for, in whatever unit the views count it; a single piece of work may be more
 * @param {() => void} again asks for another frame */
export function createTurns(most, again) {
  let spent = 0;
  /** Who was put off, the longest waiting first. @type {unknown[]} */
  let waiting = [];
  let asked = new Set();
  return {
    /** A frame begins. */
    begin() {
      waiting = waiting.filter((one) => asked.has(one));
      [spent, asked] = [0, new Set()];
    },
    /** Whether someone may do so much now. @param {unknown} who @param {number} work */
    take(who, work) {
      asked.add(who);
      const next = waiting.length ? waiting[0] === who : true;
      if (next && (spent === 0 || spent + work <= most)) {
        spent += work;
        waiting.shift();
        return true;
      }
      if (!waiting.includes(who)) waiting.push(who);
      again();
      return false;
    },
  };
}
