// @ts-check
// What lies under the points: the decoded manifold and the shaded fields. Both are worked out away from the page and cached.

import {contextOf, make} from "../base/dom.js";
import {gridOver} from "../model/density.js";
import {inkPixels, sideOf} from "../images/digit_view.js";
import {rampShare} from "./field_scale.js";
import {cellReaches, manifoldAxis, manifoldEdges, toPixel} from "../base/geometry.js";
import {fieldRamp} from "../base/palette.js";
import {sameItems} from "../base/same_items.js";

/** @typedef {import("../explore/explorer.js").App} App */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {"density"|"distance"|"entropy"|"unit"} FieldName */
/** @typedef {{size: number, x: number[], y: number[], middles: [number[], number[]]|null, values: Float32Array}} Manifold edges of the cells, lowest first, and
 *   where in them was decoded; null where all are equal, so that one picture is all of them */
/** @typedef {{name: FieldName, unit: string, values: Float32Array, least: number, most: number, columns: number, rows: number, low: Latent, high: Latent}} Field row 0 is the topmost; unit: which of
 *   the network, where it is one's activation; NaN where nothing is known */
/** @typedef {{manifold: Manifold|null, field: Field|null}} Shown */

/** @type {Shown} */
export const NOTHING = {manifold: null, field: null};

const FIELD_CELL = 5;
/** @type {FieldName[]} */
const FIELDS = ["density", "distance", "entropy", "unit"];

/** @param {App} app @param {ExplorerModel} model */
export function createBackdrop(app, model) {
  /** @type {Map<string, Manifold>} */
  const manifolds = new Map();
  /** @type {{key: string, manifold: Promise<Manifold|null>}|null} */
  let asked = null;
  /** @type {Field|null} */
  let field = null;
  let wanted = {key: ""};
  let version = 0;
  /** @type {{key: unknown[], canvas: HTMLCanvasElement}[]} */
  const pictures = [];

  function arrived() {
    version++;
    app.invalidate();
  }

  /** @param {State} state */
  function manifoldKey(state) {
    return `${state.manifoldSize} ${state.spacing}`;
  }

  /** The manifold as the layer shows it; null when another is asked for before it is there. @param {State} state @returns {Promise<Manifold|null>} */
  async function manifoldOf(state) {
    const key = manifoldKey(state);
    const kept = manifolds.get(key);
    if (kept) return kept;
    if (asked?.key !== key) asked = {key, manifold: decodeManifold(state)};
    return asked.manifold;
  }

  /** @param {State} state @returns {Promise<Manifold|null>} */
  async function decodeManifold(state) {
    const {manifoldSize: size, spacing} = state;
    const [low, high] = tileRange(model);
    const [xs, ys] = [0, 1].map((axis) => manifoldAxis(size, spacing, low[axis], high[axis]));
    const z = new Float32Array(2 * size * size);
    ys.forEach((z2, row) => xs.forEach((z1, column) => z.set([z1, z2], 2 * (row * size + column))));
    const values = await app.batches[model.place].decodeMany(z);
    if (!values) return null;
    const [x, y] = [0, 1].map((axis) => manifoldEdges(size, spacing, low[axis], high[axis]));
    /** @type {Manifold} */
    const manifold = {size, x, y, middles: spacing === "linear" ? null : [xs, ys], values};
    manifolds.set(manifoldKey(state), manifold);
    arrived();
    return manifold;
  }

  /** The shaded layer that is on, and which unit it is about; a unit belongs to one of the models. @param {State} state @returns {{name: FieldName, unit: import("../state/state.js").ChosenUnit|null}|null} */
  function wantedField({layers, unit}) {
    const name = FIELDS.find((one) => layers[one]);
    if (!name || (name === "unit" && unit?.model !== model.place)) return null;
    return {name, unit: name === "unit" ? unit : null};
  }

  /** @param {State} state @param {View} view */
  async function requestField(state, view) {
    const about = wantedField(state);
    if (!about) return;
    const key = `${about.name} ${JSON.stringify(about.unit)} ${view.scale} ${view.cx} ${view.cy} ${view.width} ${view.height}`;
    if (key === wanted.key) return;
    const mine = (wanted = {key});
    const found = await fieldOf(about, view, about.name).catch(() => null);
    if (wanted !== mine) return;
    if (found) field = found;
    else wanted = {key: ""}; // it was not to be had: the next frame asks again
    if (found) arrived();
  }

  /** Null when another is asked for on the channel before it is there. @param {NonNullable<ReturnType<typeof wantedField>>} about @param {View} view @param {string} channel @returns {Promise<Field|null>} */
  async function fieldOf({name, unit}, view, channel) {
    if (name === "unit") {
      const known = unit && await app.network.knows(unit, view, channel);
      return known && {name, ...known};
    }
    const grid = gridOver(view, FIELD_CELL);
    const values = await app.batches[model.place].fields(name, grid, channel);
    return values && {...grid, name, unit: "", values, ...rangeOf(values)};
  }

  /** A picture is drawn anew only when what it shows or the theme changed. @param {unknown[]} key @param {() => HTMLCanvasElement} draw */
  function pictureOf(key, draw) {
    const kept = pictures.find((picture) => sameItems(picture.key, key));
    if (kept) return kept.canvas;
    const canvas = draw();
    pictures.unshift({key, canvas});
    pictures.length = Math.min(pictures.length, 4);
    return canvas;
  }

  return {
    version: () => version,
    manifold: manifoldOf,
    /** What is there by now of the layers that are on. @param {State} state @returns {Shown} */
    shown: (state) => ({manifold: (state.layers.manifold && manifolds.get(manifoldKey(state))) || null, field: field && wantedField(state)?.name === field.name ? field : null}),
    /** All of the layers that are on, for a view that need not be on the screen; null where another is asked for before they are there.
     * @param {State} state @param {View} view @returns {Promise<Shown|null>} */
    async whole(state, view) {
      const about = wantedField(state);
      const [manifold, shaded] = await Promise.all([state.layers.manifold ? manifoldOf(state) : null, about ? fieldOf(about, view, "picture") : null]);
      return (state.layers.manifold && !manifold) || (about && !shaded) ? null : {manifold, field: shaded};
    },
    /** Starts what the layers that are on still lack. @param {State} state @param {View} view */
    request(state, view) {
      if (state.layers.manifold) manifoldOf(state);
      requestField(state, view);
    },
    /** @param {CanvasRenderingContext2D} context @param {View} view @param {Shown} shown @param {Theme} theme */
    paint(context, view, {manifold, field: shaded}, theme) {
      if (manifold) paintManifold(context, view, manifold, pictureOf([manifold, theme], () => manifoldPicture(manifold, theme)));
      if (!shaded) return;
      const picture = pictureOf([shaded, theme], () => fieldPicture(shaded, theme));
      const [left, top] = toPixel(view, shaded.low[0], shaded.high[1]);
      const [right, bottom] = toPixel(view, shaded.high[0], shaded.low[1]);
      context.imageSmoothingEnabled = true;
      context.drawImage(picture, left, top, right - left, bottom - top);
    },
  };
}

