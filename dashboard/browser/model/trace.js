// @ts-check
// What every stage of a network gives for one input, and what a unit gives for many. Only who looks inside pays for it.

import { BATCH, lengthOf } from "./machine.js";
import { unitValue } from "./stages.js";

/** @typedef {import("./networks.js").Network} Network */
/** @typedef {import("./stages.js").PartName} PartName */
/** @typedef {import("./stages.js").Stage} Stage */
/** @typedef {{stage: Stage, values: Float32Array, at: number}} Traced values: the stage's latest numbers, overwritten by the next; at: where the next stage reads them */

/**
 * The numbers of the stages of one part, as they come about.
 * @param {Network} network
 * @param {Stage[]} stages all of the part, at least one
 */
export function createTrace(network, stages) {
  const { heap } = network.kernel;
  const { input, steps } = /** @type {import("./networks.js").Part} */ (network.parts[stages[0].part]);
  /** @type {Traced[]} */
  const traced = stages.map((stage) => ({ stage, values: new Float32Array(lengthOf(stage.shape)), at: 0 }));

  /** Run on from a stage. @param {number} place @param {number} at where its input is */
  function runFrom(place, at) {
    for (const one of traced.slice(place)) {
      for (let i = one.stage.first; i <= one.stage.last; i++) at = steps[i].run(at, 1);
      one.at = at;
      one.values.set(heap.subarray(at, at + one.values.length));
    }
  }

  return {
    traced,
    /** @param {ArrayLike<number>} given one row of the input */
    run(given) {
      heap.set(given, input);
      runFrom(0, input);
    },
    /** The last numbers of the part, if a unit gave 0 and all else were as it was. @param {number} place of the unit's stage @param {number} unit @returns {Float32Array} */
    without(place, unit) {
      const { stage, values, at } = traced[place];
      const size = values.length / stage.units;
      heap.set(values, at);
      heap.fill(0, at + unit * size, at + (unit + 1) * size);
      let end = at;
      for (let i = stage.last + 1; i < steps.length; i++) end = steps[i].run(end, 1);
      return heap.slice(end, end + traced[traced.length - 1].values.length);
    },
  };
}

/** By how much a unit changes the decoded picture: with it, less without it, side² differences in −1 … 1. @param {Network} network @param {ReturnType<typeof createTrace>} trace of its decoder @param {number} place @param {number} unit */
export function effectOf({pixels, likelihood: {mean}}, trace, place, unit) {
  const whole = trace.traced[trace.traced.length - 1].values;
  const lacking = trace.without(place, unit);
  return new Float32Array(pixels).map((_, i) => mean(whole[i]) - mean(lacking[i]));
}

/**
 * What all units of a stage give for many inputs: count × units numbers. Pauses after every batch.
 * @param {Network} network
 * @param {Stage} stage
 * @param {number} count
 * @param {(heap: Float32Array, at: number, first: number, rows: number) => void} fill writes inputs `first` … as rows to the heap
 * @returns {Generator<void, Float32Array, void>}
 */
export function* unitsOf(network, stage, count, fill) {
  const { heap } = network.kernel;
  const part = /** @type {import("./networks.js").Part} */ (network.parts[stage.part]);
  const length = lengthOf(stage.shape);
  const found = new Float32Array(count * stage.units);
  for (let first = 0; first < count; first += BATCH) {
    const rows = Math.min(BATCH, count - first);
    fill(heap, part.input, first, rows);
    let at = part.input;
    for (let i = 0; i <= stage.last; i++) at = part.steps[i].run(at, rows);
    for (let row = 0; row < rows; row++) {
      for (let unit = 0; unit < stage.units; unit++) found[(first + row) * stage.units + unit] = unitValue(heap, stage, unit, at + row * length);
    }
    yield;
  }
  return found;
}

/** For each number of a batch its place [unit] in every row. @param {Float32Array} found count × units @param {Stage} stage @param {number} unit */
export function unitColumn(found, { units }, unit) {
  return Float32Array.from({ length: found.length / units }, (_, row) => found[row * units + unit]);
}

/** The largest numbers of every stage by size, so that 98 of 100 are smaller: the ends of their colours. @param {Network} network @param {Stage[]} stages all of a part @param {Float32Array} inputs rows of its input
 * @returns {number[]} */
export function reachesOf(network, stages, inputs) {
  const width = stages[0].part === "encoder" ? network.pixels : 2;
  const trace = createTrace(network, stages);
  const seen = stages.map(() => /** @type {number[]} */ ([]));
  for (let at = 0; at < inputs.length; at += width) {
    trace.run(inputs.subarray(at, at + width));
    trace.traced.forEach(({ values }, i) => values.forEach((value) => seen[i].push(Math.abs(value))));
  }
  return seen.map((sizes) => Float64Array.from(sizes).sort()[Math.floor(0.98 * (sizes.length - 1))] || 1);
}
