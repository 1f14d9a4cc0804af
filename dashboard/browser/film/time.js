// @ts-check
// Where a film stands and how it moves through its instants: scrubbed, played, or following training.

import {bracketOf, mergedSteps, neighbourStep, placeOf} from "./clock.js";

/** @typedef {import("./reel.js").ReelView} ReelView */
/** @typedef {{reels: () => ReelView[], moved: (passing?: boolean) => void, settled: () => void, begins: number|null}} TimeOptions moved: it stands elsewhere at once;
 *   passing: and is already there, for many such moves are one; settled: someone let go; begins: at which step, or at the newest */

const PACE = 0.7; // of the axis of time in a second
const LINGER = 900; // milliseconds at the end of a loop

/** @param {TimeOptions} options */
export function createFilmTime({reels, moved, settled, begins}) {
  let [place, speed, lingered] = [begins === null ? Infinity : placeOf(begins), 1, 0];
  let [playing, looping, touched, following] = [false, false, begins !== null, begins === null];

  const known = () => mergedSteps(reels().map((reel) => reel.store.steps()));
  const loaded = () => mergedSteps(reels().map((reel) => reel.store.list().map((one) => one.step)));
  const end = () => placeOf(known().at(-1) ?? 0);
  const anyLive = () => reels().some((reel) => reel.store.reel().live);

  /** The place on the axis of time: that of the newest instant that is here while the film follows training. */
  function standing() {
    if (!following || !anyLive()) return Math.min(place, end());
    const newest = reels().filter((reel) => reel.store.reel().live).map((reel) => reel.store.list().at(-1)?.step ?? 0);
    return placeOf(Math.max(...newest));
  }

  /** @param {number} to @param {boolean} [passing] */
  function jump(to, passing = false) {
    [place, following, touched, playing] = [to, false, true, false];
    moved(passing);
  }

  function goLive() {
    [place, playing, following, touched] = [Infinity, false, true, true];
    moved();
    settled();
  }

  const nearest = () => {
    const steps = loaded();
    return steps.length ? steps[bracketOf(steps, standing()).nearest] : null;
  };

  return {
    place: standing, end, anyLive, goLive, known, loaded,
    /** The step of the instant nearest to where the film stands. */
    nearestStep: nearest,
    following: () => following && anyLive(),
    playing: () => playing,
    looping: () => looping,
    speed: () => speed,
    /** Whether someone chose where it stands. */
    chosen: () => touched && !following,
    /** @param {number} value */
    setSpeed: (value) => (speed = value),
    toggleLoop: () => (looping = !looping),
    scrub: (/** @type {number} */ to) => jump(to),
    /** Be moved evenly by someone who comes with each frame. @param {number} to */
    pass: (to) => jump(to, true),
    /** Someone let go of the scrubber: stand exactly at an instant. */
    settle() {
      const step = nearest();
      if (!following && !playing && step !== null) jump(placeOf(step));
      settled();
    },
    /** Go so many instants on, or back. @param {number} by */
    go(by) {
      const steps = known();
      if (!steps.length) return;
      let to = standing();
      if (Math.abs(by) === Infinity) to = placeOf(by > 0 ? steps[steps.length - 1] : steps[0]);
      else for (let i = 0; i < Math.abs(by); i++) to = placeOf(neighbourStep(steps, to, Math.sign(by)));
      jump(to);
      settled();
    },
    togglePlay() {
      const from = standing();
      place = !playing && from >= end() - 1e-6 ? 0 : from;
      [playing, following, touched, lingered] = [!playing, false, true, 0];
      moved();
      if (!playing) this.settle();
    },
    /** @param {number} elapsed milliseconds */
    advance(elapsed) {
      if (!playing) return;
      const last = end();
      place = Math.min(last, standing() + elapsed / 1000 * PACE * speed);
      if (place < last) lingered = 0;
      else if (looping) {
        lingered += elapsed;
        if (lingered > LINGER) [place, lingered] = [0, 0];
      } else if (anyLive()) goLive();
      else {
        playing = false;
        settled();
      }
    },
    /** Training began: follow it, unless someone chose otherwise. */
    trainingBegan() {
      if (!touched) [following, place] = [true, Infinity];
    },
    /** Lend the film to someone who puts it where he likes; what is returned gives it back. */
    borrow() {
      const kept = {place, following, playing};
      [following, playing] = [false, false];
      return {
        /** @param {number} share of the film */
        stand: (share) => (place = share * end()),
        giveBack() {
          ({place, following, playing} = kept);
          moved();
        },
      };
    },
  };
}
