// @ts-check
// A small chart on a canvas: a box with a numbered axis along the bottom and, where wanted, one along the left.

import {contextOf, make} from "../../base/dom.js";
import {wrapped} from "../../map/layout/caption.js";

/** @typedef {import("../../base/palette.js").Theme} Theme */
/** @typedef {{low: number, high: number, log?: boolean, label: string, hidden?: boolean}} Axis log: both ends above 0 */
/** @typedef {{context: CanvasRenderingContext2D, theme: Theme, size: number, width: number, height: number, x: (value: number) => number, y: (value: number) => number}} Chart
 *   x and y from values to pixels of the box, whose upper left corner is the origin */

/** @typedef {ReturnType<typeof createChart>} ChartView */

/** Where a value lies between the ends of an axis, 0…1. @param {Axis} axis @param {number} value */
export function shareAlong({low, high, log}, value) {
  return log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
}

/** Round values along an axis, at most about `most`. @param {Axis} axis @param {number} most @returns {number[]} */
export function roundValues({low, high, log}, most) {
  if (log) {
    const first = Math.ceil(Math.log10(low) - 1e-9);
    const decades = Math.floor(Math.log10(high) + 1e-9) - first + 1;
    const every = Math.max(1, Math.ceil(decades / most));
    return Array.from({length: Math.ceil(decades / every)}, (_, i) => 10 ** (first + i * every));
  }
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((multiple) => multiple * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({length: Math.max(0, Math.floor(high / step + 1e-9) - first + 1)}, (_, i) => Number(((first + i) * step).toPrecision(10)) || 0);
}

/** @param {Pick<import("../lesson.js").Lesson, "sharpness"|"textSize"|"theme">} lesson @param {string} testid @param {string} label what a screen reader is told it shows */
export function createChart(lesson, testid, label) {
  const canvas = make("canvas", {class: "ls-chart", role: "img", "aria-label": label, "data-testid": testid});
  const element = make("div", {class: "ls-chart-box"}, canvas);
  const context = contextOf(canvas);
  return {
    element,
    /** @param {Axis} xAxis @param {Axis} yAxis @param {(chart: Chart) => void} paint within the box */
    draw(xAxis, yAxis, paint) {
      const {width: wide, height: tall} = element.getBoundingClientRect();
      const ratio = lesson.sharpness();
      if (wide < 60 || tall < 50) return;
      canvas.width = Math.round(wide * ratio);
      canvas.height = Math.round(tall * ratio);
      const {theme} = lesson;
      const size = lesson.textSize();
      context.font = `${size}px ${theme.font}`;
      const left = yAxis.hidden ? 6 : Math.round(size * 4);
      const top = Math.max(6, Math.round(size * 0.6)); // half of a number may stand above the box
      const width = wide - left - 10;
      const words = wrapped(xAxis.label, width, (text) => context.measureText(text).width);
      const height = tall - Math.round(size * (1.6 + 1.3 * words.length)) - top;
      const x = (/** @type {number} */ value) => shareAlong(xAxis, value) * width;
      const y = (/** @type {number} */ value) => (1 - shareAlong(yAxis, value)) * height;
      context.setTransform(ratio, 0, 0, ratio, left * ratio, top * ratio);
      context.lineWidth = 1;
      context.strokeStyle = theme.line;
      context.fillStyle = theme.muted;
      context.textAlign = "center";
      context.textBaseline = "top";
      for (const value of roundValues(xAxis, width / (5.6 * size))) {
        line(x(value), 0, x(value), height);
        context.fillText(tick(value), Math.min(width - 12, x(value)), height + 4);
      }
      words.forEach((line, i) => context.fillText(line, width / 2, height + 5 + size * 1.3 * (i + 1)));
      context.textAlign = "right";
      context.textBaseline = "middle";
      if (!yAxis.hidden) {
        for (const value of roundValues(yAxis, height / (3.4 * size))) {
          line(0, y(value), width, y(value));
          context.fillText(tick(value), -6, y(value));
        }
      }
      context.strokeRect(0, 0, width, height);
      context.save();
      context.beginPath();
      context.rect(0, 0, width, height);
      context.clip();
      paint({context, theme, size, width, height, x, y});
      context.restore();
    },
  };

  /** @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
  function line(x0, y0, x1, y1) {
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
    context.stroke();
  }
}

/** @param {number} value */
function tick(value) {
  const text = Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 1e-3) ? `10${superscript(Math.log10(Math.abs(value)))}` : String(value);
  return text.replace("-", "−");
}

/** @param {number} power */
function superscript(power) {
  return [...String(Math.round(power))].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("");
}

/** A line across the whole height with words at its top. @param {Chart} chart @param {number} value @param {string} words @param {string} colour @param {number} row */
export function markValue({context, theme, size, x, height, width}, value, words, colour, row) {
  const at = x(value);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(at, 0);
  context.lineTo(at, height);
  context.stroke();
  context.font = `600 ${size}px ${theme.font}`;
  const wide = context.measureText(words).width + 8;
  const toLeft = at + wide > width;
  context.textAlign = toLeft ? "right" : "left";
  context.textBaseline = "top";
  context.fillStyle = theme.halo;
  context.fillRect(toLeft ? at - wide - 2 : at + 2, 2 + row * size * 1.4, wide, size * 1.4);
  context.fillStyle = colour;
  context.fillText(words, toLeft ? at - 6 : at + 6, 4 + row * size * 1.4);
}
