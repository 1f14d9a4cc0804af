// @ts-check
// The decoded manifold as far as it is in sight: its tiles are decoded away from the page as one comes closer or goes on, those in the
// middle first, and what was there before stays until they are.

import {contextOf, make} from "../base/dom.js";
import {recordTiles} from "../base/stats.js";
import {inkPixels} from "../images/digit_view.js";
import {paintManifold} from "./backdrop.js";
import {hasTiles, tileReach, tileStrength} from "./layout/tiles.js";

/** @typedef {import("../explore/explorer.js").App} App */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("./layout/tiles.js").Tiling} Tiling */
/** @typedef {{tiling: Tiling, order: number[], values: (Float32Array|undefined)[], context: CanvasRenderingContext2D, image: ImageData, filled: Uint8Array, left: number, look: unknown[]}} Sheet tiles row by
 *   row, the lowest z₂ first, and as a picture with the highest at the top; order: of their places, the middle first; left: how many are still to be inked; look: what they were inked with */

const PART = 256; // tiles that are asked for in one go
const KEPT = 4000; // tiles that are remembered, three kilobytes each of 28 × 28; more than are ever in sight
const FAINTEST = 0.22;
const STRENGTHS = 8; // that are told apart

/** @param {App} app @param {ExplorerModel} model */
export function createMosaic(app, model) {
  const {side} = model.bundle;
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
    sheet = newSheet(tiling, side);
    recall(sheet);
    wantedAt = performance.now();
    ask();
  }

  /** Takes over what is known. @param {Sheet} sheet */
  function recall({order, values, tiling}) {
    for (const at of order) values[at] ??= known.get(nameOf(tiling, at));
  }

  /** What is still to be decoded first. */
  function missing() {
    /** @type {number[]} */
    const found = [];
    for (let i = 0; sheet && i < sheet.order.length && found.length < PART; i++) if (!sheet.values[sheet.order[i]]) found.push(sheet.order[i]);
    return found;
  }

  /** One part after the other, each of what is wanted by then. */
  async function ask() {
    if (asking) return;
    asking = true;
    for (let part = missing(); sheet && part.length; part = missing()) {
      const asked = sheet;
      const z = Float32Array.from(part.flatMap((at) => placeOf(asked.tiling, at)));
      const decoded = await app.batches[model.place].decodeMany(z, "tiles");
      if (!decoded) break;
      part.forEach((at, i) => known.set(nameOf(asked.tiling, at), (asked.values[at] = decoded.subarray(i * side ** 2, (i + 1) * side ** 2))));
      for (const name of known.keys()) {
        if (known.size <= KEPT) break;
        known.delete(name);
      }
      if (sheet !== asked) recall(sheet);
      version++;
      app.invalidate();
    }
    asking = false;
  }

  /** Inks the tiles that have come. @param {Sheet} sheet @param {Theme} theme @param {boolean} dimmed */
  function fill(sheet, theme, dimmed) {
    const {tiling, values, image, filled, context, look} = sheet;
    if (look[0] !== theme || look[1] !== dimmed) [sheet.look, sheet.left] = [[theme, dimmed], filled.fill(0).length];
    if (!sheet.left) return;
    const [columns, rows] = [tiling.x.middles.length, tiling.y.middles.length];
    const pixels = new Uint32Array(image.data.buffer);
    const inks = inksOf(theme);
    let [left, top, right, bottom] = [columns, rows, 0, 0]; // of the tiles that are new
    for (let at = 0; at < values.length; at++) {
      const tile = filled[at] ? null : values[at];
      if (!tile) continue;
      const [column, row] = [at % columns, rows - 1 - Math.floor(at / columns)];
      const strength = dimmed ? tileStrength(model.trained.distance(...placeOf(tiling, at)), tileReach(tiling, column, rows - 1 - row), model.usual) : 1;
      inkPixels(pixels, (row * columns * side + column) * side, columns * side, tile, inks[Math.round(strength * (STRENGTHS - 1))], side);
      filled[at] = 1;
      sheet.left--;
      [left, top, right, bottom] = [Math.min(left, column), Math.min(top, row), Math.max(right, column + 1), Math.max(bottom, row + 1)];
    }
    if (right) context.putImageData(image, 0, 0, left * side, top * side, (right - left) * side, (bottom - top) * side);
    if (sheet.left) ask(); // an answer may have failed to come
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
    /** How many tiles there are to draw. */
    tiles: () => sheet?.values.length ?? 0,
    /** @param {CanvasRenderingContext2D} context @param {View} view @param {Theme} theme @param {boolean} dimmed whether tiles without training codes are faint */
    paint(context, view, theme, dimmed) {
      if (!sheet) return;
      fill(sheet, theme, dimmed);
      if (!sheet.left) before = null;
      for (const one of before ? [before, sheet] : [sheet]) {
        const {x, y, even} = one.tiling;
        paintManifold(context, view, {x: x.edges, y: y.edges, middles: even ? null : [x.middles, y.middles]}, one.context.canvas, one.left ? one.filled : null);
      }
    },
  };
}

/** @param {Tiling} tiling @param {number} side of a tile @returns {Sheet} */
function newSheet(tiling, side) {
  const [columns, rows] = [tiling.x.middles.length, tiling.y.middles.length];
  const context = contextOf(make("canvas", {width: Math.max(1, columns) * side, height: Math.max(1, rows) * side}));
  const far = Float64Array.from({length: columns * rows}, (_, at) => Math.hypot(at % columns - (columns - 1) / 2, Math.floor(at / columns) - (rows - 1) / 2));
  return {tiling, order: [...far.keys()].sort((a, b) => far[a] - far[b]), values: Array.from(far, () => undefined), context,
    image: context.createImageData(context.canvas.width, context.canvas.height), filled: new Uint8Array(columns * rows), left: columns * rows, look: []};
}

/** Where a tile is decoded. @param {Tiling} tiling @param {number} at @returns {[number, number]} */
function placeOf({x, y}, at) {
  const columns = x.middles.length;
  return [x.middles[at % columns], y.middles[Math.floor(at / columns)]];
}

/** @param {Tiling} tiling @param {number} at */
function nameOf(tiling, at) {
  const [z1, z2] = placeOf(tiling, at);
  return `${z1} ${z2}`;
}
