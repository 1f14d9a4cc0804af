// @ts-check
// A square of the plane on a canvas: numbered axes, sharp on any screen, and where a pointer is in its numbers.

import {contextOf, make} from "../../../base/dom.js";

/** @typedef {import("../../../base/palette.js").Theme} Theme */
/** @typedef {{context: CanvasRenderingContext2D, theme: Theme, side: number, unit: number, x: (value: number) => number, y: (value: number) => number}} Drawing side: pixels of the page;
 *   unit: pixels of a step of 1; x and y from numbers to pixels */

const TICKS = [-2, -1, 0, 1, 2];
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};
const STEP = 0.1; // of the cursor, by a key

/**
 * @param {{reach: number, label: string, testid: string, vertical: boolean}} about vertical: whether numbers stand along the left, too
 * @param {(at: [number, number]|null, event: PointerEvent|KeyboardEvent|FocusEvent) => void} pointed where the pointer or the cursor is, or that it has gone
 */
export function createPlane({reach, label, testid, vertical}, pointed) {
  const canvas = make("canvas", {class: "ty-plane", role: "img", tabindex: "0", "aria-label": label, "data-testid": testid});
  const element = make("div", {class: "ty-plane-box"}, canvas);
  const context = contextOf(canvas);
  /** @type {[number, number]} */
  let cursor = [0, 0];
  let sized = [0, 0];

  /** @param {PointerEvent} event @returns {[number, number]} */
  function placeOf(event) {
    const {left, top, width, height} = canvas.getBoundingClientRect();
    return [((event.clientX - left) / width) * 2 * reach - reach, reach - ((event.clientY - top) / height) * 2 * reach];
  }
  for (const type of /** @type {const} */ (["pointermove", "pointerdown"])) canvas.addEventListener(type, (event) => {
    if (type === "pointerdown") canvas.setPointerCapture(event.pointerId);
    cursor = placeOf(event);
    pointed(cursor, event);
  });
  for (const type of /** @type {const} */ (["pointerleave", "blur"])) canvas.addEventListener(type, (event) => pointed(null, event));
  canvas.addEventListener("keydown", (event) => {
    const move = ARROWS[/** @type {keyof typeof ARROWS} */ (event.key)];
    if (!move && ![" ", "Enter", "Delete", "Backspace"].includes(event.key)) return;
    event.preventDefault();
    const step = event.shiftKey ? 5 * STEP : STEP;
    if (move) cursor = /** @type {[number, number]} */ (cursor.map((value, i) => Math.min(reach, Math.max(-reach, value + step * move[i]))));
    pointed(cursor, event);
  });

  return {
    element, canvas,
    /** @param {Theme} theme @param {number} sharpness @param {(drawing: Drawing) => void} paint */
    draw(theme, sharpness, paint) {
      const side = element.clientWidth, pixels = Math.round(side * sharpness);
      if (side < 40) return;
      if (sized[0] !== side || sized[1] !== pixels) [canvas.width, canvas.height, sized] = [pixels, pixels, [side, pixels]];
      const unit = side / (2 * reach);
      const [x, y] = [(/** @type {number} */ value) => (value + reach) * unit, (/** @type {number} */ value) => (reach - value) * unit];
      context.setTransform(sharpness, 0, 0, sharpness, 0, 0);
      context.clearRect(0, 0, side, side);
      context.lineWidth = 1;
      context.strokeStyle = theme.line;
      for (const value of TICKS) {
        stroke(context, [[x(value), 0], [x(value), side]]);
        if (vertical) stroke(context, [[0, y(value)], [side, y(value)]]);
      }
      paint({context, theme, side, unit, x, y});
      context.fillStyle = theme.muted;
      context.font = `${side > 420 ? 13 : 11}px ${theme.font}`;
      for (const value of TICKS) {
        const text = String(value).replace("-", "−");
        context.textAlign = "center";
        context.textBaseline = "bottom";
        context.fillText(text, x(value), side - 3);
        context.textAlign = "left";
        context.textBaseline = "middle";
        if (vertical) context.fillText(text, 5, y(value));
      }
    },
  };
}

/** @param {CanvasRenderingContext2D} context @param {readonly (readonly number[])[]} points */
export function stroke(context, points) {
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
}

/** Dots of many colours, all of a colour at once, which is many times faster than one by one. @param {CanvasRenderingContext2D} context @param {number} count @param {(i: number) => string} colourOf
 * @param {(i: number) => readonly [number, number]} placed @param {number} radius */
export function drawDots(context, count, colourOf, placed, radius) {
  /** @type {Map<string, Path2D>} */
  const paths = new Map();
  for (let i = 0; i < count; i++) {
    const colour = colourOf(i), [x, y] = placed(i), path = paths.get(colour) ?? new Path2D();
    paths.set(colour, path);
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, 2 * Math.PI);
  }
  for (const [colour, path] of paths) {
    context.fillStyle = colour;
    context.fill(path);
  }
}

/** A field over the whole square, the first row at the top, in one colour that is stronger where the field is higher. */
export function createField() {
  const canvas = make("canvas"), context = contextOf(canvas);
  /** @type {ArrayLike<number>|null} */
  let painted = null;
  let by = "";
  /** @param {Drawing} drawing @param {ArrayLike<number>} field size² numbers, 0 or above @param {number} top what has the full colour @param {Uint32Array} ramp */
  return ({context: to, side}, field, top, ramp) => {
    const size = Math.sqrt(field.length), key = `${top} ${ramp[255]}`;
    if (painted !== field || by !== key) {
      canvas.width = canvas.height = size;
      const picture = new ImageData(size, size), ink = new Uint32Array(picture.data.buffer);
      for (let i = 0; i < field.length; i++) ink[i] = ramp[Math.round(255 * Math.min(1, field[i] / top))];
      context.putImageData(picture, 0, 0);
      [painted, by] = [field, key];
    }
    to.imageSmoothingEnabled = true;
    to.drawImage(canvas, 0, 0, side, side);
  };
}
