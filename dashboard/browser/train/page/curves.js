// @ts-check
// The curve of a training: the ELBO of its batches and that of held-out images over time, with a mark where a knob was turned.

import {createChart} from "../../learn/parts/chart.js";

/** @typedef {import("../run.js").LogEvent} LogEvent */

const LEAST_SPAN = 10; // nats
const SHOWN = 0.2; // of the course, which falls from far off: what is older than that sets no axis
const SMOOTHED = 12; // told steps

/** @param {Pick<import("../../learn/lesson.js").Lesson, "sharpness"|"textSize"|"theme">} lesson what a chart asks of its page */
export function createCurves(lesson) {
  const chart = createChart(lesson, "train-curves", "Curves of the training");
  return {
    element: chart.element,
    /** @param {readonly LogEvent[]} events @param {boolean} isVae */
    draw(events, isVae) {
      const of = (/** @type {any} */ terms) => (isVae ? -(terms.nll + terms.kl) : -terms.nll);
      const steps = events.filter(({type}) => type === "step").map((event) => ({x: event.seconds, y: of(event)}));
      const held = events.filter(({type}) => type === "epoch").map((event) => ({x: event.seconds, y: of(event.terms)}));
      const turns = events.flatMap(({type, step}) => (type === "turned" ? [events.find((other) => other.type === "step" && other.step > step)?.seconds ?? 0] : []));
      const end = Math.max(1, steps.at(-1)?.x ?? 1);
      const recent = [...steps, ...held].filter(({x, y}) => x >= SHOWN * end && Number.isFinite(y)).map(({y}) => y);
      const [low, high] = recent.length ? [Math.min(...recent), Math.max(...recent)] : [-220, -200];
      const room = Math.max(LEAST_SPAN, high - low) * 0.08;
      chart.draw({low: 0, high: end, label: "seconds of training"}, {low: Math.min(low, high - LEAST_SPAN) - room, high: high + room, label: ""}, ({context, theme, x, y, height}) => {
        context.lineJoin = "round";
        context.strokeStyle = theme.muted;
        for (const at of turns) line(context, [[x(at), 0], [x(at), height]], [3, 3]);
        context.globalAlpha = 0.35;
        line(context, steps.map((one) => [x(one.x), y(one.y)]));
        context.globalAlpha = 1;
        line(context, smoothed(steps).map((one) => [x(one.x), y(one.y)]));
        context.strokeStyle = context.fillStyle = theme.accent;
        context.lineWidth = 2;
        line(context, held.map((one) => [x(one.x), y(one.y)]));
        for (const one of held) {
          context.beginPath();
          context.arc(x(one.x), y(one.y), 2.5, 0, 2 * Math.PI);
          context.fill();
        }
        context.lineWidth = 1;
      });
    },
  };
}

/** @param {CanvasRenderingContext2D} context @param {number[][]} points @param {number[]} [dash] */
function line(context, points, dash = []) {
  context.setLineDash(dash);
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
  context.setLineDash([]);
}

/** Means over the last few. @param {{x: number, y: number}[]} points */
function smoothed(points) {
  return points.map(({x}, i) => {
    const last = points.slice(Math.max(0, i + 1 - SMOOTHED), i + 1);
    return {x, y: last.reduce((sum, {y}) => sum + y, 0) / last.length};
  });
}
