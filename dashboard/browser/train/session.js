// @ts-check
// A training as whoever watches it sees it: starts its trainers, keeps what they tell, and asks them. No page.

import {PlainError} from "../base/errors.js";

/** @typedef {import("./worker.js").Reply} Reply */
/** @typedef {import("./worker.js").Asked} Asked */
/** @typedef {import("./run.js").LogEvent} LogEvent */
/** @typedef {Omit<import("./worker.js").Begin, "kind"|"paused">} Start */
/** @typedef {{frame: Uint8Array<ArrayBuffer>, weights: Uint8Array<ArrayBuffer>}} Instant of a film, and the weights that a run keeps of it */
/** @typedef {{reason: string, metrics: Record<string, any>, weights: Uint8Array<ArrayBuffer>}} Finished */

const APART = 400; // milliseconds between two looks, which cost as much as two steps

/**
 * @param {Start} start @param {Worker} worker one that serves `serveTraining`
 * @param {() => void} changed
 */
export function startSession(start, worker, changed) {
  /** @type {LogEvent[]} */
  const events = [];
  /** @type {Map<number, Instant>} */
  const instants = new Map();
  /** @type {((value: any) => void)[]} */
  const looking = [];
  /** @type {((value: any) => void)[]} */
  const bundling = [];
  let [step, progress, seconds, failed, holding, held, pace] = [0, 0, 0, "", false, false, 0];
  let lookedAt = -Infinity;
  /** @type {Finished|null} */
  let finished = null;

  worker.onmessage = ({data}) => take(data);
  worker.onerror = (event) => {
    event.preventDefault();
    take({kind: "failed", sentence: "The training stopped with an error of the browser: load the page anew."});
  };
  worker.postMessage({kind: "begin", ...start, paused: false});
  const ask = (/** @type {Asked} */ asked) => worker.postMessage(asked);

  /** @param {Reply} reply */
  function take(reply) {
    if (reply.kind === "news") {
      events.push(...reply.news.events);
      ({step, progress, seconds, holding: held} = reply.news);
    } else if (reply.kind === "snapshot") instants.set(reply.step, /** @type {any} */ (reply));
    else if (reply.kind === "live") return looking.shift()?.(reply.frame && {bytes: reply.frame, tag: String(reply.step)});
    else if (reply.kind === "bundle") return bundling.shift()?.(reply.bundle);
    else if (reply.kind === "finished") finished = /** @type {any} */ (reply);
    else failed = reply.sentence;
    if (failed) for (const settle of [...looking.splice(0), ...bundling.splice(0)]) settle(null);
    changed();
  }

  return {
    events, instants,
    /** holding: whether it was asked to wait, held: whether it does */
    state: () => ({step, progress, seconds, failed, holding, held, pace, finished}),
    /** @param {boolean} wait */
    hold(wait) {
      holding = wait;
      ask({kind: "hold", held: wait});
      changed();
    },
    one() {
      holding = true;
      ask({kind: "one"});
      changed();
    },
    stop: () => ask({kind: "stop"}),
    /** Slow motion: so many milliseconds from step to step; 0 as fast as it goes. @param {number} milliseconds */
    setPace(milliseconds) {
      pace = milliseconds;
      ask({kind: "pace", milliseconds});
      changed();
    },
    /** @param {import("./run.js").Knob} knob @param {number} value */
    turn: (knob, value) => ask({kind: "turn", knob, value}),
    /** The frame of the weights of the moment; null where they are those that were seen. @param {string} seen @returns {Promise<{bytes: Uint8Array, tag: string}|null>} */
    async look(seen) {
      if (finished || failed) return null;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, lookedAt + APART - performance.now())));
      if (finished || failed) return null;
      lookedAt = performance.now();
      ask({kind: "look", seen: seen ? Number(seen) : -1});
      return new Promise((resolve) => looking.push(resolve));
    },
    /** @returns {Promise<Uint8Array<ArrayBuffer>>} what Explore opens */
    async bundle() {
      ask({kind: "bundle"});
      const made = await new Promise((/** @type {(value: any) => void} */ resolve) => bundling.push(resolve));
      if (!made) throw new PlainError("The training ended before it was asked for its model.");
      return made;
    },
    end: () => worker.terminate(),
  };
}

/** @typedef {ReturnType<typeof startSession>} Session */
