// @ts-check
// All reels of a film at one instant on one canvas with all that a slide needs: a frame of a GIF or a video.

import {inkPixels, sideOf} from "../images/digit_view.js";
import {contextOf, make} from "../base/dom.js";
import {paintScene} from "./scene.js";
import {paintTurns} from "./turns.js";
import {fitView} from "../base/geometry.js";
import {keyOf, paintKey} from "../map/key.js";
import {showsClass} from "../state/classes.js";
import {plusMinus} from "../words/numbers.js";
import {areMany} from "../words/classes.js";
import {ofShown, splitsKey} from "../words/splits.js";

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
const SLIDE = {width: 1280, height: 720}; // pixels, which the frames fill at least one way
const LEAST_RATIO = 1.2; // of its pixels to these units: text as small as theirs is not read from a back row

/** How many pixels a unit has on frames of so many units. @param {number} width @param {number} height */
export function filmRatio(width, height) {
  return Math.max(LEAST_RATIO, Math.min(SLIDE.width / width, SLIDE.height / height));
}

/** A canvas for a film, and what paints instants of it there. @param {ReelPicture[]} first any instant: legend and axes are the same in all @param {Theme} theme */
export function createFilmPainter(first, theme) {
  const ruler = contextOf(make("canvas"));
  ruler.font = `${TEXT}px ${theme.font}`;
  const keys = first.map(({names, splits, scene: {classes, labels}}) => {
    const isShown = (/** @type {number} */ label) => showsClass({classes}, label);
    const marks = splitsKey(ofShown(splits, (index) => isShown(labels[index])), null, "", !areMany(names));
    return keyOf(marks ? [marks] : [], names, isShown, WIDTH - LEFT - MARGIN, TEXT, (text) => ruler.measureText(text).width);
  });
  const [width, height] = [first.length * WIDTH + MARGIN, TOP + SIDE + BOTTOM + Math.max(...keys.map((key) => key.height)) + MARGIN / 2];
  const ratio = filmRatio(width, height);
  const context = contextOf(make("canvas", {width: Math.round(width * ratio), height: Math.round(height * ratio)}), {willReadFrequently: true});
  return {
    context,
    /** @param {ReelPicture[]} pictures */
    paint(pictures) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = theme.background;
      context.fillRect(0, 0, context.canvas.width, context.canvas.height);
      pictures.forEach((picture, i) => {
        context.setTransform(ratio, 0, 0, ratio, (MARGIN / 2 + i * WIDTH) * ratio, 0);
        paintReel(context, picture, theme, ratio);
        context.translate(LEFT, TOP + SIDE + BOTTOM);
        context.font = `${TEXT}px ${theme.font}`;
        paintKey(context, keys[i], theme);
      });
    },
  };
}

/** @param {CanvasRenderingContext2D} context @param {ReelPicture} picture @param {Theme} theme @param {number} ratio */
function paintReel(context, {title, kind, sample, frame, scene, range, digit, turns, last}, theme, ratio) {
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
  const side = sideOf(digit);
  const small = contextOf(make("canvas", {width: side, height: side}));
  const image = small.createImageData(side, side);
  inkPixels(new Uint32Array(image.data.buffer), 0, side, digit, theme.ink, side);
  small.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small.canvas, across, TOP, DIGIT, DIGIT);
  context.strokeStyle = theme.line;
  context.strokeRect(across + 0.5, TOP + 0.5, DIGIT - 1, DIGIT - 1);
  line(`step ${frame.step.toLocaleString("en")}`, across, TOP + DIGIT + 34, "650 22px", theme.text);
  termLines(frame).forEach((text, i) => line(text, across, TOP + DIGIT + 62 + 21 * i, i ? "600 15px" : "13px", i ? theme.text : theme.muted));
  paintTurns(context, {left: across, top: TOP + SIDE + BOTTOM - 16, width: DIGIT, turns, step: frame.step, last, theme});
  line(sample, across, TOP + SIDE - 4, "13px", theme.muted);
  context.save();
  context.translate(LEFT, TOP);
  paintScene({context, view: fitView(range.low, range.high, SIDE, SIDE), theme, size: TEXT, ratio}, scene);
  context.restore();
  line("z₂", 12, TOP + TEXT, `${TEXT}px`, theme.muted);
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
