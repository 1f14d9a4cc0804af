// @ts-check
// The scale of the colours that codes have by a number of theirs, and on it the number of one image.

import {worthColours} from "../base/palette.js";
import {absentText, endTexts, NOT_GIVEN, shareOf, valueText, worthHeading} from "../words/worths.js";
import {paintScale} from "./field_scale.js";

/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("../words/worths.js").Worth} Worth */

const POINTER = 5; // pixels
const [LONGEST_TITLE, LONGEST_BESIDE, LONGEST_WORD] = [26, 16, 18]; // characters; the second beside what is grey

/** @param {string} text @param {number} most characters */
const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** The longest of what may be said of an image beside the title. @param {Worth} worth */
function longestValue({words, scale, absent}) {
  const texts = [...(words ?? (scale ? endTexts(scale) : [])), ...(absent ? [NOT_GIVEN] : [])].map((text) => cut(text, LONGEST_WORD));
  return texts.sort((one, other) => other.length - one.length)[0] ?? "";
}

/** What stands below the title where there is no ramp. @param {Worth} worth */
function besidesOf({words, absent, why}) {
  return words ? [`${words.length} ${words.length === 1 ? "value" : "values"}`, absentText(absent)].filter(Boolean).join(", ") : why;
}

/** What the scale of a worth shows. @param {Worth} worth @param {Theme} theme @returns {import("./field_scale.js").Ramp} */
export function worthRamp(worth, {dark}) {
  const {name, shares, scale, absent} = worth;
  const colours = worthColours(dark);
  const shown = shares && scale;
  return {
    title: shown && absent ? `${cut(worthHeading(name), LONGEST_BESIDE)}, grey: ${absentText(absent)}` : cut(worthHeading(name), LONGEST_TITLE),
    colourAt: shown ? (share) => colours[Math.round(share * (colours.length - 1))] : null,
    texts: shown ? endTexts(scale) : [besidesOf(worth)],
    beside: shown || worth.words ? `  ${longestValue(worth)}` : "",
  };
}

/** The scale once more, with the number of an image between its ends. @param {CanvasRenderingContext2D} context @param {View} view @param {Theme} theme @param {number} size
 * @param {Worth} worth @param {number} lift @param {number} index of the image */
export function paintWorthOf(context, view, theme, size, worth, lift, index) {
  const {values, scale, words} = worth;
  if (!values || !(scale || words)) return;
  const {left, top, wide, tall} = paintScale(context, view, theme, size, worthRamp(worth, theme), lift);
  if (scale && !Number.isNaN(values[index])) paintPointer(context, theme, left + shareOf(values[index], scale) * (wide - 1), top + tall - 1, top - POINTER + 1);
  context.fillStyle = theme.text;
  context.font = `700 ${size}px ${theme.font}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillText(cut(valueText(worth, index), LONGEST_WORD), left + wide, top - Math.round(size * 1.35) / 2);
}

/** Where on the ramp a number is. @param {CanvasRenderingContext2D} context @param {Theme} theme @param {number} at @param {number} foot @param {number} head */
function paintPointer(context, theme, at, foot, head) {
  context.beginPath();
  context.moveTo(at, foot);
  context.lineTo(at - POINTER, head);
  context.lineTo(at + POINTER, head);
  context.closePath();
  context.strokeStyle = theme.background;
  context.lineWidth = 2;
  context.stroke();
  context.fillStyle = theme.text;
  context.fill();
}
