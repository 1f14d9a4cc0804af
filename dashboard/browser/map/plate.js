// @ts-check
// The manifold as a plate: tiles of equal size side by side with axes, whose numbers stand where the tiles were decoded, at equal steps or not.

import {contextOf, make} from "../base/dom.js";
import {axisTicks} from "../base/geometry.js";
import {sideOf} from "../images/digit_view.js";
import {manifoldPicture} from "./backdrop.js";
import {tickText} from "./marks.js";
import {axesRoom} from "./sheet.js";

/** @typedef {import("./backdrop.js").Manifold} Manifold */

const LEAST_SIDE = 1000; // pixels, each of the network's as a square
const TEXT = 1 / 44; // of a side
const TICKS = 10; // along a side, at most

/** Every pixel as a square. @param {HTMLCanvasElement} picture @param {number} zoom */
export function enlarged(picture, zoom) {
  const large = contextOf(make("canvas", {width: picture.width * zoom, height: picture.height * zoom}));
  large.imageSmoothingEnabled = false;
  large.drawImage(picture, 0, 0, picture.width * zoom, picture.height * zoom);
  return large.canvas;
}

/** Where the columns and the rows of a manifold were decoded, lowest first. @param {Pick<Manifold, "x"|"y"|"middles">} manifold @returns {[number[], number[]]} */
export function decodedAt({x, y, middles}) {
  return middles ?? [between(x), between(y)];
}

/** @param {number[]} edges */
function between(edges) {
  return edges.slice(1).map((edge, i) => (edge + edges[i]) / 2);
}

/** How many tiles a place lies from the beginning of a row of them: straight from the middle of each to that of the next.
 * @param {number[]} middles two at least, lowest first @param {number} z */
export function tilesTo(middles, z) {
  const after = middles.findIndex((middle) => middle >= z);
  const at = Math.max(1, after < 0 ? middles.length - 1 : after);
  return at - 0.5 + (z - middles[at - 1]) / (middles[at] - middles[at - 1]);
}

/** The manifold of the layer, large enough for a slide, with axes. @param {Manifold} manifold @param {import("../base/palette.js").Theme} theme
 * @param {Pick<import("../model/explorer_model.js").ExplorerModel, "units"|"axes">} model */
export function platePicture(manifold, theme, {units, axes}) {
  const pixels = sideOf(manifold.values, manifold.size ** 2);
  const zoom = Math.ceil(LEAST_SIDE / (manifold.size * pixels));
  const tile = zoom * pixels;
  const side = manifold.size * tile;
  const size = Math.round(side * TEXT);
  const [left, bottom] = axesRoom(size);
  const edge = Math.round(size / 2);
  const context = contextOf(make("canvas", {width: left + side + edge, height: edge + side + bottom}));
  context.fillStyle = theme.background;
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  context.translate(left, edge);
  context.drawImage(enlarged(manifoldPicture(manifold, theme), zoom), 0, 0);
  context.strokeStyle = theme.line;
  context.lineWidth = 2;
  context.strokeRect(-1, -1, side + 2, side + 2);
  context.font = `${size}px ${theme.font}`;
  context.fillStyle = context.strokeStyle = theme.muted;
  const [across, up] = decodedAt(manifold).map((middles) => ticksAlong(middles).map((z) => ({text: tickText(z), at: tilesTo(middles, z) * tile})));
  Object.assign(context, {textAlign: "center", textBaseline: "top"});
  for (const {text, at} of across) {
    tick(context, at, side, at, side + edge / 2);
    context.fillText(text, at, side + edge * 0.7);
  }
  context.fillText(`${axes[0]}, ${units}`, side / 2, side + edge + 1.3 * size);
  Object.assign(context, {textAlign: "right", textBaseline: "middle"});
  for (const {text, at} of up) {
    tick(context, 0, side - at, -edge / 2, side - at);
    context.fillText(text, -edge * 0.8, side - at, left - 1.2 * size);
  }
  context.textAlign = "left";
  context.fillText(axes[1], 4 - left, size / 2);
  return context.canvas;
}

/** Round numbers on the tiles. @param {number[]} middles @returns {number[]} */
export function ticksAlong(middles) {
  const [first, last] = [middles[0], middles[middles.length - 1]];
  const {x} = axisTicks({scale: 1 / (last - first), cx: (first + last) / 2, cy: 0, width: 1, height: 1}, 1 / TICKS);
  return x;
}

/** @param {CanvasRenderingContext2D} context @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
function tick(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}