/** The square of latent space that the tiles divide: all the codes of the model, and the same on both axes.
 * @param {ExplorerModel} model @returns {[Latent, Latent]} */
export function tileRange({low, high}) {
  const half = Math.max(high[0] - low[0], high[1] - low[1]) / 2;
  const [cx, cy] = [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2];
  return [[cx - half, cy - half], [cx + half, cy + half]];
}

/** All tiles side by side, the highest z₂ at the top. @param {Manifold} manifold @param {Theme} theme */
export function manifoldPicture({size, values}, theme) {
  const side = sideOf(values, size ** 2);
  const canvas = make("canvas", {width: size * side, height: size * side});
  const context = contextOf(canvas);
  const image = context.createImageData(size * side, size * side);
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const corner = (size - 1 - row) * side * size * side + column * side;
      inkPixels(pixels, corner, size * side, values, theme.ink, side, (row * size + column) * side ** 2);
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Digits keep their shape: in cells that are no squares each is as large as it can be around the place that was decoded.
 * @param {CanvasRenderingContext2D} context @param {View} view @param {Pick<Manifold, "x"|"y"|"middles">} cells @param {HTMLCanvasElement} picture
 * @param {Uint8Array|null} [there] 0 for each cell, row by row from the lowest, of which the picture has nothing yet; null where it has all */
export function paintManifold(context, view, {x, y, middles}, picture, there = null) {
  const [columns, rows] = [x.length - 1, y.length - 1];
  const side = picture.width / columns;
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = there ? "low" : "medium"; // for the moment
  if (!middles) {
    const [left, top] = toPixel(view, x[0], y[rows]);
    const [right, bottom] = toPixel(view, x[columns], y[0]);
    context.drawImage(picture, left, top, right - left, bottom - top);
    return;
  }
  const [xs, ys] = middles;
  const [across, up] = [cellReaches(xs, x), cellReaches(ys, y)];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (there && !there[row * columns + column]) continue;
      const reach = Math.min(across[column], up[row]);
      const [left, top] = toPixel(view, xs[column] - reach, ys[row] + reach);
      const [right, bottom] = toPixel(view, xs[column] + reach, ys[row] - reach);
      if (right < 0 || bottom < 0 || left > view.width || top > view.height) continue;
      context.drawImage(picture, column * side, (rows - 1 - row) * side, side, side, left, top, right - left, bottom - top);
    }
  }
}

/** @param {Float32Array} values */
function rangeOf(values) {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return {least, most};
}

/** @param {Field} field @param {Theme} theme */
function fieldPicture({name, values, least, most, columns, rows}, theme) {
  const canvas = make("canvas", {width: columns, height: rows});
  const context = contextOf(canvas);
  const image = context.createImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const ramp = fieldRamp(name, theme.dark);
  values.forEach((value, i) => (pixels[i] = ramp[Math.round(rampShare(name, (value - least) / Math.max(1e-12, most - least)) * 255)]));
  context.putImageData(image, 0, 0);
  return canvas;
}
