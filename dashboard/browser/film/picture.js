// @ts-check
// All reels of a film at one instant on one canvas: a frame of a GIF or a video.

import {DIGIT_SIDE, inkPixels} from "../images/digit_view.js";
import {contextOf, make} from "../base/dom.js";
import {paintScene} from "./scene.js";
import {fitView} from "../base/geometry.js";
import {plusMinus} from "../words/numbers.js";

/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {NonNullable<ReturnType<import("./reel.js").ReelView["picture"]>>} ReelPicture */

const SIDE = 400; // of a map
const LEFT = 40;
const TOP = 38;
const BOTTOM = 46;
const DIGIT = 196;
const MARGIN = 18;
const WIDTH = LEFT + SIDE + MARGIN + DIGIT + MARGIN;
const TEXT = 13;

/** A canvas for so many reels. @param {number} reels */
export function createFilmCanvas(reels) {
  return contextOf(make("canvas", {width: reels * WIDTH + MARGIN, height: TOP + SIDE + BOTTOM}), {willReadFrequently: true});
}

/** @param {CanvasRenderingContext2D} context @param {ReelPicture[]} pictures @param {Theme} theme */
export function paintFilm(context, pictures, theme) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, context.canvas.width, context.canvas.height);
  pictures.forEach((picture, i) => {
    context.setTransform(1, 0, 0, 1, MARGIN / 2 + i * WIDTH, 0);
    paintReel(context, picture, theme);
  });
}

/** @param {CanvasRenderingContext2D} context @param {ReelPicture} picture @param {Theme} theme */
function paintReel(context, {title, kind, sample, frame, scene, range, digit}, theme) {
  const line = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ font, /** @type {string} */ colour) => {
    context.font = `${font} ${theme.font}`;
    context.fillStyle = colour;
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
    context.fillText(text, x, y);
    return context.measureText(text).width;
  };
  const wide = line(title, LEFT, 24, "600 16px", theme.text);
  line(kind, LEFT + wide + 10, 24, "13px", theme.muted);
  const across = LEFT + SIDE + MARGIN;
  const small = contextOf(make("canvas", {width: DIGIT_SIDE, height: DIGIT_SIDE}));
  const image = small.createImageData(DIGIT_SIDE, DIGIT_SIDE);
  inkPixels(new Uint32Array(image.data.buffer), 0, DIGIT_SIDE, digit, theme.ink);
  small.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small.canvas, across, TOP, DIGIT, DIGIT);
  context.strokeStyle = theme.line;
  context.strokeRect(across + 0.5, TOP + 0.5, DIGIT - 1, DIGIT - 1);
  line(`step ${frame.step.toLocaleString("en")}`, across, TOP + DIGIT + 34, "650 22px", theme.text);
  termLines(frame).forEach((text, i) => line(text, across, TOP + DIGIT + 62 + 21 * i, i ? "600 15px" : "13px", i ? theme.text : theme.muted));
  line(sample, across, TOP + SIDE - 4, "13px", theme.muted);
  context.save();
  context.translate(LEFT, TOP);
  paintScene({context, view: fitView(range.low, range.high, SIDE, SIDE), theme, size: TEXT, ratio: 1}, scene);
  context.restore();
}

/** The numbers of an instant, and where they come from. @param {import("./frame.js").Frame} frame */
function termLines({heldOut, training}) {
  const terms = heldOut ?? training;
  if (!terms) return [];
  /** @type {[string, number|undefined, number|undefined][]} */
  const numbers = [["nll", terms.nll, terms.nll_se], ["KL", terms.kl, terms.kl_se], ["ELBO", terms.elbo, terms.elbo_se]];
  return [`${heldOut ? "held out" : "training"}, step ${terms.step.toLocaleString("en")}, nats/image`,
    ...numbers.flatMap(([name, value, error]) => value === undefined ? [] : `${name} ${plusMinus(value, error, 1)}`)];
}
