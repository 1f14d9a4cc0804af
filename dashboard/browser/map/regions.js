// @ts-check
// Paints what a hand drew on a map to select images: outlines, dashed where what is inside leaves the selection.

import {toPixel} from "../base/geometry.js";

/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").Shape} Shape */
/** @typedef {import("../state/state.js").View} View */

/** @param {CanvasRenderingContext2D} context @param {View} view @param {Theme} theme @param {readonly Shape[]} shapes of this map */
export function paintRegions(context, view, theme, shapes) {
  for (const {take, corners} of shapes) {
    context.beginPath();
    for (let c = 0; c < corners.length; c += 2) context.lineTo(...toPixel(view, corners[c], corners[c + 1]));
    context.closePath();
    context.setLineDash([]);
    context.lineWidth = 4;
    context.strokeStyle = theme.halo;
    context.stroke();
    context.setLineDash(take ? [5, 4] : []);
    context.lineWidth = 2;
    context.strokeStyle = theme.accent;
    context.stroke();
    context.setLineDash([]);
  }
}
