// @ts-check
// Draws when there is something to draw, once a frame, and measures how evenly the frames come.

import {clearStats, readStats, recordFrame, recordInput} from "../base/stats.js";

const PREMATURE = 4; // milliseconds by which a frame of the screen may come before its time

/** @param {(now: number, elapsed: number) => boolean} draw milliseconds; whether another frame is needed
 * @param {() => number} pace milliseconds that are to lie between two frames at least */
export function createFrameLoop(draw, pace) {
  let [asked, before, frames, longestGap, moving, ended, resting, urgent] = [0, 0, 0, 0, false, false, false, false];

  function invalidate() {
    if (!asked && !ended && !resting) asked = requestAnimationFrame(tick);
  }

  /** @param {number} now */
  function tick(now) {
    asked = 0;
    if (resting) return;
    if (before && !urgent && now - before < pace() - PREMATURE) return invalidate();
    urgent = false;
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
    /** Somebody's hand is answered in the next frame, whatever the pace. @param {Event} event */
    touched(event) {
      recordInput(event);
      urgent = true;
    },
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
