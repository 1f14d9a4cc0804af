// @ts-check
// Small pieces that the live views are made of: readings, sliders over given values, pictures with a caption.

import {createDigit} from "../../images/digit_view.js";
import {make, setText, slider} from "../../base/dom.js";
import {marked, setMarked} from "../../words/terms.js";

/** @typedef {{name: string, label: string, digits?: number, unit?: string, strong?: boolean, kind?: string, format?: (value: number|null) => string, telling?: boolean}} ReadingRow
 *   kind: of the part of a bar that it is the length of; telling: it answers the question of the step, and is hidden until then */

/** A number with a true minus sign, or an ellipsis for one that is being worked out. @param {number|null} value @param {number} [digits] */
export function numberText(value, digits = 2) {
  if (value === null || !Number.isFinite(value)) return "…";
  const large = Math.abs(value) >= 1e6;
  return (large ? value.toExponential(1) : value.toFixed(digits)).replace("-", "−").replace(/^−(0\.?0*)$/, "$1");
}

/** How far a sum or a mean is off, as it is printed. @param {number} by in nats, above 0 where it is too high */
export function offBy(by) {
  if (Math.abs(by) < 0.005) return "is right to 0.01 nats";
  return `is ${numberText(Math.abs(by))} nats ${by > 0 ? "too high" : "too low"}`;
}

/** A number of any size with three meaningful digits. @param {number|null} value */
export function roughText(value) {
  if (value === null || !Number.isFinite(value)) return "…";
  const rounded = Number(value.toPrecision(3));
  return Math.abs(rounded) >= 1e7 || (rounded !== 0 && Math.abs(rounded) < 1e-3) ? rounded.toExponential(2).replace("-", "−") : rounded.toLocaleString("en", {maximumSignificantDigits: 3}).replace("-", "−");
}

/** A table of named numbers. @param {ReadingRow[]} rows */
export function createReadings(rows) {
  const outputs = rows.map(({name, telling}) => make("output", {class: telling ? "ls-value ls-telling" : "ls-value", "data-testid": `reading-${name}`}));
  /** Explained where it first stands. @param {number} i */
  const unitOf = (i) => {
    const {unit = ""} = rows[i];
    return rows.findIndex((row) => row.unit === unit) === i ? marked(unit) : [unit];
  };
  const element = make("div", {class: "ls-readings"}, ...rows.map(({label, strong, kind}, i) =>
    make("div", {class: strong ? "ls-reading ls-strong" : "ls-reading"}, make("span", {class: "ls-name"}, kind ? make("span", {class: `ls-swatch ls-part-${kind}`}) : null, ...marked(label)), outputs[i], make("span", {class: "ls-unit"}, ...unitOf(i)))));
  return {
    element,
    /** @param {import("../lesson.js").Readings} values */
    show(values) {
      rows.forEach(({name, digits, format}, i) => setText(outputs[i], format ? format(values[name]) : numberText(values[name], digits)));
    },
  };
}

/** A slider over a list of values. @param {{label: string, testid: string, values: readonly number[], first: number, format?: (value: number) => string,
 *   changed: (value: number) => void, settled: () => void}} options */
export function createChoiceSlider({label, testid, values, first, format = String, changed, settled}) {
  const input = slider({min: 0, max: values.length - 1, step: 1, value: values.indexOf(first), "data-testid": testid, "aria-label": label,
    oninput: () => {
      show();
      changed(values[Number(input.value)]);
    },
    onchange: settled});
  const value = make("output", {class: "lx-number"});

  function show() {
    const text = format(values[Number(input.value)]);
    setText(value, text);
    input.setAttribute("aria-valuetext", text);
    input.style.setProperty("--lx-share", `${Number(input.value) / (values.length - 1) * 100}%`);
  }

  show();
  return {
    element: make("label", {class: "ls-slider"}, make("span", {class: "ls-slider-name"}, label), value, input),
    /** @param {number} wanted one of the values */
    set(wanted) {
      input.value = String(values.indexOf(wanted));
      show();
    },
  };
}

/** A picture of an image with words under it. @param {string} testid @param {string} said */
export function createPicture(testid, said) {
  const digit = createDigit({"data-testid": testid, "aria-label": said});
  const caption = make("figcaption", {class: "ls-caption"}, said);
  return {
    element: make("figure", {class: "ls-picture"}, digit.element, caption),
    show: digit.show,
    /** @param {string} text */
    say(text) {
      setMarked(caption, text);
      digit.element.setAttribute("aria-label", text);
    },
  };
}

/** What the marks of a map are. @param {[string, string][]} entries a kind of mark, and its words */
export function createLegend(entries) {
  return make("div", {class: "ls-legend"}, ...entries.map(([kind, words]) => make("span", {}, make("span", {class: `ls-mark ls-mark-${kind}`, "aria-hidden": "true"}), words)));
}

/** Words that are computed from what is on show. @param {string} [testid] @param {boolean} [telling] whether they answer the question of the step */
export function createNote(testid, telling) {
  const element = make("p", {class: telling ? "ls-note ls-telling" : "ls-note", "data-testid": testid});
  return {element, say: (/** @type {string} */ text) => setText(element, text)};
}
