// @ts-check
// Draws when there is something to draw, once a frame, and measures how evenly the frames come.

import {clearStats, readStats, recordFrame} from "./stats.js";

/** @param {(now: number, elapsed: number) => boolean} draw milliseconds; whether another frame is needed */
export function createFrameLoop(draw) {
  let [asked, before, frames, longestGap, moving, ended, resting] = [0, 0, 0, 0, false, false, false];

  function invalidate() {
    if (!asked && !ended && !resting) asked = requestAnimationFrame(tick);
  }

  /** @param {number} now */
  function tick(now) {
    asked = 0;
    if (resting) return;
    const began = performance.now();
    const elapsed = before ? now - before : 0;
    if (moving) longestGap = Math.max(longestGap, elapsed);
    moving = draw(now, elapsed);
    before = moving ? now : 0;
    frames++;
    recordFrame(began);
    if (moving) invalidate();
  }

  return {
    invalidate,
    /** Draw nothing for a while. @param {boolean} value */
    rest(value) {
      resting = value;
      invalidate();
    },
    /** Frames drawn, the longest time between two while something moved, and the page's own measurements. */
    stats: () => ({...readStats(), frames, longestGap}),
    clear() {
      clearStats();
      [frames, longestGap] = [0, 0];
    },
    end() {
      ended = true;
      cancelAnimationFrame(asked);
    },
  };
}
