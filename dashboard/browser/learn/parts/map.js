// @ts-check
// A latent map of a live view: a base that seldom changes, marks over it, and handles to drag or to move by arrow keys.

import {contextOf, make} from "../../base/dom.js";
import {fitView, toLatent, toPixel} from "../../base/geometry.js";
import {paintAxes, paintGrid} from "../../map/marks.js";

/** @typedef {import("../../state/state.js").Latent} Latent */
/** @typedef {import("../../state/state.js").View} View */
/** @typedef {import("../../base/palette.js").Theme} Theme */
/** @typedef {{context: CanvasRenderingContext2D, view: View, theme: Theme, size: number, ratio: number}} Painter size of text in pixels */
/** @typedef {{name: string, label: string, at: () => Latent, move: (z: Latent) => void, axis?: 0|1}} Handle axis: along which alone it moves */
/**
 * @typedef {object} LessonMapOptions
 * @property {import("../lesson.js").Lesson} lesson
 * @property {string} testid
 * @property {string} unit of the axes, after the name of the first
 * @property {() => [Latent, Latent]} range the corners of what is to be in sight
 * @property {(painter: Painter) => void} base
 * @property {() => unknown[]} key what the base is painted from, beside view and theme
 * @property {(painter: Painter) => void} marks
 * @property {Handle[]} [handles]
 * @property {(z: Latent) => void} [press] someone pressed on free ground
 */

/** @typedef {ReturnType<typeof createLessonMap>} LessonMap */

const EDGE = 8;
const KEY_SHARE = 100;
/** @type {Record<string, Latent>} */
const KEYS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};

/** @param {LessonMapOptions} options */
export function createLessonMap({lesson, testid, unit, range, base, key, marks, handles = [], press}) {
  const below = make("canvas", {"aria-hidden": "true"});
  const above = make("canvas", {"aria-hidden": "true", class: "lx-map-marks"});
  const plot = make("div", {class: "lx-plot", "data-testid": testid});
  const element = make("div", {class: "lx-map ls-map"}, below, above, plot, make("span", {class: "lx-axis", "aria-hidden": "true"}, unit.split(",")[0].replace("₁", "₂")));
  const [under, over] = [contextOf(below), contextOf(above)];
  let [left, bottom, size, ratio] = [0, 0, 0, 1];
  /** @type {View} */
  let view = {scale: 1, cx: 0, cy: 0, width: 1, height: 1};
  /** @type {unknown[]} */
  let painted = [];
  const knobs = handles.map(createKnob);
  plot.append(...knobs.map(({knob}) => knob));
  if (press) plot.addEventListener("pointerdown", (event) => {
    if (event.target === plot) press(latentAt(event));
  });

  /** @param {MouseEvent} event @returns {Latent} */
  function latentAt(event) {
    const box = plot.getBoundingClientRect();
    return toLatent(view, event.clientX - box.left, event.clientY - box.top);
  }

  /** @param {Handle} handle */
  function createKnob(handle) {
    const knob = make("div", {class: "ls-handle", role: "slider", tabindex: "0", "data-testid": `handle-${handle.name}`, "aria-label": handle.label,
      onpointerdown: (/** @type {PointerEvent} */ event) => {
        knob.setPointerCapture(event.pointerId);
        event.preventDefault();
        knob.focus();
      },
      onpointermove: (/** @type {PointerEvent} */ event) => {
        if (knob.hasPointerCapture(event.pointerId)) move(handle, latentAt(event));
      },
      onlostpointercapture: lesson.commit,
      onkeydown: (/** @type {KeyboardEvent} */ event) => {
        const arrow = KEYS[event.key];
        if (!arrow || event.ctrlKey || event.metaKey) return;
        const step = Math.min(view.width, view.height) / view.scale / KEY_SHARE * (event.shiftKey ? 5 : event.altKey ? 0.1 : 1);
        const [z1, z2] = handle.at();
        move(handle, [z1 + arrow[0] * step, z2 + arrow[1] * step]);
        lesson.commit();
        event.preventDefault();
        event.stopPropagation();
      }});
    return {handle, knob};
  }

  /** What a handle is moved to stays in sight. @param {Handle} handle @param {Latent} z */
  function move(handle, z) {
    const [low, high] = [toLatent(view, 0, view.height), toLatent(view, view.width, 0)];
    handle.move(/** @type {Latent} */ (z.map((value, axis) => Math.min(high[axis], Math.max(low[axis], value)))));
    lesson.invalidate();
  }

  function resize() {
    const box = element.getBoundingClientRect();
    if (box.width < 60 || box.height < 60) return;
    ratio = lesson.sharpness();
    size = lesson.textSize();
    [left, bottom] = [Math.round(size * 2.9), Math.round(size * 3)];
    for (const canvas of [below, above]) {
      canvas.width = Math.round(box.width * ratio);
      canvas.height = Math.round(box.height * ratio);
    }
    const [width, height] = [Math.floor(box.width - left - EDGE), Math.floor(box.height - bottom - EDGE)];
    view = {...view, width, height};
    Object.assign(plot.style, {left: `${left}px`, top: `${EDGE}px`, width: `${width}px`, height: `${height}px`});
    element.style.setProperty("--lx-left", `${left}px`);
    painted = [];
  }

  /** @param {CanvasRenderingContext2D} context @param {(painter: Painter) => void} paint */
  function clipped(context, paint) {
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, below.width, below.height);
    context.translate(left, EDGE);
    context.save();
    context.beginPath();
    context.rect(0, 0, view.width, view.height);
    context.clip();
    paint({context, view, theme: lesson.theme, size, ratio});
    context.restore();
  }

  return {
    element, resize,
    render() {
      if (view.width <= 1) return;
      view = fitView(...range(), view.width, view.height);
      const wanted = [lesson.theme, ratio, view.scale, view.cx, view.cy, view.width, view.height, ...key()];
      if (wanted.length !== painted.length || wanted.some((part, i) => part !== painted[i])) {
        clipped(under, (painter) => {
          paintGrid(under, view, lesson.theme, size);
          base(painter);
        });
        under.strokeStyle = lesson.theme.line;
        under.lineWidth = 1;
        under.strokeRect(-0.5, -0.5, view.width + 1, view.height + 1);
        paintAxes(under, view, lesson.theme, size, unit);
        painted = wanted;
      }
      clipped(over, marks);
      for (const {handle, knob} of knobs) {
        const z = handle.at();
        const [x, y] = toPixel(view, z[0], z[1]);
        knob.style.transform = `translate(${x}px, ${y}px)`;
        const axis = handle.axis ?? 0;
        const reach = (axis ? view.height : view.width) / 2 / view.scale;
        const middle = axis ? view.cy : view.cx;
        const said = {valuemin: middle - reach, valuemax: middle + reach, valuenow: z[axis]};
        for (const [name, value] of Object.entries(said)) knob.setAttribute(`aria-${name}`, value.toFixed(4));
        knob.setAttribute("aria-valuetext", `z1 ${z[0].toFixed(3)}, z2 ${z[1].toFixed(3)}`);
      }
    },
    view: () => view,
  };
}
