// @ts-check
// Something that moves by itself from 0 to 1, at once for those who asked their system for less motion.

/** @param {import("../lesson.js").Lesson} lesson */
export function createMotion(lesson) {
  let [running, started] = [0, 0];
  return {
    /** A later call, or `stop`, ends an earlier one. @param {number} milliseconds @param {(share: number) => void} step @param {() => void} [finished] */
    start(milliseconds, step, finished) {
      const mine = (running = ++started);
      const began = performance.now();
      const length = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : milliseconds;
      const tick = () => {
        if (mine !== running || !lesson.alive()) return;
        const share = length ? Math.min(1, (performance.now() - began) / length) : 1;
        step(share);
        if (share < 1) requestAnimationFrame(tick);
        else {
          running = 0;
          finished?.();
        }
      };
      tick();
    },
    stop() {
      running = 0;
    },
    running: () => running !== 0,
  };
}
