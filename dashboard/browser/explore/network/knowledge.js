// @ts-check
// What a unit knows: its activation over the latent plane. Of a decoder's unit at every z; of an encoder's, which sees images and no z,
// the mean over the images whose codes lie in a cell.

import {gridOver} from "../../model/density.js";
import {stagesOf} from "../../model/stages.js";
import {unitColumn} from "../../model/trace.js";
import {observeFixed} from "../../images/digits.js";
import {runJob} from "../../base/slices.js";
import {unitText} from "./words.js";

/** @typedef {import("../explorer.js").App} App */
/** @typedef {import("../../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../../model/density.js").Grid} Grid */
/** @typedef {import("../../state/state.js").ChosenUnit} ChosenUnit */

const CELLS = {decoder: 6, encoder: 7}; // pixels
const MOST_IMAGES = 10_000;

/** @param {App} app */
export function createKnowledge(app) {
  /** What each encoder sees of the images, a byte a pixel. @type {Map<ExplorerModel, Uint8Array>} */
  const seen = new Map();
  /** All units of the stage that was asked about last, on each channel: the next unit is mostly a neighbour. @type {Map<string, {key: string, found: Promise<Float32Array|null>}>} */
  const kept = new Map();

  /** @param {string} channel @param {string} key @param {() => Promise<Float32Array|null>} ask */
  async function once(channel, key, ask) {
    const last = kept.get(channel);
    if (last?.key === key) return last.found;
    const mine = {key, found: ask()};
    kept.set(channel, mine);
    const found = await mine.found.catch(() => null);
    if (!found && kept.get(channel) === mine) kept.delete(channel);
    return found;
  }

  /** @param {ExplorerModel} model @param {Uint8Array} images */
  async function seenBy(model, images) {
    const old = seen.get(model);
    if (old) return old;
    const {points} = model.bundle;
    const {pixels: each} = points;
    const pixels = new Uint8Array(each * Math.min(points.count, MOST_IMAGES));
    await runJob((function* () {
      for (let image = 0; image < pixels.length / each; image++) {
        observeFixed(images, image, points).forEach((value, i) => (pixels[each * image + i] = Math.round(255 * value)));
        if (image % 32 === 31) yield;
      }
    })(), () => true);
    seen.set(model, pixels);
    return pixels;
  }

  /** Over a view; null where it is not to be had yet, or another was asked for on the channel. @param {ChosenUnit} chosen @param {import("../../state/state.js").View} view @param {string} channel */
  return async function knows({model: place, part, place: at, unit}, view, channel) {
    const model = app.models[place];
    const stages = stagesOf(model.bundle, model.network, part);
    const stage = stages[at];
    if (!stage) return null;
    const grid = gridOver(view, CELLS[part]);
    const [batch, images] = [app.batches[place], app.images];
    const where = `${channel} units ${place}`;
    if (part === "encoder" && !images) return null;
    const found = await once(where, part === "encoder" ? `e ${at}` : `d ${at} ${JSON.stringify(grid)}`, async () =>
      (part === "encoder" ? batch.unitsFor(at, await seenBy(model, /** @type {Uint8Array} */ (images)), where) : batch.unitsOver(at, grid, where)));
    if (!found) return null;
    const column = unitColumn(found, stage, unit);
    const values = part === "encoder" ? meansByCode(column, model.bundle.points.codes, grid) : column;
    const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value) || 0), 1e-6);
    return {...grid, values, least: -most, most, unit: unitText(stage, stages.length, unit, model.bundle.header.config.spread)};
  };
}

/** The mean of numbers of images over those whose codes lie in each cell; NaN where none does. @param {Float32Array} numbers of the first images @param {Float32Array} codes @param {Grid} grid */
export function meansByCode(numbers, codes, {columns, rows, low, high}) {
  const [sums, counts] = [new Float64Array(columns * rows), new Uint32Array(columns * rows)];
  numbers.forEach((value, i) => {
    const column = Math.floor((codes[2 * i] - low[0]) / (high[0] - low[0]) * columns);
    const row = Math.floor((high[1] - codes[2 * i + 1]) / (high[1] - low[1]) * rows);
    if (column < 0 || column >= columns || row < 0 || row >= rows) return;
    sums[row * columns + column] += value;
    counts[row * columns + column]++;
  });
  return Float32Array.from(sums, (sum, cell) => sum / counts[cell]);
}
