// @ts-check
// Step 3: p(z|x) of an image, and a plain lattice sum for log p(x) that is right or wrong by luck while it is coarser than p(z|x).

import {make} from "../../base/dom.js";
import {toPixel} from "../../base/geometry.js";
import {oneOf} from "../parts/kept.js";
import {createChart} from "../parts/chart.js";
import {createChosenImage} from "../parts/image.js";
import {LATTICE_REACH, latticeLogSum, latticePoints, latticeSpacing} from "../maths/sums.js";
import {createLessonMap} from "../parts/map.js";
import {apart} from "../../words/numbers.js";
import {createChoiceSlider, createNote, createReadings, numberText, offBy} from "../parts/parts.js";
import {paintCodes, paintImage} from "../parts/points.js";
import {createTruthMap, frameAround} from "../parts/truth.js";

/** @typedef {import("../parts/map.js").Painter} Painter */

const SIDES = [5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 120, 150, 200];
const FINEST = SIDES[SIDES.length - 1];
const WITHIN = 20; // nats: an error beyond is an arrowhead at the edge
const LUCK = 3; // σ: where the spacing is wider, a Gaussian's lattice sum may be off by 20 % and more along each axis
const CLOSEST = 4; // lattice points closer together than so many pixels are not drawn

/** @param {import("../lesson.js").Lesson} lesson @returns {import("../lesson.js").LessonView} */
export function posteriorView(lesson) {
  const {model} = lesson;
  let n = oneOf(SIDES, lesson.left.n, FINEST);
  const image = createChosenImage(lesson, {changed: sum});
  /** Sums by the number of points per side, for one image. @type {{index: number, sums: Map<number, number>}} */
  let known = {index: image.subject().index, sums: new Map()};
  const whole = createLessonMap({
    lesson, testid: "lesson-map", unit: "z₁, prior sd", range: () => model.core,
    base: (painter) => paintCodes(painter, model, 0.7), key: () => [],
    marks(painter) {
      paintFrame(painter);
      paintImage(painter, model, image.subject().index);
    },
    press: (z) => image.choose(model.index.nearest(z[0], z[1])),
  });
  const close = createTruthMap(lesson, image, {
    marks: paintLattice, legend: [["point", "grid point"], ["frame", "this part, on the whole map"]],
    range() {
      const {truth} = image.subject();
      return truth && frameAround(truth, []);
    },
  });
  const slider = createChoiceSlider({
    label: "grid points per side", testid: "grid-n", values: SIDES, first: n,
    changed(value) {
      n = value;
      lesson.invalidate();
    },
    settled: sum,
  });
  const table = createReadings([{name: "n", label: "points per side", digits: 0}, {name: "log_px_grid", label: "log p(x), lattice sum", unit: "nats", strong: true},
    {name: "log_px_exact", label: "log p(x), exact", unit: "nats"}]);
  const chart = createChart(lesson, "chart-lattice", "Error of the lattice sum against the number of points per side");
  const note = createNote("posterior-note");

  /** The sum on show first, then those of the other grids for the chart. */
  async function sum() {
    lesson.commit();
    const {index, x, truth, moved} = image.subject();
    if (index !== known.index) known = {index, sums: new Map()};
    if (!truth) return;
    const {sums} = known;
    for (const side of [n, ...SIDES]) {
      if (sums.has(side)) continue;
      sums.set(side, NaN);
      const joints = await lesson.decoder.logJoint(x, latticePoints(side)).catch(lesson.fail);
      if (!joints || !lesson.alive()) return;
      sums.set(side, latticeLogSum(joints, side) + moved);
      if (side === n) lesson.commit();
      else lesson.invalidate();
      if (known.sums !== sums) return;
    }
  }

  /** Errors over the grid's size, and where the spacing is as wide as the posterior. */
  function drawErrors() {
    const {index, truth} = image.subject();
    if (!truth) return;
    const {theme} = lesson;
    chart.draw({low: SIDES[0], high: 1.15 * FINEST, log: true, label: `points per side; up: error, nats (▾ beyond ${WITHIN})`}, {low: -WITHIN, high: WITHIN, label: ""}, ({context, x, y, size, width, height}) => {
      const enough = x(Math.min(1.15 * FINEST, (2 * LATTICE_REACH) / (LUCK * narrowest(truth))));
      context.fillStyle = theme.muted;
      context.globalAlpha = 0.12;
      context.fillRect(0, 0, enough, height);
      context.globalAlpha = 1;
      context.font = `${size}px ${theme.font}`;
      context.textAlign = "left";
      context.textBaseline = "top";
      context.fillText(`h > ${LUCK}σ: luck`, 6, 3);
      context.strokeStyle = theme.truth;
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(0, y(0));
      context.lineTo(width, y(0));
      context.stroke();
      if (index !== known.index) return;
      for (const [side, value] of known.sums) {
        if (Number.isNaN(value)) continue;
        const error = value - truth.logPx;
        const radius = side === n ? 5 : 3;
        context.fillStyle = side === n ? theme.accent : theme.text;
        context.beginPath();
        if (Math.abs(error) <= WITHIN) context.arc(x(side), y(error), radius, 0, 2 * Math.PI);
        else paintBeyond(context, x(side), error > 0 ? 0 : height, error > 0 ? 1 : -1, 1.6 * radius);
        context.fill();
        if (side !== n || Math.abs(error) <= WITHIN) continue;
        context.textBaseline = error > 0 ? "top" : "bottom";
        context.fillText(numberText(error, 0), x(side) + 11, error > 0 ? 3 : height - 3);
      }
    });
  }

  /** What the close-up shows. @param {Painter} painter */
  function paintFrame({context, view, theme}) {
    if (!image.subject().truth) return;
    const {cx, cy, width, height, scale} = close.view();
    const half = [width / 2 / scale, height / 2 / scale];
    const [left, top] = toPixel(view, cx - half[0], cy + half[1]);
    context.strokeStyle = theme.truth;
    context.lineWidth = 2;
    context.strokeRect(left, top, 2 * half[0] * view.scale, 2 * half[1] * view.scale);
  }

  /** @param {Painter} painter */
  function paintLattice({context, view, theme}) {
    const spacing = latticeSpacing(n);
    if (spacing * view.scale < CLOSEST) return;
    context.fillStyle = theme.text;
    const axis = (/** @type {number} */ middle, /** @type {number} */ reach) => {
      const first = Math.max(0, Math.ceil((middle - reach + LATTICE_REACH) / spacing - 0.5));
      const last = Math.min(n - 1, Math.floor((middle + reach + LATTICE_REACH) / spacing - 0.5));
      return Array.from({length: Math.max(0, last - first + 1)}, (_, k) => -LATTICE_REACH + (first + k + 0.5) * spacing);
    };
    for (const z1 of axis(view.cx, view.width / 2 / view.scale)) {
      for (const z2 of axis(view.cy, view.height / 2 / view.scale)) {
        const [x, y] = toPixel(view, z1, z2);
        context.beginPath();
        context.arc(x, y, 2.5, 0, 2 * Math.PI);
        context.fill();
      }
    }
  }

  function readings() {
    const {index, truth} = image.subject();
    const found = index === known.index ? known.sums.get(n) : undefined;
    return {n, log_px_grid: found === undefined || Number.isNaN(found) ? null : found, log_px_exact: truth?.logPx ?? null};
  }

  function told() {
    const {truth} = image.subject();
    const {log_px_grid: grid, log_px_exact: exact} = readings();
    if (!truth || exact === null) return "The exact posterior is being worked out …";
    const narrow = narrowest(truth);
    const spacing = latticeSpacing(n);
    const off = grid === null ? "" : ` The sum ${offBy(apart(grid, exact))}.`;
    const luck = spacing > LUCK * narrow ? " So coarse, the sum depends on how near a grid point happens to lie to the peak." : "";
    return `Spacing h = ${spacing.toFixed(3)}, ${(spacing / narrow).toFixed(1)} times the posterior's smaller σ of ${narrow.toFixed(3)}.${off}${luck} Choose a dot for its image.`;
  }

  return {
    elements: [whole.element, make("div", {class: "ls-column"}, close.element, chart.element),
      make("div", {class: "ls-side"}, image.element, slider.element, table.element, note.element)],
    resize() {
      whole.resize();
      close.resize();
    },
    render() {
      close.render();
      whole.render();
      image.render();
      drawErrors();
      table.show(readings());
      note.say(told());
    },
    readings,
    left: () => ({n}),
    place: image.place,
  };
}

/** An arrowhead that points out of a chart at its edge: what it stands for lies beyond. @param {CanvasRenderingContext2D} context @param {number} x @param {number} edge
 * @param {number} inward 1 below an upper edge, −1 above a lower one @param {number} size */
function paintBeyond(context, x, edge, inward, size) {
  context.moveTo(x, edge);
  context.lineTo(x - size, edge + inward * 1.6 * size);
  context.lineTo(x + size, edge + inward * 1.6 * size);
  context.closePath();
}

/** The smaller σ of a posterior, along an axis. @param {import("../../exact/posterior_summary.js").Posterior} posterior */
function narrowest({covariance}) {
  return Math.min(Math.sqrt(covariance[0]), Math.sqrt(covariance[2]));
}
