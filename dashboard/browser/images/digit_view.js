// @ts-check
// Pictures of square images: one large digit, and rows of small ones. A pixel of an image is a pixel of the canvas.

import {contextOf, make} from "../base/dom.js";
import {errorColour} from "../base/palette.js";

/** @typedef {import("../base/palette.js").Theme} Theme */

const GAP = 2;

/** The pixels along a side of images that lie one after another. @param {ArrayLike<number>} values @param {number} [count] how many there are */
export const sideOf = ({length}, count = 1) => Math.round(Math.sqrt(length / Math.max(1, count)));

/** Writes side² values 0…1 as colours, `stride` pixels to the row. @param {Uint32Array} pixels @param {number} offset @param {number} stride
 * @param {ArrayLike<number>} values @param {Uint32Array} ink @param {number} side @param {number} [start] where in `values` the picture begins */
export function inkPixels(pixels, offset, stride, values, ink, side, start = 0) {
  for (let row = 0; row < side; row++) {
    let to = offset + row * stride;
    for (let from = start + row * side, end = from + side; from < end; from++) pixels[to++] = ink[Math.round(values[from] * 255)];
  }
}

/** A canvas that shows probabilities, greys or errors, as large as the image that it is given. @param {import("../base/dom.js").Attributes} attributes */
export function createDigit(attributes) {
  const canvas = make("canvas", {class: "lx-digit", role: "img", ...attributes});
  const context = contextOf(canvas);
  let [side, image, pixels] = [0, context.createImageData(1, 1), new Uint32Array(1)];

  /** @param {ArrayLike<number>} values */
  function fit(values) {
    if (side === sideOf(values)) return;
    side = canvas.width = canvas.height = sideOf(values);
    image = context.createImageData(side, side);
    pixels = new Uint32Array(image.data.buffer);
  }

  return {
    element: canvas,
    /** @param {ArrayLike<number>} values @param {Theme} theme */
    show(values, theme) {
      fit(values);
      inkPixels(pixels, 0, side, values, theme.ink, side);
      context.putImageData(image, 0, 0);
    },
    /** Shows shown − truth. @param {ArrayLike<number>} shown @param {ArrayLike<number>} truth @param {Theme} theme */
    showError(shown, truth, theme) {
      fit(shown);
      for (let i = 0; i < pixels.length; i++) pixels[i] = errorColour(shown[i] - truth[i], theme.dark);
      context.putImageData(image, 0, 0);
    },
    clear() {
      context.clearRect(0, 0, side, side);
    },
  };
}

/** A row of small pictures on one canvas, of which one may be marked and each may be chosen: by mouse, or by the arrow keys, which
 * choose at once or, where the choice changes the row (`browsed`), only point at what Enter chooses. `side`: pixels along one of a picture.
 * @param {{label: string, count: number, side: number, testid?: string, chosen?: (index: number) => void, browsed?: boolean}} options */
export function createStrip({label, count, side, testid, chosen, browsed}) {
  const stride = count * (side + GAP) - GAP;
  const canvas = make("canvas", {width: stride, height: side, class: "lx-strip-canvas", role: "img", "aria-label": label, "data-testid": testid,
    ...(chosen && {role: "slider", tabindex: 0, "aria-valuemin": 1, "aria-valuemax": count, "aria-valuenow": 1})});
  const marker = make("span", {class: "lx-strip-marker", hidden: true});
  const element = make("div", {class: chosen ? "lx-strip lx-strip-active" : "lx-strip"}, canvas, marker);
  element.style.setProperty("--lx-count", String(count));
  const context = contextOf(canvas);
  const image = context.createImageData(stride, side);
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
      const full = Math.min(count, Math.floor(values.length / side ** 2));
      for (let i = 0; i < full; i++) inkPixels(pixels, i * (side + GAP), stride, values, theme.ink, side, i * side ** 2);
      context.putImageData(image, 0, 0);
      if (said) canvas.setAttribute("aria-label", said);
      texts = each;
      if (texts[at]) canvas.setAttribute("aria-valuetext", texts[at]);
    },
  };
}
