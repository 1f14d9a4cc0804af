// @ts-check
// The codes of the test images under the marks of a live view, and the prior's circles.

import {contextOf, make} from "./dom.js";
import {paintPrior} from "./map_marks.js";
import {paintPoints} from "./map_points.js";
import {initialState} from "./state.js";

/** @typedef {import("./lesson_map.js").Painter} Painter */
/** @typedef {import("./explorer_model.js").ExplorerModel} ExplorerModel */

/** @param {Painter} painter @param {ExplorerModel} model @param {number} [strength] 0…1 */
export function paintCodes({context, view, theme, ratio}, model, strength = 1) {
  // The points are painted at a strength of their own, so a fainter cloud needs a sheet of its own.
  const sheet = contextOf(make("canvas", {width: Math.ceil(view.width * ratio), height: Math.ceil(view.height * ratio)}));
  sheet.setTransform(ratio, 0, 0, ratio, 0, 0);
  paintPoints({context: sheet, view, ratio, theme, model, state: initialState(1)});
  context.globalAlpha = strength;
  context.drawImage(sheet.canvas, 0, 0, sheet.canvas.width / ratio, sheet.canvas.height / ratio);
  context.globalAlpha = 1;
}

/** @param {Painter} painter @param {ExplorerModel} model */
export function paintPriorCircles({context, view, theme, size}, model) {
  paintPrior(context, view, theme, model, size - 1);
}
