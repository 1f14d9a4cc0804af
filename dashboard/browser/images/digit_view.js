// @ts-check
// Pictures of 28 × 28 pixels: one large digit, and rows of small ones.

import {contextOf, make} from "../base/dom.js";
import {errorColour} from "../base/palette.js";

/** @typedef {import("../base/palette.js").Theme} Theme */

export const DIGIT_SIDE = 28;
const GAP = 2;

/** Writes 784 values 0…1 as colours, `stride` pixels to the row. @param {Uint32Array} pixels @param {number} offset @param {number} stride
 * @param {ArrayLike<number>} values @param {Uint32Array} ink @param {number} [start] where in `values` the picture begins */
export function inkPixels(pixels, offset, stride, values, ink, start = 0) {
  for (let row = 0; row < DIGIT_SIDE; row++) {
    let to = offset + row * stride;
    for (let from = start + row * DIGIT_SIDE, end = from + DIGIT_SIDE; from < end; from++) pixels[to++] = ink[Math.round(values[from] * 255)];
  }
}

/** A canvas of 28 × 28 pixels that shows probabilities, greys or errors. @param {import("../base/dom.js").Attributes} attributes */
export function createDigit(attributes) {
  const canvas = make("canvas", {width: DIGIT_SIDE, height: DIGIT_SIDE, class: "lx-digit", role: "img", ...attributes});
  const context = contextOf(canvas);
  const image = context.createImageData(DIGIT_SIDE, DIGIT_SIDE);
  const pixels = new Uint32Array(image.data.buffer);
  return {
    element: canvas,
    /** @param {ArrayLike<number>} values @param {Theme} theme */
    show(values, theme) {
      inkPixels(pixels, 0, DIGIT_SIDE, values, theme.ink);
      context.putImageData(image, 0, 0);
    },
    /** Shows shown − truth. @param {ArrayLike<number>} shown @param {ArrayLike<number>} truth @param {Theme} theme */
    showError(shown, truth, theme) {
      for (let i = 0; i < pixels.length; i++) pixels[i] = errorColour(shown[i] - truth[i], theme.dark);
      context.putImageData(image, 0, 0);
    },
    clear() {
      context.clearRect(0, 0, DIGIT_SIDE, DIGIT_SIDE);
    },
  };
}

/** A row of small pictures on one canvas, of which one may be marked and each may be chosen: by mouse, or by the arrow keys, which
 * choose at once or, where the choice changes the row (`browsed`), only point at what Enter chooses.
 * @param {{label: string, count: number, testid?: string, chosen?: (index: number) => void, browsed?: boolean}} options */
export function createStrip({label, count, testid, chosen, browsed}) {
  const stride = count * (DIGIT_SIDE + GAP) - GAP;
  const canvas = make("canvas", {width: stride, height: DIGIT_SIDE, class: "lx-strip-canvas", role: "img", "aria-label": label, "data-testid": testid,
    ...(chosen && {role: "slider", tabindex: 0, "aria-valuemin": 1, "aria-valuemax": count, "aria-valuenow": 1})});
  const marker = make("span", {class: "lx-strip-marker", hidden: true});
  const element = make("div", {class: chosen ? "lx-strip lx-strip-active" : "lx-strip"}, canvas, marker);
  element.style.setProperty("--lx-count", String(count));
  const context = contextOf(canvas);
  const image = context.createImageData(stride, DIGIT_SIDE);
  const pixels = new Uint32Array(image.data.buffer);
  /** @type {readonly string[]} what each picture is */
  let texts = [];
  let at = 0;
  if (chosen) {
    canvas.addEventListener("click", (event) => {
      const box = canvas.getBoundingClientRect();
      chosen(Math.min(count - 1, Math.max(0, Math.floor((event.clientX - box.left) / box.width * count))));
    });
    canvas.addEventListener("pointermove", (event) => {
      const box = canvas.getBoundingClientRect();
      canvas.title = texts[Math.floor((event.clientX - box.left) / box.width * count)] ?? "";
    });
    canvas.addEventListener("keydown", (event) => {
      const next = {ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: count - 1, Enter: at, " ": at}[event.key];
      if (next === undefined || event.ctrlKey || event.metaKey) return;
      const index = Math.min(count - 1, Math.max(0, next));
      mark(index); // at once: the next key may come before the next frame
      if (!browsed || event.key === "Enter" || event.key === " ") chosen(index);
      event.preventDefault();
    });
  }

  /** @param {number|null} index */
  function mark(index) {
    marker.hidden = index === null;
    if (index === null) return;
    at = index;
    marker.style.setProperty("--lx-index", String(index));
    canvas.setAttribute("aria-valuenow", String(index + 1));
    if (texts[index]) canvas.setAttribute("aria-valuetext", texts[index]);
  }

  return {
    element, mark,
    /** Pictures one after another in `values`, as many as there are. @param {ArrayLike<number>} values @param {Theme} theme @param {string} [said] of all of them
     * @param {readonly string[]} [each] of each */
    show(values, theme, said, each = []) {
      pixels.fill(0);
      const full = Math.min(count, Math.floor(values.length / (DIGIT_SIDE * DIGIT_SIDE)));
      for (let i = 0; i < full; i++) inkPixels(pixels, i * (DIGIT_SIDE + GAP), stride, values, theme.ink, i * DIGIT_SIDE * DIGIT_SIDE);
      context.putImageData(image, 0, 0);
      if (said) canvas.setAttribute("aria-label", said);
      texts = each;
      if (texts[at]) canvas.setAttribute("aria-valuetext", texts[at]);
    },
  };
}
