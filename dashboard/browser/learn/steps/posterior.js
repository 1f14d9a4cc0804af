// @ts-check
// Step 2: p(z|x) of an image, and a plain lattice sum for log p(x) that fails as long as it is coarser than p(z|x).

import {make} from "../../base/dom.js";
import {toPixel} from "../../base/geometry.js";
import {createChosenImage} from "../parts/image.js";
import {LATTICE_REACH, latticeLogSum, latticePoints, latticeSpacing} from "../maths/sums.js";
import {createLessonMap} from "../parts/map.js";
import {createChoiceSlider, createNote, createReadings, numberText} from "../parts/parts.js";
import {paintCodes} from "../parts/points.js";
import {createTruthMap, frameAround} from "../parts/truth.js";
import {paintRing} from "../../map/marks.js";

/** @typedef {import("../parts/map.js").Painter} Painter */

const SIDES = [5, 10, 15, 20, 30, 40, 50, 60, 80, 100, 120, 150, 200];
const CLOSEST = 4; // lattice points closer together than so many pixels are not drawn

/** @param {import("../lesson.js").Lesson} lesson @returns {import("../lesson.js").LessonView} */
export function posteriorView(lesson) {
  const {model} = lesson;
  let n = 40;
  const image = createChosenImage(lesson, {changed: sum});
  /** Sums by the number of points per side, for one image. @type {{index: number, sums: Map<number, number>}} */
  let known = {index: image.subject().index, sums: new Map()};
  const whole = createLessonMap({
    lesson, testid: "lesson-map", unit: "z₁, prior sd", range: () => model.core,
    base: (painter) => paintCodes(painter, model, 0.7), key: () => [],
    marks(painter) {
      const {index, label} = image.subject();
      paintFrame(painter);
      paintRing(painter.context, painter.view, painter.theme, model.codeOf(index), label, true);
    },
    press: (z) => image.choose(model.index.nearest(z[0], z[1])),
  });
  const close = createTruthMap(lesson, image, {
    marks: paintLattice,
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
  const note = createNote("posterior-note");

  async function sum() {
    lesson.commit();
    const {index, x, truth} = image.subject();
    if (index !== known.index) known = {index, sums: new Map()};
    if (!truth || known.sums.has(n)) return;
    const [asked, sums] = [n, known.sums];
    const joints = await lesson.decoder.logJoint(x, latticePoints(asked)).catch(lesson.fail);
    if (!joints) return;
    sums.set(asked, latticeLogSum(joints, asked));
    lesson.commit();
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
    return {n, log_px_grid: (index === known.index ? known.sums.get(n) : null) ?? null, log_px_exact: truth?.logPx ?? null};
  }

  function told() {
    const {truth} = image.subject();
    const {log_px_grid: grid, log_px_exact: exact} = readings();
    if (!truth || exact === null) return "The exact posterior is being worked out …";
    const narrow = Math.min(Math.sqrt(truth.covariance[0]), Math.sqrt(truth.covariance[2]));
    const spacing = latticeSpacing(n);
    const off = grid === null ? "" : ` The sum is ${numberText(Math.abs(grid - exact))} nats ${grid > exact ? "too high" : "too low"}.`;
    return `Lattice spacing ${spacing.toFixed(3)}, ${(spacing / narrow).toFixed(1)} times the posterior's smaller σ of ${narrow.toFixed(3)}.${off} ` +
      `${(n * n).toLocaleString("en")} points decoded; the exact value refines only where the mass is. Click a dot to choose its image.`;
  }

  return {
    elements: [whole.element, close.element, make("div", {class: "ls-side"}, image.element, slider.element, table.element, note.element)],
    resize() {
      whole.resize();
      close.resize();
    },
    render() {
      close.render();
      whole.render();
      image.render();
      table.show(readings());
      note.say(told());
    },
    readings,
    place: image.place,
  };
}
