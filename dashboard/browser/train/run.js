// @ts-check
// The course of a training: what its next step is, when it is over, and its log, as vae_engine/training/training.py and runs/log.py
// have them. Pure but for its own state; it computes no gradient and measures no time itself.

import {rateFactor} from "./recipe.js";

/** @typedef {import("./trainer.js").Sums} Sums */
/** @typedef {{type: string, step: number, time: number} & Record<string, any>} LogEvent */
/** @typedef {{step: number, rate: number, beta: number}} Order of one step */
/** @typedef {"beta"|"learning_rate"} Knob */

const RATIO = 1.3; // of the steps of neighbouring snapshots
const TELLING = 0.2; // seconds between steps that are told
/** Between which numbers a knob turns, as in the settings. @type {Record<Knob, [number, number]>} */
const REACH = {beta: [0, 1000], learning_rate: [1e-8, 10]};

export class Run {
  step = 0;
  failure = "";
  /** @type {LogEvent[]} */
  events = [];
  /** @type {Record<Knob, number>} where the knobs stand */
  knobs;
  #sums = {count: 0, nll: 0, kl: 0, nll2: 0, kl2: 0};
  #told = 0;
  #rate = 0;
  #over = "";

  /**
   * @param {import("./recipe.js").TrainConfig} train
   * @param {{perEpoch: number, batch: number, isVae: boolean}} sizes
   * @param {() => number} seconds of training so far, without waiting
   * @param {() => number} now of the day, in seconds
   */
  constructor(train, sizes, seconds, now = () => Date.now() / 1000) {
    this.train = train;
    this.sizes = sizes;
    this.seconds = seconds;
    this.now = now;
    this.knobs = {beta: train.beta, learning_rate: train.learning_rate};
    this.total = train.steps || Math.max(1, Math.round(train.epochs * sizes.perEpoch));
  }

  /** Share of the budget that is used up. */
  get progress() {
    return Math.min(1, this.train.seconds ? this.seconds() / this.train.seconds : this.step / this.total);
  }

  /** Why it ended; nothing while it goes on. */
  get over() {
    return this.#over || (this.progress >= 1 ? "budget" : "");
  }

  /** What to do next. @returns {Order} */
  next() {
    this.#rate = this.knobs.learning_rate * rateFactor(this.train, this.progress);
    return {step: this.step, rate: this.#rate, beta: this.knobs.beta};
  }

  /** End it before its budget does. */
  stop() {
    this.#over ||= "stopped";
  }

  /** It cannot go on. @param {string} message why, and what to do */
  fail(message) {
    this.#over = "failed";
    this.failure = message;
    this.#log({type: "failed", message});
  }

  /** Turn a knob from the next step on; what cannot be stays. @param {Knob} knob @param {number} value */
  turn(knob, value) {
    const old = this.knobs[knob];
    if (!(knob in REACH) || (knob === "beta" && !this.sizes.isVae) || !Number.isFinite(value) || value === old) return;
    const [low, high] = REACH[knob];
    this.knobs[knob] = Math.min(high, Math.max(low, value));
    this.#log({type: "turned", knob, old, new: this.knobs[knob]});
  }

  /**
   * A step was taken.
   * @param {Sums} sums of its batch @param {boolean} tell it, however short it is since the last
   * @returns {{snapshot: boolean, epoch: boolean}} what is due now
   */
  took(sums, tell) {
    this.step++;
    for (const name of /** @type {const} */ (["count", "nll", "kl", "nll2", "kl2"])) this.#sums[name] += sums[name];
    const seconds = this.seconds();
    if (tell || seconds - this.#told >= TELLING || this.step === 1) this.#tell(seconds);
    return {snapshot: snapshotAt(this.step), epoch: this.step % this.sizes.perEpoch === 0};
  }

  /** @param {number} seconds */
  #tell(seconds) {
    const {count, nll, kl, nll2, kl2} = this.#sums;
    const [meanNll, meanKl] = [nll / count, kl / count];
    this.#log({
      type: "step", epoch: this.step / this.sizes.perEpoch, progress: this.progress, seconds, loss: meanNll + this.knobs.beta * meanKl, nll: meanNll, kl: meanKl, learning_rate: this.#rate,
      images_per_second: count / Math.max(seconds - this.#told, 1e-9), nll_se: standardError(meanNll, nll2 / count, count), kl_se: standardError(meanKl, kl2 / count, count),
    });
    if (!Number.isFinite(meanNll + meanKl)) this.fail(`The loss stopped being a finite number at step ${this.step.toLocaleString("en")}: lower the learning rate.`);
    this.#sums = {count: 0, nll: 0, kl: 0, nll2: 0, kl2: 0};
    this.#told = seconds;
  }

  /** @param {Record<string, number>} terms of held-out images @param {number} n how many */
  measured(terms, n) {
    this.#log({type: "epoch", epoch: Math.floor(this.step / this.sizes.perEpoch), seconds: this.seconds(), terms, n});
  }

  /** A snapshot was kept. */
  kept() {
    this.#log({type: "snapshot"});
  }

  /** @param {Record<string, number>} terms @param {number} n */
  finished(terms, n) {
    this.#log({type: "finished", seconds: this.seconds(), reason: this.over, terms, n});
  }

  /** @param {Record<string, any> & {type: string}} event */
  #log(event) {
    this.events.push({step: this.step, time: Math.round(1000 * this.now()) / 1000, ...event});
  }
}

/** Whether a run of the engine, and so one here, keeps its weights after so many steps: 1, 2, 3, 4, 5, 6, 7, 9, 11, … @param {number} step */
export function snapshotAt(step) {
  let next = 1;
  while (next < step) next = Math.max(next + 1, Math.floor(next * RATIO));
  return next === step;
}

/** Of the mean of so many numbers, from theirs and that of their squares. @param {number} mean @param {number} square @param {number} count */
function standardError(mean, square, count) {
  return count > 1 ? Math.sqrt(Math.max(square - mean * mean, 0) / (count - 1)) : null;
}

/** Means over images with their standard errors, as a run's log has them. @param {import("./model.js").Terms} terms @param {boolean} isVae @returns {Record<string, number>} */
export function meansOf({nll, kl}, isVae) {
  /** @type {Record<string, Float64Array>} */
  const named = isVae ? {elbo: nll.map((value, i) => -(value + kl[i])), nll, kl} : {nll};
  return Object.fromEntries(Object.entries(named).flatMap(([name, values]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
    return [[name, mean], [`${name}_se`, Math.sqrt(spread / values.length)]];
  }));
}
