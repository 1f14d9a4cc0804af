// @ts-check
// Where what stands on a picture of a map: the plot with its axes, and the key below it. No DOM.

import {fitView, toLatent} from "../base/geometry.js";

/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("./key.js").MapKey} MapKey */
/** @typedef {"screen"|"square"|"wide"} Shape */
/** @typedef {{width: number, height: number, ratio: number, size: number, left: number, bottom: number, view: View, key: MapKey}} Sheet in units of which each is
 *   `ratio` pixels; size of the text; left and bottom of the plot are the axes; the key is below them */

/** @typedef {{inSight: View, keyHeight: (view: View, size: number) => number}} Together what maps in one picture share: all that is in sight on any of them, so that they have one
 *   scale, and the room of the tallest key */

export const TOP = 8; // above the plot, and right of it

/** Pictures for slides; text has the same share of the height of each. @type {Record<"square"|"wide", {width: number, height: number, ratio: number, size: number}>} */
export const SLIDES = {square: {width: 800, height: 800, ratio: 2, size: 21}, wide: {width: 960, height: 540, ratio: 2, size: 14}};

/** The room of the axes, left of the plot and below it. @param {number} size of the text @returns {[number, number]} */
export function axesRoom(size) {
  return [Math.round(size * 3.2), Math.round(size * 3)];
}

const LETTERS = 26; // of a map's width that its text is at most as large as

/** All that is in sight on some maps. @param {View[]} views @returns {View} */
export function viewOfAll(views) {
  const [lows, highs] = [views.map((view) => toLatent(view, 0, view.height)), views.map((view) => toLatent(view, view.width, 0))];
  const [low, high] = [[0, 1].map((axis) => Math.min(...lows.map((one) => one[axis]))), [0, 1].map((axis) => Math.max(...highs.map((one) => one[axis])))];
  return fitView([low[0], low[1]], [high[0], high[1]], high[0] - low[0], high[1] - low[1]);
}

/** The view of another shape that holds all of a view, in the middle and as large as it can be. @param {View} view @param {number} width @param {number} height @returns {View} */
export function shapedView(view, width, height) {
  return fitView(toLatent(view, 0, view.height), toLatent(view, view.width, 0), width, height);
}

/** A picture of a slide's shape, or one of two halves of it. @param {"square"|"wide"} shape @param {View} inSight @param {(view: View, size: number) => MapKey} keyOf
 * @param {Together|null} [together] what it shares with the other half @returns {Sheet} */
export function slideSheet(shape, inSight, keyOf, together = null) {
  const {height, ratio} = SLIDES[shape];
  const width = SLIDES[shape].width / (together ? 2 : 1);
  const size = Math.round(Math.min(SLIDES[shape].size, width / LETTERS));
  const heightOf = together?.keyHeight ?? ((/** @type {View} */ view) => keyOf(view, size).height);
  const [left, bottom] = axesRoom(size);
  const viewAbove = (/** @type {number} */ room) => shapedView(together?.inSight ?? inSight, width - left - TOP, Math.floor(height - TOP - bottom - room));
  // The key has a line more where codes are out of sight or shown as pictures, and it depends on its room which are.
  let room = 0;
  for (let round = 0; round < 3; round++) room = Math.max(room, heightOf(viewAbove(room), size));
  const view = viewAbove(room);
  return {width, height, ratio, size, left, bottom, view, key: keyOf(view, size)};
}
