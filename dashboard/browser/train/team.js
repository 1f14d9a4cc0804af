// @ts-check
// Trainers that share every minibatch. Each works out the gradients of its part; of the weights each owns a stretch, whose gradients
// the others send to it and whose new weights it sends to all. What is sent are copies by message: memory that two threads share would
// need headers that a plain host of files does not send. The same buffers go to and fro, since new ones cost more than what is copied into
// them. Sums are taken in the order of places, so that a team of one size always comes to the same numbers.

import {PlainError} from "../base/errors.js";
import {SCRATCH} from "./kernel.js";
import {cut} from "./trainer.js";

/** @typedef {import("./trainer.js").Trainer} Trainer */
/** @typedef {import("./run.js").Order} Order */
/** @typedef {{postMessage: (message: any, transfer?: any) => void, onmessage: ((event: MessageEvent) => void)|null}} Line to another trainer */
/** @typedef {{kind: "go"|"slopes"|"squares"|"weights", value: any}} Told */

const OUT_OF_STEP = "The threads of this training are out of step with each other. Reload the page and train anew.";
const GRAIN = 16; // floats that a stretch is a multiple of

/** What arrives on a line, in order, to be waited for. @param {Line} line */
function inbox(line) {
  /** @type {Told[]} */
  const arrived = [];
  /** @type {((told: Told) => void)|null} */
  let waiting = null;
  line.onmessage = ({data}) => {
    if (!waiting) return void arrived.push(data);
    const take = waiting;
    waiting = null;
    take(data);
  };
  return {
    /** @param {Told["kind"]} kind @returns {Promise<any>} */
    async next(kind) {
      const told = arrived.shift() ?? (await /** @type {Promise<Told>} */ (new Promise((resolve) => (waiting = resolve))));
      if (told.kind !== kind) throw new PlainError(OUT_OF_STEP);
      return told.value;
    },
    /** @param {Told["kind"]} kind @param {any} value @param {ArrayBufferLike[]} [transfer] */
    tell: (kind, value, transfer = []) => line.postMessage({kind, value}, transfer),
  };
}

/**
 * @param {Trainer} trainer @param {number} place of it in the team @param {(Line|null)[]} lines to all places, none to its own
 */
export function createTeam(trainer, place, lines) {
  const {heap, kernel, bench, scratch} = trainer.model;
  const boxes = lines.map((line) => line && inbox(line));
  const others = boxes.flatMap((box, at) => (box ? [{box, at}] : []));
  const bounds = (/** @type {number} */ at) => [cut(trainer.size / GRAIN, at, lines.length) * GRAIN, cut(trainer.size / GRAIN, at + 1, lines.length) * GRAIN];
  const [from, to] = bounds(place);
  /** For each other place what goes there next: a buffer of its stretch, which comes back with its weights. @type {Map<number, Float32Array>} */
  const buffers = new Map(others.map(({at}) => [at, new Float32Array(bounds(at)[1] - bounds(at)[0])]));

  /** To its own stretch of gradients those of another, by pieces that stay in the nearest cache. @param {Float32Array} part */
  function add(part) {
    for (let first = 0; first < part.length; first += SCRATCH) {
      const piece = part.subarray(first, first + SCRATCH);
      heap.set(piece, scratch);
      kernel.add(bench.slopes + from + first, scratch, piece.length);
    }
  }

  /** @param {Order} order @returns {Promise<import("./trainer.js").Sums>} of the whole batch */
  async function step({step, rate, beta}) {
    const own = trainer.gradients(step, beta), all = {...own};
    for (const {box, at} of others) {
      const part = /** @type {Float32Array} */ (buffers.get(at));
      part.set(heap.subarray(bench.slopes + bounds(at)[0], bench.slopes + bounds(at)[1]));
      box.tell("slopes", {part, sums: own}, [part.buffer]);
    }
    trainer.observe(step + 1); // while they are on their way
    /** @type {Float32Array[]} */
    const given = [];
    for (const {box} of others) {
      const {part, sums} = await box.next("slopes");
      for (const name of /** @type {const} */ (["count", "nll", "kl", "nll2", "kl2"])) all[name] += sums[name];
      add(part);
      given.push(part);
    }
    let squares = 0;
    if (trainer.train.grad_clip) {
      const mine = trainer.squares(from, to);
      for (const {box} of others) box.tell("squares", mine);
      for (const box of boxes) squares += box ? await box.next("squares") : mine;
    }
    trainer.update(from, to, step, rate, squares);
    others.forEach(({box}, i) => {
      given[i].set(heap.subarray(bench.weights + from, bench.weights + to));
      box.tell("weights", given[i], [given[i].buffer]);
    });
    for (const {box, at} of others) {
      const part = await box.next("weights");
      heap.set(part, bench.weights + bounds(at)[0]);
      buffers.set(at, part);
    }
    return all;
  }

  return {
    /** The first trainer takes a step with all. @param {Order} order */
    async step(order) {
      for (const {box} of others) box.tell("go", order);
      const sums = await step(order);
      trainer.average(order.step);
      return sums;
    },
    /** Every other trainer does what the first says, until its thread ends. */
    async follow() {
      const first = /** @type {ReturnType<typeof inbox>} */ (boxes[0]);
      for (;;) await step(await first.next("go"));
    },
  };
}
