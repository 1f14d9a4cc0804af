// @ts-check
// What the colours of a shaded layer mean: its name and unit, the ramp, and the values at its ends and in its middle.

import {fieldRamp} from "../base/palette.js";

/** @typedef {import("./backdrop.js").FieldName} FieldName */
/** @typedef {import("./backdrop.js").Field} Field */
/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").View} View */

const BAR_WIDTH = 100;
const BAR_HEIGHT = 8;
const PLATE_EDGE = 6;

/** Where on the ramp a value lies that is this share of the way from the least to the most. Density falls off over orders
 * of magnitude; its square root keeps the outskirts in sight. @param {FieldName} name @param {number} share */
export function rampShare(name, share) {
  return name === "density" ? Math.sqrt(share) : share;
}

/** The values at the beginning, in the middle and at the end of the ramp. @param {Pick<Field, "name"|"least"|"most">} field */
export function rampValues({name, least, most}) {
  const middle = name === "density" ? 0.25 : 0.5;
  return [least, least + middle * (most - least), most];
}

/** @param {Pick<Field, "name"|"least"|"most">} field */
export function rampTexts(field) {
  return rampValues(field).map((value) => {
    // A trace of the largest value is nothing to the eye, and would be written in powers of ten.
    if (Math.abs(value) < Math.abs(field.most) / 1000) return "0";
    return String(Number(value.toPrecision(Math.abs(value) < 100 ? 2 : 3))).replace("-", "−");
  });
}

/** @param {Pick<Field, "name"|"unit">} field @param {string} units of the axes */
function scaleTitle({name, unit}, units) {
  return {unit: `Activation, ${unit}`, density: "Density per area", distance: `Distance, ${units}`, entropy: "Entropy, nats/image"}[name];
}

/** Where the scale lies: in the lower left corner. @param {CanvasRenderingContext2D} context @param {View} view @param {Theme} theme
 * @param {number} size of the text in pixels @param {Field} field @param {string} units */
export function scaleBox(context, view, theme, size, field, units) {
  const line = Math.round(size * 1.35);
  const tall = 2 * line + BAR_HEIGHT + PLATE_EDGE;
  const title = scaleTitle(field, units);
  context.font = `${size}px ${theme.font}`;
  const wide = Math.max(BAR_WIDTH, Math.ceil(context.measureText(title).width));
  return {x: PLATE_EDGE, y: view.height - tall - PLATE_EDGE, wide: wide + 2 * PLATE_EDGE, tall, line, title};
}

/** The scale in its place. @param {CanvasRenderingContext2D} context @param {View} view @param {Theme} theme
 * @param {number} size of the text in pixels @param {Field} field @param {string} units */
export function paintFieldScale(context, view, theme, size, field, units) {
  const {x, y, wide: plate, tall, line, title} = scaleBox(context, view, theme, size, field, units);
  const wide = plate - 2 * PLATE_EDGE;
  context.fillStyle = theme.halo;
  context.beginPath();
  context.roundRect(x, y, plate, tall, 4);
  context.fill();
  const [left, top] = [x + PLATE_EDGE, y + line];
  const ramp = fieldRamp(field.name, theme.dark);
  for (let column = 0; column < wide; column++) {
    const packed = ramp[Math.round(255 * column / (wide - 1))];
    context.fillStyle = `rgba(${packed & 255},${packed >> 8 & 255},${packed >> 16 & 255},${(packed >>> 24) / 255})`;
    context.fillRect(left + column, top, 1, BAR_HEIGHT);
  }
  context.strokeStyle = theme.muted;
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, top - 0.5, wide + 1, BAR_HEIGHT + 1);
  context.fillStyle = theme.text;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillText(title, left, y + line / 2);
  rampTexts(field).forEach((text, at) => {
    context.textAlign = /** @type {const} */ (["left", "center", "right"])[at];
    context.fillText(text, left + wide * at / 2, top + BAR_HEIGHT + PLATE_EDGE / 2 + line / 2);
  });
}
