// @ts-check
// The latent map of one reel on the page: a canvas of points that is painted anew while they move, one of marks above it,
// and what pointer, finger and keys mean on it.

import {contextOf, make, setText} from "../base/dom.js";
import {paintFollowed, paintScene} from "./scene.js";
import {countBeyond} from "./range.js";
import {fitView, toLatent} from "../base/geometry.js";
import {paintCursor} from "../map/marks.js";

/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./range.js").Range} Range */
/**
 * @typedef {object} MapCalls
 * @property {(event: Event) => void} touched before anything else, so that the answer can be timed
 * @property {(z: Latent) => void} point at a place, by pointer or keys
 * @property {() => void} leave
 * @property {(z: Latent, reach: number) => void} press on a place; reach in latent units, within which a point is meant
 * @property {() => void} choose the image nearest to the cursor
 * @property {() => Latent} cursor
 */
/** @typedef {{scene: Scene, version: number, range: Range, cursor: Latent, held: boolean, active: boolean, followed: import("./scene.js").Followed|null}} MapShow
 *   version changes whenever the codes do */

const EDGE = 8;
const REACH = 9; // pixels; a finger hits no smaller point
const STEPS_ACROSS = 100;
/** @type {Record<string, Latent>} */
const MOVES = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};

/** @param {{place: number, title: () => string, large: () => boolean, calls: MapCalls}} options */
export function createFilmMap({place, title, large, calls}) {
  const below = make("canvas", {"aria-hidden": "true"});
  const above = make("canvas", {"aria-hidden": "true", class: "lx-map-marks"});
  const plot = make("div", {class: "lx-plot", tabindex: "0", role: "application", "aria-roledescription": "latent map", "data-testid": `film-map-${place}`});
  const message = make("p", {class: "lf-message", role: "status"});
  const outside = make("span", {class: "lx-out"});
  const element = make("div", {class: "lx-map lf-map"}, below, above, plot, message, outside, make("span", {class: "lx-axis", "aria-hidden": "true"}, "z₂"));
  const [under, over] = [contextOf(below), contextOf(above)];
  let [left, bottom, size, ratio] = [0, 0, 13, 1];
  /** @type {View} */
  let view = {scale: 1, cx: 0, cy: 0, width: 1, height: 1};
  /** @type {unknown[][]} what each canvas was last painted from */
  let [painted, marked] = [[], []];

  const latentAt = (/** @type {MouseEvent} */ event) => {
    const box = plot.getBoundingClientRect();
    return /** @type {Latent} */ ([...toLatent(view, event.clientX - box.left, event.clientY - box.top)]);
  };
  plot.addEventListener("pointermove", (event) => {
    calls.touched(event);
    if (event.pointerType === "mouse" || plot.hasPointerCapture(event.pointerId)) calls.point(latentAt(event));
  });
  plot.addEventListener("pointerdown", (event) => {
    calls.touched(event);
    plot.setPointerCapture(event.pointerId);
    calls.press(latentAt(event), REACH / view.scale);
  });
  plot.addEventListener("pointerleave", () => calls.leave());
  plot.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey) return;
    const move = MOVES[event.key];
    if (move) {
      calls.touched(event);
      const step = Math.min(view.width, view.height) / view.scale / STEPS_ACROSS * (event.shiftKey ? 5 : event.altKey ? 0.1 : 1);
      const [z1, z2] = calls.cursor();
      const [low, high] = [toLatent(view, 0, view.height), toLatent(view, view.width, 0)];
      const clamp = (/** @type {number} */ value, /** @type {0|1} */ axis) => Math.min(high[axis], Math.max(low[axis], value));
      calls.point([clamp(z1 + move[0] * step, 0), clamp(z2 + move[1] * step, 1)]);
    } else if (event.key === "Enter") calls.choose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function resize() {
    const box = element.getBoundingClientRect();
    if (box.width < 60 || box.height < 60) return;
    ratio = Math.min(3, window.devicePixelRatio || 1);
    size = large() ? 18 : 13;
    [left, bottom] = [Math.round(size * 2.9), Math.round(size * 3)];
    for (const canvas of [below, above]) {
      canvas.width = Math.round(box.width * ratio);
      canvas.height = Math.round(box.height * ratio);
    }
    const [width, height] = [Math.floor(box.width - left - EDGE), Math.floor(box.height - bottom - EDGE)];
    view = {...view, width, height};
    Object.assign(plot.style, {left: `${left}px`, top: `${EDGE}px`, width: `${width}px`, height: `${height}px`});
    element.style.setProperty("--lx-left", `${left}px`);
    element.style.setProperty("--lx-axis-size", `${size}px`);
    painted = marked = [];
  }

  /** @param {CanvasRenderingContext2D} context @returns {boolean} */
  function clear(context) {
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, below.width, below.height);
    context.translate(left, EDGE);
    return true;
  }

  return {
    element, resize,
    /** @param {string} text instead of a picture */
    say(text) {
      setText(message, text);
      message.hidden = !text;
    },
    /** @param {MapShow} show @param {Theme} theme */
    render({scene, version, range, cursor, held, active, followed}, theme) {
      if (view.width <= 1) return;
      view = fitView(range.low, range.high, view.width, view.height);
      const look = [theme, ratio, view.scale, view.cx, view.cy, view.width, view.height];
      const key = [version, scene.decoded?.picture, scene.classes, scene.focus, ...look];
      if (key.some((part, i) => part !== painted[i])) {
        clear(under);
        paintScene({context: under, view, theme, size, ratio}, scene);
        const beyond = countBeyond(scene.codes, {low: toLatent(view, 0, view.height), high: toLatent(view, view.width, 0)});
        setText(outside, beyond ? `${beyond.toLocaleString("en")} ${beyond === 1 ? "code" : "codes"} out of sight` : "");
        painted = key;
      }
      const marks = [cursor[0], cursor[1], held, active, followed?.index, followed ? version : 0, followed?.trail.length, ...look];
      if (marks.some((part, i) => part !== marked[i])) {
        clear(over);
        over.save();
        over.beginPath();
        over.rect(0, 0, view.width, view.height);
        over.clip();
        if (followed) paintFollowed({context: over, view, theme, size, ratio}, followed);
        paintCursor(over, view, theme, cursor, held, active);
        over.restore();
        marked = marks;
      }
      const label = `Latent map of ${title()}. Arrow keys move the point that is decoded, Enter follows the nearest image.`;
      if (plot.getAttribute("aria-label") !== label) plot.setAttribute("aria-label", label);
    },
    wipe() {
      clear(under);
      clear(over);
      painted = marked = [];
    },
  };
}
