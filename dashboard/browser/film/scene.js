// @ts-check
// One latent space at one instant, painted on any canvas: on the page's, and on the pictures of a GIF or a video.

import {toPixel} from "../base/geometry.js";
import {paintManifold} from "../map/backdrop.js";
import {paintAxes, paintGrid, paintPosterior, paintRing} from "../map/marks.js";
import {paintPoints} from "../map/points.js";
import {initialState} from "../state/state.js";
import {areMany} from "../words/classes.js";

/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("../map/backdrop.js").Manifold} Manifold */
/** @typedef {{context: CanvasRenderingContext2D, view: View, theme: Theme, size: number, ratio: number}} Sheet the origin of the context is
 *   the plot's upper left corner; size of text in pixels */
/**
 * @typedef {object} Scene
 * @property {"vae"|"ae"} kind
 * @property {Float32Array} codes
 * @property {Uint8Array} labels
 * @property {import("../model/bundle.js").Splits} splits
 * @property {import("../words/classes.js").ClassNames} names of the classes
 * @property {{manifold: Manifold, picture: HTMLCanvasElement}|null} decoded
 * @property {import("../state/classes.js").Classes} classes that are shown
 * @property {number|null} focus the class that stands out
 */
/** @typedef {{index: number, label: number, mark: string, code: Latent, std: Latent|null, trail: Latent[]}} Followed one image on its way, and what marks its class */

const PLAIN = initialState(1);
/** A film shows fewer points than Explore, so each is painted as if one had come so many times closer. */
const CLOSER = 3;

/** Grid, manifold, points, prior and axes. @param {Sheet} sheet @param {Scene} scene */
export function paintScene({context, view, theme, size, ratio}, {kind, codes, labels, splits, names, decoded, classes, focus}) {
  context.save();
  context.beginPath();
  context.rect(0, 0, view.width, view.height);
  context.clip();
  paintGrid(context, view, theme, size);
  if (decoded) paintManifold(context, view, decoded.manifold, decoded.picture);
  const half = [view.width / 2 / view.scale * CLOSER, view.height / 2 / view.scale * CLOSER];
  const model = {low: [view.cx - half[0], view.cy - half[1]], high: [view.cx + half[0], view.cy + half[1]], bundle: {header: {classes: names}, points: {codes, labels, splits}}};
  const state = {...PLAIN, layers: {...PLAIN.layers, glyphs: areMany(names), manifold: decoded !== null}, classes, focus};
  paintPoints({context, view, ratio, theme, state, model: /** @type {any} */ (model)});
  if (kind === "vae") paintPriorRings({context, view, theme, size, ratio});
  context.restore();
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.strokeRect(-0.5, -0.5, view.width + 1, view.height + 1);
  paintAxes(context, view, theme, size, kind === "vae" ? "z₁, prior sd" : "z₁, code units");
}

/** N(0, I) at 1, 2 and 3 standard deviations; thin, for the points are what moves. @param {Sheet} sheet */
function paintPriorRings({context, view, theme, size}) {
  const [x, y] = toPixel(view, 0, 0);
  context.font = `600 ${size - 1}px ${theme.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const sigma of [1, 2, 3]) {
    for (const [width, colour] of /** @type {[number, string][]} */ ([[3, theme.halo], [1.2, theme.text]])) {
      context.beginPath();
      context.arc(x, y, sigma * view.scale, 0, 2 * Math.PI);
      [context.lineWidth, context.strokeStyle] = [width, colour];
      context.stroke();
    }
    // Down to the right, where a ring leaves room for a word.
    const [across, down] = [x + sigma * view.scale * Math.SQRT1_2, y + sigma * view.scale * Math.SQRT1_2];
    context.fillStyle = theme.halo;
    context.beginPath();
    context.roundRect(across - size, down - size * 0.7, 2 * size, size * 1.4, 4);
    context.fill();
    context.fillStyle = theme.text;
    context.fillText(`${sigma}σ`, across, down);
  }
}

/** The image that is followed: where it came from, where it is, and q(z|x) at true scale. @param {Sheet} sheet @param {Followed} followed */
export function paintFollowed({context, view, theme}, {label, mark, code, std, trail}) {
  context.lineJoin = "round";
  for (const [width, colour] of /** @type {[number, string][]} */ ([[4, theme.halo], [1.5, theme.text]])) {
    context.beginPath();
    for (const [z1, z2] of trail) context.lineTo(...toPixel(view, z1, z2));
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.stroke();
  }
  if (std) paintPosterior(context, view, theme, code, std);
  paintRing(context, view, theme, code, label, true, mark);
}
