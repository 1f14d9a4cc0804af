// @ts-check
// A square of the page with axes, through which one sees a part of a latent space: what stands still on one canvas, the marks on another
// above it, so that a move repaints only the marks.

import {contextOf, make} from "../base/dom.js";
import {sameItems} from "../base/same_items.js";
import {TOP} from "./sheet.js";

/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {{left: number, bottom: number, width: number, height: number, ratio: number, size: number}} Room of the axes and of the plot; pixels of a canvas for one of the page;
 *   size of the text */
/** @typedef {ReturnType<typeof createSquare>} Square */

/** @param {string} name of its canvas @param {import("../base/dom.js").Attributes} attributes of the plot */
export function createSquare(name, attributes) {
  const base = make("canvas", {class: name, "aria-hidden": "true"});
  const marks = make("canvas", {class: "lx-map-marks", "aria-hidden": "true"});
  const plot = make("div", {class: "lx-plot", tabindex: "0", role: "application", ...attributes});
  const element = make("div", {class: "lx-map"}, base, marks, plot);
  const layers = [base, marks].map((canvas) => ({context: contextOf(canvas), key: /** @type {unknown[]} */ ([])}));
  /** @type {Room} */
  let room = {left: 0, bottom: 0, width: 1, height: 1, ratio: 1, size: 13};

  return {
    element, plot,
    room: () => room,
    /** Whether the page shows it. */
    seen: () => element.offsetParent !== null,
    /** @param {Room} given */
    fit(given) {
      room = given;
      const {left, bottom, width, height, ratio} = room;
      const [wide, tall] = [left + width + TOP, TOP + height + bottom];
      Object.assign(element.style, {width: `${wide}px`, height: `${tall}px`});
      element.style.setProperty("--lx-left", `${left}px`);
      Object.assign(plot.style, {left: `${left}px`, top: `${TOP}px`, width: `${width}px`, height: `${height}px`});
      for (const layer of layers) {
        Object.assign(layer.context.canvas, {width: Math.round(wide * ratio), height: Math.round(tall * ratio)});
        layer.key = [];
      }
    },
    /** Paints what stands still, or the marks, where it was last painted from something else. @param {0|1} layer @param {unknown[]} key @param {(context: Context) => void} paint
     * from the upper left corner of the plot */
    paint(layer, key, paint) {
      const {context, key: painted} = layers[layer];
      if (sameItems(key, painted)) return;
      layers[layer].key = key;
      context.setTransform(room.ratio, 0, 0, room.ratio, 0, 0);
      context.clearRect(0, 0, context.canvas.width, context.canvas.height);
      context.translate(room.left, TOP);
      paint(context);
    },
  };
}
