// @ts-check
// One stage: its numbers as coloured cells on one canvas, of which each unit can be chosen; below, what it is made of.

import {contextOf, make, setText} from "../../base/dom.js";
import {cornerOf, layoutOf, paintCells, scaleIn, tileAt} from "./cells.js";

/** @typedef {import("./cells.js").Layout} Layout */

/**
 * A picture of numbers, as large as its box allows.
 * @param {{label: string, testid?: string, shape: number[], across?: number, chosen?: (unit: number) => void, named?: (unit: number) => string}} options across: the side of the picture whose pixels they are;
 *   chosen: units can be chosen by pointer and by keys
 */
export function createCells({label, testid, shape, across, chosen, named = (unit) => String(unit + 1)}) {
  const canvas = make("canvas", {class: "lxn-cells", "data-testid": testid, role: "img", "aria-label": label,
    ...(chosen && {role: "slider", tabindex: 0, "aria-valuemin": 1, "aria-valuemax": shape[0], "aria-valuenow": 1})});
  const marker = make("span", {class: "lxn-marker", hidden: true});
  const element = make("div", {class: "lxn-box"}, canvas, marker);
  const context = contextOf(canvas);
  /** @type {Layout} */
  let layout = layoutOf(shape, 1, 1, across);
  let image = context.createImageData(1, 1);
  let pixels = new Uint32Array(image.data.buffer);
  let scale = 0;
  /** @type {number|null} */
  let marked = null;
  let at = 0;
  /** Of the canvas in the row. */
  let corner = [0, 0];

  if (chosen) {
    const pick = (/** @type {MouseEvent} */ event) => {
      const box = canvas.getBoundingClientRect();
      const tile = tileAt(layout, (event.clientX - box.left) / scale, (event.clientY - box.top) / scale);
      if (tile !== null && tile !== marked) chosen(tile);
    };
    canvas.addEventListener("click", pick);
    canvas.addEventListener("pointermove", (event) => {
      if (event.buttons & 1 && event.pointerType === "mouse") pick(event); // a finger scrolls
    });
    canvas.addEventListener("keydown", (event) => {
      const {columns, count} = layout;
      const next = {ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - columns, ArrowDown: at + columns, Home: 0, End: count - 1, Enter: at, " ": at}[event.key];
      if (next === undefined || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      at = Math.min(count - 1, Math.max(0, next)); // at once: the next key may come before the next frame
      chosen(at);
    });
  }

  function place() {
    marker.hidden = marked === null || scale === 0;
    if (marked === null) return;
    const [x, y] = cornerOf(layout, marked);
    Object.assign(marker.style, {left: `${canvas.offsetLeft + x * scale - 2}px`, top: `${canvas.offsetTop + y * scale - 2}px`, width: `${layout.wide * scale + 4}px`, height: `${layout.tall * scale + 4}px`});
  }

  return {
    element, canvas,
    /** Takes the room there is. @returns whether it has to be painted again */
    fit() {
      const {clientWidth: width, clientHeight: height} = element;
      if (!width || !height) return false;
      const ratio = window.devicePixelRatio || 1;
      layout = layoutOf(shape, width * ratio, height * ratio, across);
      scale = scaleIn(layout, width * ratio, height * ratio) / ratio;
      Object.assign(canvas, {width: layout.width, height: layout.height});
      Object.assign(canvas.style, {width: `${layout.width * scale}px`, height: `${layout.height * scale}px`});
      image = context.createImageData(layout.width, layout.height);
      pixels = new Uint32Array(image.data.buffer);
      place();
      return true;
    },
    /** Keeps in mind where it lies in a box, for `placeOf`. @param {DOMRect} within */
    locate(within) {
      const {left, top} = canvas.getBoundingClientRect();
      corner = [left - within.left, top - within.top];
    },
    /** The middle of a unit's cell. @param {number} unit @returns {[number, number]} */
    placeOf(unit) {
      const [x, y] = cornerOf(layout, unit);
      return [corner[0] + (x + layout.wide / 2) * scale, corner[1] + (y + layout.tall / 2) * scale];
    },
    /** @param {ArrayLike<number>} values @param {number} reach @param {Uint32Array} ramp */
    paint(values, reach, ramp) {
      paintCells(pixels, layout, values, reach, ramp);
      context.putImageData(image, 0, 0);
    },
    /** The unit that keys act on, with its number. @param {string} text */
    say: (text) => canvas.setAttribute("aria-valuetext", text),
    /** @param {number|null} unit */
    mark(unit) {
      if (unit === marked) return;
      marked = unit;
      if (unit !== null) {
        at = unit;
        canvas.setAttribute("aria-valuenow", String(unit + 1));
      }
      place();
    },
    /** The unit that keys act on. */
    current: () => at,
    named,
  };
}

/** A stage of the drawing: a picture above its caption. @param {{title: string, kind?: string, testid?: string, picture: HTMLElement, lines: (string|Node)[]}} options */
export function createStage({title, kind = "", testid, picture, lines}) {
  const spoken = make("span", {class: "lx-hidden"});
  return {
    element: make("div", {class: `lxn-stage ${kind}`, role: "group", "aria-label": title, title, "data-testid": testid}, picture,
      make("div", {class: "lxn-caption"}, ...lines.map((line) => make("span", {}, line))), spoken),
    /** In words, for who cannot see it. @param {string} text */
    say: (text) => setText(spoken, text),
  };
}
