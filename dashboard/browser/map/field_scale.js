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

/** @typedef {{title: string, colourAt: ((share: number) => string)|null, texts: string[], beside?: string}} Ramp from the colour at 0 to that at 1, and the numbers that stand along it, or without colours a text
 *   below the title; beside: the longest text that may come to stand right of the title */

/** @typedef {{left: number, top: number, wide: number, tall: number, right: number}} Bar where the colours of a scale are, and the end of its plate */

/** What a shaded layer's scale shows. @param {Field} field @param {Theme} theme @param {string} units of the axes @returns {Ramp} */
export function rampOf(field, theme, units) {
  const ramp = fieldRamp(field.name, theme.dark);
  const colourAt = (/** @type {number} */ share) => {
    const packed = ramp[Math.round(255 * share)];
    return `rgba(${packed & 255},${packed >> 8 & 255},${packed >> 16 & 255},${(packed >>> 24) / 255})`;
  };
  return {title: scaleTitle(field, units), colourAt, texts: rampTexts(field)};
}

/** How tall a scale is with the room below it. @param {number} size of its text */
export function scaleHeight(size) {
  return 2 * Math.round(size * 1.35) + BAR_HEIGHT + 2 * PLATE_EDGE;
}

/** Where the plate of a scale lies: in the lower left corner, or above what stands there. @param {CanvasRenderingContext2D} context @param {View} view @param {Theme} theme
 * @param {number} size of the text in pixels @param {Ramp} ramp @param {number} [lift] pixels */
export function scaleBox(context, view, theme, size, {title, colourAt, texts, beside = ""}, lift = 0) {
  const bar = colourAt ? BAR_HEIGHT : 0;
  const tall = scaleHeight(size) - PLATE_EDGE - BAR_HEIGHT + bar;
  context.font = `${size}px ${theme.font}`;
  const wide = Math.max(BAR_WIDTH, ...[title + beside, ...(colourAt ? [] : texts)].map((text) => Math.ceil(context.measureText(text).width)));
  return {x: PLATE_EDGE, y: view.height - tall - PLATE_EDGE - lift, wide: wide + 2 * PLATE_EDGE, tall, bar};
}

/** A scale in its place. @param {CanvasRenderingContext2D} context @param {View} view @param {Theme} theme @param {number} size of the text in pixels
 * @param {Ramp} ramp @param {number} [lift] pixels @returns {Bar} */
export function paintScale(context, view, theme, size, ramp, lift = 0) {
  const {title, colourAt, texts} = ramp;
  const line = Math.round(size * 1.35);
  const {x, y, wide: plate, tall, bar} = scaleBox(context, view, theme, size, ramp, lift);
  const wide = plate - 2 * PLATE_EDGE;
  context.fillStyle = theme.halo;
  context.beginPath();
  context.roundRect(x, y, plate, tall, 4);
  context.fill();
  const [left, top] = [x + PLATE_EDGE, y + line];
  if (colourAt) {
    for (let column = 0; column < wide; column++) {
      context.fillStyle = colourAt(column / (wide - 1));
      context.fillRect(left + column, top, 1, BAR_HEIGHT);
    }
    context.strokeStyle = theme.muted;
    context.lineWidth = 1;
    context.strokeRect(left - 0.5, top - 0.5, wide + 1, BAR_HEIGHT + 1);
  }
  context.fillStyle = theme.text;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillText(title, left, y + line / 2);
  texts.forEach((text, at) => {
    const place = texts.length > 1 ? at / (texts.length - 1) : 0;
    context.textAlign = place === 0 ? "left" : place === 1 ? "right" : "center";
    context.fillText(text, left + wide * place, top + bar + PLATE_EDGE / 2 + line / 2);
  });
  return {left, top, wide, tall: BAR_HEIGHT, right: left + wide + PLATE_EDGE};
}
