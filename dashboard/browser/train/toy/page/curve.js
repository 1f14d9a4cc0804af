// @ts-check
// The ELBO, log p(x) and the law's own log p over the steps: what lies between the lines are the gap and the KL from the data to the model.

import {createChart} from "../../../learn/parts/chart.js";
import {stroke} from "./plane.js";

/** @typedef {{step: number, measured: import("../measures.js").Measured}} Moment */

const [SHOWN, LEAST_SPAN, MOST] = [0.1, 1.5, 400]; // of the course, what is older than that sets no axis; nats; moments kept

/** @param {Parameters<typeof createChart>[0]} lesson what a chart asks of its page */
export function createCurve(lesson) {
  const chart = createChart(lesson, "toy-curve", "ELBO, log p(x) of the model and log p of the data's law, over the steps");
  /** @type {Moment[]} */
  let moments = [];
  return {
    element: chart.element,
    clear: () => void (moments = []),
    /** @param {Moment} moment */
    add(moment) {
      moments.push(moment);
      if (moments.length > MOST) moments = moments.filter((_, i) => i % 2 === 0 || i > MOST / 2); // the older half with every other one
    },
    draw() {
      const end = Math.max(100, moments.at(-1)?.step ?? 0);
      const recent = moments.filter(({step}) => step >= SHOWN * end).flatMap(({measured: {elbo, logPx, truth}}) => [elbo.mean, logPx.mean, truth.mean]).filter(Number.isFinite);
      const high = recent.length ? Math.max(...recent) : 0, low = Math.min(high - LEAST_SPAN, ...recent), room = 0.06 * (high - low);
      chart.draw({low: 0, high: end, label: "steps"}, {low: low - room, high: high + room, label: ""}, ({context, theme, x, y}) => {
        /** @param {"elbo"|"logPx"|"truth"} name */
        const points = (name) => moments.map(({step, measured}) => [x(step), y(measured[name].mean)]);
        const [top, middle] = [points("truth"), points("logPx")];
        context.globalAlpha = 0.16;
        context.fillStyle = theme.accent;
        context.beginPath();
        for (const [left, up] of [...top, ...middle.reverse()]) context.lineTo(left, up);
        context.fill();
        context.globalAlpha = 1;
        context.lineWidth = 2;
        for (const [name, colour, dash] of /** @type {const} */ ([["elbo", theme.muted, []], ["logPx", theme.accent, []], ["truth", theme.truth, [6, 4]]])) {
          context.strokeStyle = colour;
          context.setLineDash([...dash]);
          stroke(context, points(name));
        }
        context.setLineDash([]);
      });
    },
  };
}
