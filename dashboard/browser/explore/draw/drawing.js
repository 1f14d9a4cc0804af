// @ts-check
// A drawing as strokes, as pixels, and as what MNIST would have made of it.

import {bernoulliPixels, centreAsMnist, observeGrey} from "../../images/digits.js";
import {sideOf} from "../../images/digit_view.js";
import {contextOf, make} from "../../base/dom.js";

/** @typedef {import("../../state/state.js").Stroke} Stroke */

const RASTER = 196;
const UNITS = 28; // of a pad, in which its pen is measured: a pixel of MNIST's
const DOT_LENGTH = 0.01; // pixels
/** Fixed, so that a pixel of the drawing does not flicker while another is drawn. */
const DRAW_SEED = 0;

/** Draws strokes on a square of `size` pixels. @param {CanvasRenderingContext2D} context @param {readonly Stroke[]} strokes @param {number} size @param {string} colour */
export function paintStrokes(context, strokes, size, colour) {
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = colour;
  for (const {width, points} of strokes) {
    context.lineWidth = width * size / UNITS;
    context.beginPath();
    context.moveTo(points[0] * size, points[1] * size);
    for (let i = 2; i < points.length; i += 2) context.lineTo(points[i] * size, points[i + 1] * size);
    // A dot is a line of hardly any length, which round caps make visible.
    if (points.length === 2) context.lineTo(points[0] * size + DOT_LENGTH, points[1] * size);
    context.stroke();
  }
}

/** Shows the greys of a square image on a square of `size` pixels as ink of one colour. @param {CanvasRenderingContext2D} context @param {Uint8Array} grey @param {number} size @param {string} colour */
export function paintGrey(context, grey, size, colour) {
  const side = sideOf(grey);
  const pixel = size / side;
  context.fillStyle = colour;
  grey.forEach((value, i) => {
    // To whole pixels, so that no seam is left between neighbours.
    const [left, top] = [Math.round(i % side * pixel), Math.round(Math.floor(i / side) * pixel)];
    const [right, bottom] = [Math.round((i % side + 1) * pixel), Math.round((Math.floor(i / side) + 1) * pixel)];
    context.globalAlpha = value / 255;
    context.fillRect(left, top, right - left, bottom - top);
  });
  context.globalAlpha = 1;
}

/** Turns strokes into side² grey pixels centred as MNIST does. @param {number} side */
export function createRaster(side) {
  const context = contextOf(make("canvas", {width: RASTER, height: RASTER}), {willReadFrequently: true});
  return (/** @type {readonly Stroke[]} */ strokes) => {
    context.fillStyle = "#000";
    context.fillRect(0, 0, RASTER, RASTER);
    paintStrokes(context, strokes, RASTER, "#fff");
    const {data} = context.getImageData(0, 0, RASTER, RASTER);
    const grey = new Uint8ClampedArray(RASTER * RASTER);
    for (let i = 0; i < grey.length; i++) grey[i] = data[4 * i];
    return centreAsMnist(grey, RASTER, RASTER, side);
  };
}

/** A drawing that was made for another model, in as many pixels as this one's images have. @param {Uint8Array} grey @param {number} side */
export function fitted(grey, side) {
  return sideOf(grey) === side ? grey : centreAsMnist(grey, sideOf(grey), sideOf(grey), side);
}

/** What an encoder is given, as it learned: pixels that are on or off, drawn with the grey as probability, or the grey itself.
 * @param {Uint8Array} grey @param {string} protocol */
export function seenPixels(grey, protocol) {
  const x = observeGrey(grey, protocol);
  return protocol === "dynamic" ? bernoulliPixels(x, DRAW_SEED) : x;
}
