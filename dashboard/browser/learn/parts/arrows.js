// @ts-check
// Arrows: on a map from point to point, and as a fan from the middle of a small picture, with lengths on a logarithmic scale.

import {contextOf, make} from "../../base/dom.js";

/** @typedef {import("../../base/palette.js").Theme} Theme */

const HEAD = 6;

/** @param {CanvasRenderingContext2D} context @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 @param {string} colour @param {number} width */
export function paintArrow(context, x0, y0, x1, y1, colour, width) {
  const angle = Math.atan2(y1 - y0, x1 - x0);
  const head = Math.min(HEAD, Math.hypot(x1 - x0, y1 - y0) / 2);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  for (const side of [-0.45, 0.45]) {
    context.moveTo(x1, y1);
    context.lineTo(x1 - head * Math.cos(angle + side), y1 - head * Math.sin(angle + side));
  }
  context.stroke();
}

/** How far from the middle an arrow of a length reaches, 0…1: logarithmic, from `least` (and shorter) to `most`.
 * @param {number} length @param {number} least @param {number} most */
export function fanReach(length, least, most) {
  return length <= least ? 0.08 * (length / least) : 0.08 + 0.92 * Math.log(length / least) / Math.log(Math.max(most / least, 1 + 1e-9));
}

/** A fan of estimates of one gradient. @param {import("../lesson.js").Lesson} lesson @param {string} title @param {string} testid */
export function createFan(lesson, title, testid) {
  const canvas = make("canvas", {class: "ls-fan", role: "img", "aria-label": title, "data-testid": testid});
  const context = contextOf(canvas);
  const element = make("figure", {class: "ls-fan-box"}, canvas, make("figcaption", {class: "ls-caption"}, title));
  return {
    element,
    /** @param {Float64Array|null} estimates [g1, g2, …] @param {number} shown how many of them @param {number[]|null} truth the mean @param {number} least @param {number} most lengths at the ends of the scale */
    draw(estimates, shown, truth, least, most) {
      const side = canvas.clientWidth;
      const ratio = lesson.sharpness();
      if (side < 20) return;
      canvas.width = canvas.height = Math.round(side * ratio);
      const {theme} = lesson;
      const half = side / 2;
      context.setTransform(ratio, 0, 0, ratio, half * ratio, half * ratio);
      context.strokeStyle = theme.line;
      for (let length = 10 ** Math.ceil(Math.log10(least)); length <= most; length *= 10) {
        context.beginPath();
        context.arc(0, 0, fanReach(length, least, most) * (half - 4), 0, 2 * Math.PI);
        context.stroke();
      }
      if (!estimates || !truth) return;
      context.globalAlpha = 0.55;
      for (let k = 0; k < Math.min(shown, estimates.length / 2); k++) arrow(estimates[2 * k], estimates[2 * k + 1], theme.accent, 1.25);
      context.globalAlpha = 1;
      arrow(truth[0], truth[1], theme.truth, 3);

      /** @param {number} g1 @param {number} g2 @param {string} colour @param {number} width */
      function arrow(g1, g2, colour, width) {
        const length = Math.hypot(g1, g2);
        const reach = fanReach(length, least, most) * (half - 4) / Math.max(length, 1e-12);
        paintArrow(context, 0, 0, g1 * reach, -g2 * reach, colour, width);
      }
    },
  };
}
