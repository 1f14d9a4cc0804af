// @ts-check
// The scale of the colours that codes have by a number of theirs, and on it the number of one image.

import {worthColours} from "../base/palette.js";
import {endTexts, shareOf, worthHeading, worthText} from "../words/worths.js";
import {paintScale} from "./field_scale.js";

/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("../words/worths.js").Worth} Worth */

const POINTER = 5; // pixels

/** @param {CanvasRenderingContext2D} context @param {View} view @param {Theme} theme @param {number} size of the text @param {Worth} worth
 * @param {number} lift above the corner, pixels @returns {import("./field_scale.js").Bar} */
export function paintWorthScale(context, view, theme, size, {name, shares, scale, why}, lift) {
  const colours = worthColours(theme.dark);
  const shown = shares && scale;
  return paintScale(context, view, theme, size, {
    title: worthHeading(name),
    colourAt: shown ? (share) => colours[Math.round(share * (colours.length - 1))] : null,
    texts: shown ? endTexts(scale) : [why],
    beside: shown ? `  ${endTexts(scale).sort((one, other) => other.length - one.length)[0]}` : "",
  }, lift);
}

/** The scale once more, with the number of an image between its ends. @param {CanvasRenderingContext2D} context @param {View} view @param {Theme} theme @param {number} size
 * @param {Worth} worth @param {number} lift @param {number} index of the image */
export function paintWorthOf(context, view, theme, size, worth, lift, index) {
  const {values, scale} = worth;
  if (!values || !scale) return;
  const {left, top, wide, tall} = paintWorthScale(context, view, theme, size, worth, lift);
  const at = left + shareOf(values[index], scale) * (wide - 1);
  context.beginPath();
  context.moveTo(at, top + tall - 1);
  context.lineTo(at - POINTER, top - POINTER + 1);
  context.lineTo(at + POINTER, top - POINTER + 1);
  context.closePath();
  context.strokeStyle = theme.background;
  context.lineWidth = 2;
  context.stroke();
  context.fillStyle = theme.text;
  context.fill();
  const text = worthText(values[index], scale);
  context.font = `700 ${size}px ${theme.font}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillText(text, left + wide, top - Math.round(size * 1.35) / 2);
}
