// @ts-check
// The instants of one reel, fetched as they are wanted: the newest first, then those nearest to what is on show. Codes and
// numbers of all stay; of the files, from which decoders are made, as many as there is room for.

import {sentenceOf} from "../base/errors.js";
import {readFrame} from "./frame.js";
import {placeOf} from "./clock.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {{run: string, title: string, kind: "vae"|"ae", steps: number[], latest: number|null, live: boolean, turns?: [number, string][], moment?: object|null}} Reel as dashboard/films/component.py describes it */
/** @typedef {{source: import("./source.js").FilmSource, reel: Reel, place: () => number, changed: (frame: Frame|null) => void, room?: number}} StoreOptions
 *   place on the axis of time that is on show; changed: an instant came, or something went wrong */

const AT_ONCE = 2;
const ROOM = 120 * 2 ** 20;
const LIVE_PAUSE = 200; // milliseconds between an answer and the next question
const LIVE_ASIDE = 1500; // while nobody follows
const RETRY = 1500;
const SILENCE = "The dashboard does not answer; it is asked again and again.";

/** @param {StoreOptions} options */
export function createReelStore({source, reel: first, place, changed, room = ROOM}) {
  let reel = first;
  /** @type {Map<number, Frame>} */
  const frames = new Map();
  /** @type {Map<number, string>} why there is no frame of a step */
  const refused = new Map();
  /** @type {Map<number, Promise<void>>} */
  const underway = new Map();
  /** Steps whose files are kept, the longest unused first. @type {Set<number>} */
  const kept = new Set();
  /** @type {Frame|null} the weights of the moment */
  let live = null;
  /** @type {Frame[]|null} */
  let sorted = null;
  let [closed, waiting, timer, liveTimer, tag, trouble, asking, aside] = [false, false, 0, 0, "", "", false, false];

  /** Every instant that is here, ascending. */
  function list() {
    if (!sorted) {
      const all = [...frames.values()];
      if (live && !frames.has(live.step)) all.push(live);
      sorted = all.sort((a, b) => a.step - b.step);
    }
    return sorted;
  }

  /** The step to fetch next: the newest, else the one nearest to what is on show. */
  function wanted() {
    const missing = reel.steps.filter((step) => !frames.has(step) && !refused.has(step) && !underway.has(step));
    const newest = reel.steps.at(-1);
    if (newest !== undefined && missing.at(-1) === newest) return newest;
    const away = (/** @type {number} */ step) => Math.abs(placeOf(step) - place());
    return missing.reduce((/** @type {number|undefined} */ best, step) => (best === undefined || away(step) < away(best) ? step : best), undefined);
  }

  function fetchMore() {
    while (!closed && !waiting && underway.size < AT_ONCE) {
      const step = wanted();
      if (step === undefined) return;
      underway.set(step, load(step));
    }
  }

  /** @param {number} step */
  async function load(step) {
    try {
      const bytes = await source.frame(reel.run, step);
      if (closed) return;
      const known = frames.get(step);
      const frame = known ?? readFrame(bytes);
      frame.bytes = bytes;
      frames.set(step, frame);
      keepFile(frame);
      retireLive();
      [sorted, trouble] = [null, ""];
      changed(frame);
    } catch (error) {
      if (closed) return;
      if (error instanceof TypeError) return later(); // no answer at all
      refused.set(step, sentenceOf(error));
      changed(null);
    } finally {
      underway.delete(step);
      fetchMore();
    }
  }

  function later() {
    // Known before anyone is told, for who is told asks for more; and not read from the timer's number, which is 0 in a frame that was
    // taken off the page, where requests fail at once: asking again without end would freeze the tab.
    waiting = true;
    trouble = SILENCE;
    changed(null);
    clearTimeout(timer);
    timer = setTimeout(() => {
      waiting = false;
      fetchMore();
    }, RETRY);
  }

  /** Let go of the files that were not looked at for the longest time. @param {Frame} frame */
  function keepFile(frame) {
    kept.delete(frame.step);
    kept.add(frame.step);
    if (!source.again) return;
    let size = 0;
    for (const step of kept) size += frames.get(step)?.bytes?.length ?? 0;
    for (const step of kept) {
      if (size <= room || step === frame.step) break;
      const old = frames.get(step);
      size -= old?.bytes?.length ?? 0;
      if (old) old.bytes = null;
      kept.delete(step);
    }
  }

  /** Once training is over the last snapshot holds what the last weights of the moment were. */
  function retireLive() {
    const last = reel.steps.at(-1);
    if (!reel.live && last !== undefined && frames.has(last)) live = null;
  }

  async function askLive() {
    clearTimeout(liveTimer);
    if (closed || asking || !reel.live || document.hidden) return;
    asking = true;
    try {
      const latest = await source.latest(reel.run, tag);
      if (latest && !closed && reel.live) {
        [live, tag, sorted, trouble] = [readFrame(latest.bytes), latest.tag, null, ""];
        changed(live);
      }
    } catch (error) {
      trouble = error instanceof TypeError ? SILENCE : sentenceOf(error);
      changed(null);
    } finally {
      asking = false;
      if (!closed && reel.live) liveTimer = setTimeout(askLive, aside ? LIVE_ASIDE : LIVE_PAUSE);
    }
  }

  document.addEventListener("visibilitychange", askLive);
  fetchMore();
  askLive();
  return {
    list,
    reel: () => reel,
    /** The steps of all instants, here or not. */
    steps() {
      const steps = reel.steps.filter((step) => !refused.has(step));
      return live && live.step > (steps.at(-1) ?? -1) ? [...steps, live.step] : steps;
    },
    /** What went wrong last, or nothing. */
    trouble: () => trouble || [...refused.values()][0] || "",
    /** The file of an instant, or null while it is on its way again. @param {Frame} frame */
    bytesOf(frame) {
      if (frame.bytes) {
        if (kept.has(frame.step)) keepFile(frame);
        return frame.bytes;
      }
      if (!underway.has(frame.step)) underway.set(frame.step, load(frame.step));
      return null;
    },
    /** @param {Reel} next the same run, later */
    update(next) {
      const kicked = next.latest !== reel.latest || next.live !== reel.live;
      reel = next;
      for (const step of [...frames.keys()]) if (!reel.steps.includes(step)) frames.delete(step); // a run that went on from an earlier step
      for (const step of [...refused.keys()]) if (!reel.steps.includes(step)) refused.delete(step);
      retireLive();
      sorted = null;
      fetchMore();
      if (kicked) askLive();
    },
    /** Whether anybody follows: asking seldom leaves training its processor. @param {boolean} nobody */
    setAside(nobody) {
      if (aside && !nobody) askLive();
      aside = nobody;
    },
    fetchMore,
    close() {
      closed = true;
      clearTimeout(timer);
      clearTimeout(liveTimer);
      document.removeEventListener("visibilitychange", askLive);
    },
  };
}
