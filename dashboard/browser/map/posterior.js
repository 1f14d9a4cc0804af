// @ts-check
// Paints p(z|x): a heat map with the contours that hold 50 % and 95 % of its mass; and q over it, at true scale.

import {contourPieces} from "./layout/contours.js";
import {contextOf, make} from "../base/dom.js";
import {toPixel} from "../base/geometry.js";
import {paintPosterior} from "./marks.js";
import {fieldRamp} from "../base/palette.js";

/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("../exact/posterior_summary.js").Posterior} Posterior */
/** @typedef {{dark: boolean, canvas: HTMLCanvasElement, lines: number[][]}} Picture */

/** @type {WeakMap<Posterior, Picture>} */
const pictures = new WeakMap();

/** @param {CanvasRenderingContext2D} context @param {View} view @param {Theme} theme @param {Pick<import("../explore/posterior/probe.js").Truth, "picture"|"q">} truth */
export function paintTruth(context, view, theme, {picture: posterior, q}) {
  const {canvas, lines} = pictureOf(posterior, theme);
  const [left, top] = toPixel(view, posterior.grid.low[0], posterior.grid.high[1]);
  const [right, bottom] = toPixel(view, posterior.grid.high[0], posterior.grid.low[1]);
  context.imageSmoothingEnabled = true;
  context.drawImage(canvas, left, top, right - left, bottom - top);
  lines.forEach((pieces, outer) => {
    context.beginPath();
    for (let i = 0; i < pieces.length; i += 4) {
      context.moveTo(...toPixel(view, pieces[i], pieces[i + 1]));
      context.lineTo(...toPixel(view, pieces[i + 2], pieces[i + 3]));
    }
    context.strokeStyle = theme.truth;
    context.lineCap = "round"; // the pieces of a line are drawn one by one
    context.lineWidth = outer ? 1.25 : 2;
    context.stroke();
  });
  if (q) paintPosterior(context, view, theme, q.mu, q.std);
}

/** Nearly a logarithm, under which the flank of a peak is as straight between two pixels as contours take it to be; but 0 stays 0. @param {number} density */
const ease = (density) => density ** 0.1;

/** @param {Posterior} posterior @param {Theme} theme @returns {Picture} */
function pictureOf(posterior, theme) {
  const kept = pictures.get(posterior);
  if (kept?.dark === theme.dark) return kept;
  const {grid, density, contours} = posterior;
  const canvas = make("canvas", {width: grid.columns, height: grid.rows});
  const context = contextOf(canvas);
  const image = context.createImageData(grid.columns, grid.rows);
  const pixels = new Uint32Array(image.data.buffer);
  const ramp = fieldRamp("posterior", theme.dark);
  const highest = density.reduce((most, value) => Math.max(most, value), 1e-30);
  density.forEach((value, i) => (pixels[i] = ramp[Math.round(Math.sqrt(value / highest) * 255)]));
  context.putImageData(image, 0, 0);
  const eased = density.map(ease);
  const picture = {dark: theme.dark, canvas, lines: contours.map((level) => contourPieces(eased, grid, ease(level)))};
  pictures.set(posterior, picture);
  return picture;
}
