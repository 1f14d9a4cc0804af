// @ts-check
// The decoded manifold as far as it is in sight: its tiles are decoded away from the page as one comes closer or goes on, those in the
// middle first, and what was there before stays until they are.

import {contextOf, make} from "../base/dom.js";
import {recordTiles} from "../base/stats.js";
import {DIGIT_SIDE, inkPixels} from "../images/digit_view.js";
import {paintManifold} from "./backdrop.js";
import {hasTiles, tileReach, tileStrength} from "./layout/tiles.js";

/** @typedef {import("../explore/explorer.js").App} App */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("./layout/tiles.js").Tiling} Tiling */
/** @typedef {{tiling: Tiling, context: CanvasRenderingContext2D, image: ImageData, filled: Uint8Array, left: number, look: unknown[]}} Sheet tiles side by side, the highest z₂ at the top;
 *   left: how many are still to come; look: what it was inked with */

const PART = 128; // tiles that are asked for in one go
const KEPT = 4000; // tiles that are remembered, three kilobytes each; more than are ever in sight
const FAINTEST = 0.22;
const STRENGTHS = 8; // that are told apart

/** @param {App} app @param {ExplorerModel} model */
export function createMosaic(app, model) {
  /** Probabilities by the place that was decoded. @type {Map<string, Float32Array>} */
  const known = new Map();
  /** @type {Sheet|null} */
  let sheet = null;
  /** The last that was whole. @type {Sheet|null} */
  let before = null;
  let [version, asking, wantedAt] = [0, false, 0];
  /** @type {{of: Uint32Array, inks: Uint32Array[]}} */
  let faded = {of: new Uint32Array(), inks: []};

  /** @param {Tiling} tiling */
  function request(tiling) {
    if (sheet && hasTiles(sheet.tiling, tiling)) return;
    if (sheet && !sheet.left) before = sheet;
    sheet = newSheet(tiling);
    wantedAt = performance.now();
    ask();
  }

  /** What is not known yet, the middle first. @returns {[number, number][]} columns and rows */
  function missing() {
    if (!sheet) return [];
    const {x, y} = sheet.tiling;
    const [columns, rows] = [x.middles.length, y.middles.length];
    /** @type {[number, number][]} */
    const found = [];
    for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) if (!known.has(nameOf(x.middles[column], y.middles[row]))) found.push([column, row]);
    const far = (/** @type {[number, number]} */ [column, row]) => Math.hypot(column - (columns - 1) / 2, row - (rows - 1) / 2);
    return found.sort((a, b) => far(a) - far(b));
  }

  /** One part after the other, each of what is wanted by then. */
  async function ask() {
    if (asking) return;
    asking = true;
    for (let part = missing().slice(0, PART); sheet && part.length; part = missing().slice(0, PART)) {
      const {x, y} = sheet.tiling;
      const z = Float32Array.from(part.flatMap(([column, row]) => [x.middles[column], y.middles[row]]));
      const values = await app.batches[model.place].decodeMany(z, "tiles");
      if (!values) break;
      part.forEach(([column, row], i) => known.set(nameOf(x.middles[column], y.middles[row]), values.subarray(i * DIGIT_SIDE ** 2, (i + 1) * DIGIT_SIDE ** 2)));
      for (const name of known.keys()) {
        if (known.size <= KEPT) break;
        known.delete(name);
      }
      version++;
      app.invalidate();
    }
    asking = false;
  }

  /** Inks the tiles that have come. @param {Sheet} sheet @param {Theme} theme @param {boolean} dimmed */
  function fill(sheet, theme, dimmed) {
    const {tiling, image, filled, context, look} = sheet;
    if (look[0] !== theme || look[1] !== dimmed) [sheet.look, sheet.left] = [[theme, dimmed], filled.fill(0).length];
    if (!sheet.left) return;
    const {x, y} = tiling;
    const [columns, rows] = [x.middles.length, y.middles.length];
    const pixels = new Uint32Array(image.data.buffer);
    const inks = inksOf(theme);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const [z1, z2] = [x.middles[column], y.middles[row]];
        const values = filled[row * columns + column] ? null : known.get(nameOf(z1, z2));
        if (!values) continue;
        const strength = dimmed ? tileStrength(model.trained.distance(z1, z2), tileReach(tiling, column, row), model.usual) : 1;
        inkPixels(pixels, ((rows - 1 - row) * columns * DIGIT_SIDE + column) * DIGIT_SIDE, columns * DIGIT_SIDE, values, inks[Math.round(strength * (STRENGTHS - 1))]);
        filled[row * columns + column] = 1;
        sheet.left--;
      }
    }
    context.putImageData(image, 0, 0);
    if (sheet.left) ask(); // those of long ago may be forgotten
    else if (wantedAt) recordTiles(performance.now() - wantedAt);
    if (!sheet.left) wantedAt = 0;
  }

  /** The theme's ink at each strength. @param {Theme} theme */
  function inksOf({ink}) {
    if (faded.of !== ink) {
      faded = {of: ink, inks: Array.from({length: STRENGTHS}, (_, i) => {
        const cover = Math.round(255 * (FAINTEST + (1 - FAINTEST) * i / (STRENGTHS - 1)));
        return ink.map((colour) => ((colour & 0xffffff) | (cover << 24)) >>> 0);
      })};
    }
    return faded.inks;
  }

  return {
    request,
    version: () => version,
    /** @param {CanvasRenderingContext2D} context @param {View} view @param {Theme} theme @param {boolean} dimmed whether tiles without training codes are faint */
    paint(context, view, theme, dimmed) {
      if (!sheet) return;
      fill(sheet, theme, dimmed);
      if (!sheet.left) before = null;
      for (const one of before ? [before, sheet] : [sheet]) {
        const {x, y, even} = one.tiling;
        paintManifold(context, view, {x: x.edges, y: y.edges, middles: even ? null : [x.middles, y.middles]}, one.context.canvas);
      }
    },
  };
}

/** @param {Tiling} tiling @returns {Sheet} */
function newSheet(tiling) {
  const [columns, rows] = [tiling.x.middles.length, tiling.y.middles.length];
  const context = contextOf(make("canvas", {width: Math.max(1, columns) * DIGIT_SIDE, height: Math.max(1, rows) * DIGIT_SIDE}));
  return {tiling, context, image: context.createImageData(context.canvas.width, context.canvas.height), filled: new Uint8Array(columns * rows), left: columns * rows, look: []};
}

/** @param {number} z1 @param {number} z2 */
function nameOf(z1, z2) {
  return `${z1} ${z2}`;
}
