// @ts-check
// The codes of images that do not travel with a bundle: small dots under the others, up to a million of them, painted a slice of time at a time.

import {contextOf, make} from "../base/dom.js";
import {toPixel} from "../base/geometry.js";
import {classColour} from "../base/palette.js";
import {sameItems} from "../base/same_items.js";
import {runJob, toItsEnd} from "../base/slices.js";
import {classesOf} from "../words/classes.js";
import {createDotSheet} from "./layout/dot_raster.js";
import {FADED, sheetsOf, smallRadius, smallStamps, UNDER_MARKS} from "./points.js";

/** @typedef {import("./points.js").Layer} Layer */
/** @typedef {import("./layout/dot_raster.js").Buffers} Buffers */
/** @typedef {import("../state/state.js").View} View */

const AT_ONCE = 10_000; // codes between pauses

/** They are painted once the map rests; until then their last picture is moved with it. @param {import("../model/explorer_model.js").ExplorerModel} model @param {() => void} invalidate */
export function createRest(model, invalidate) {
  let [shown, spare] = [contextOf(make("canvas")), contextOf(make("canvas"))];
  /** @type {Buffers} */
  const buffers = {sheet: null, image: null};
  /** @type {View|null} what the picture shows */
  let view = null;
  /** @type {unknown[]} */
  let asked = [];
  let version = 0;

  /** @param {Layer} layer @param {boolean} byClass @param {unknown[]} key */
  async function paintAnew(layer, byClass, key) {
    asked = key;
    const job = paintingRest({...layer, context: spare}, byClass, buffers);
    if (!(await runJob(job, () => asked === key))) return;
    [shown, spare, view] = [spare, shown, layer.view];
    version++;
    invalidate();
  }

  return {
    version: () => version,
    /** Asks for another picture where this one is no longer right. @param {Layer} layer @param {boolean} byClass whether codes have the colours of their classes */
    refresh(layer, byClass) {
      const {view: {scale, cx, cy, width, height}, state: {layers, classes, focus, lit}, marks, theme, ratio} = layer;
      const key = [byClass, layers, classes, focus, lit, !marks, theme, ratio, scale, cx, cy, width, height];
      if (!sameItems(key, asked)) void paintAnew(layer, byClass, key);
    },
    /** @param {CanvasRenderingContext2D} context @param {View} inSight @param {number} ratio */
    paint(context, inSight, ratio) {
      if (view) paintMoved(context, shown.canvas, view, inSight, ratio);
    },
  };
}

/** All of them at once, for a picture. @param {Layer} layer @param {boolean} byClass */
export function paintRest(layer, byClass) {
  const own = contextOf(make("canvas"));
  toItsEnd(paintingRest({...layer, context: own}, byClass, {sheet: null, image: null}));
  layer.context.drawImage(own.canvas, 0, 0, layer.view.width, layer.view.height);
}

/** A picture of one view where it belongs in another. @param {CanvasRenderingContext2D} context @param {HTMLCanvasElement} canvas @param {View} from @param {View} to @param {number} ratio */
export function paintMoved(context, canvas, from, to, ratio) {
  const zoom = to.scale / from.scale;
  const x = to.width / 2 + (from.cx - to.cx) * to.scale - zoom * from.width / 2;
  const y = to.height / 2 - (from.cy - to.cy) * to.scale - zoom * from.height / 2;
  context.drawImage(canvas, x, y, canvas.width / ratio * zoom, canvas.height / ratio * zoom);
}

/** Fills the canvas of a layer. A job that is true once it is done. @param {Layer} layer @param {boolean} byClass @param {Buffers} buffers @returns {Generator<void, boolean, void>} */
function* paintingRest(layer, byClass, buffers) {
  const {context, view, ratio, theme, state, model, marks} = layer;
  const {rest} = model.bundle;
  const [width, height] = [Math.ceil(view.width * ratio), Math.ceil(view.height * ratio)];
  Object.assign(context.canvas, {width, height}); // wipes it
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (!rest) return true;
  const {codes, labels} = rest;
  const radius = smallRadius(view, model) * ratio;
  const stamps = classesOf(model.bundle).map((_, label) => smallStamps(byClass ? classColour(label) : theme.muted, radius));
  const scale = view.scale * ratio;
  const [left, top] = toPixel(view, 0, 0).map((value) => value * ratio);
  for (const {shown, strength} of sheetsOf({...layer, marks: null})) {
    const sheet = createDotSheet(width, height, buffers);
    for (let i = 0; i < labels.length; i++) {
      if (i % AT_ONCE === AT_ONCE - 1) yield;
      if (shown(labels[i], i)) sheet.add(stamps[labels[i]], left + codes[2 * i] * scale, top - codes[2 * i + 1] * scale);
    }
    // Those that cannot be selected fade beside those that are.
    sheet.layOver(context, ratio, marks ? FADED : strength * (state.layers.glyphs ? UNDER_MARKS : 1));
  }
  return true;
}
