// @ts-check
// Horizontal bars on one axis of nats.

import {make, setText} from "../../base/dom.js";
import {numberText} from "./parts.js";
import {marked} from "../../words/terms.js";

/** The end of an axis for lengths up to `most`: a round number some way beyond. @param {number} most */
export function roundedEnd(most) {
  const unit = 10 ** Math.floor(Math.log10(Math.max(most, 1e-3))) / 2;
  return Number((Math.ceil((most * 1.02) / unit) * unit).toPrecision(6));
}

/** @param {string} label @param {{label: string, testid?: string, parts: string[], telling?: boolean}[]} rows parts: kinds, each with a look of its own; telling: hidden until the step is answered */
export function createBars(label, rows) {
  const built = rows.map((row) => {
    const value = make("output", {class: row.telling ? "ls-value ls-telling" : "ls-value", "data-testid": row.testid});
    const parts = row.parts.map((kind) => make("span", {class: `ls-part ls-part-${kind}${row.telling ? " ls-telling" : ""}`}));
    return {value, parts, element: make("div", {class: "ls-bar-row"}, make("span", {class: "ls-name"}, ...marked(row.label)), make("div", {class: "ls-bar"}, ...parts), value)};
  });
  const ends = [make("span", {}), make("span", {})];
  const element = make("div", {class: "ls-bars", role: "group", "aria-label": label}, ...built.map((row) => row.element),
    make("div", {class: "ls-bar-row ls-bar-axis"}, make("span", {}), make("div", {class: "ls-bar-ends"}, ...ends), make("span", {})));
  return {
    element,
    /** For each row its number and the two ends of each of its parts, or null while unknown.
     * @param {{value: number, parts: [number, number][]}[]|null} values @param {number} low left end of the axis @param {number} high */
    show(values, low, high) {
      [low, high].forEach((end, i) => setText(ends[i], values ? `${numberText(end, 0)}${i ? " nats" : ""}` : ""));
      const share = (/** @type {number} */ value) => Math.min(1, Math.max(0, (value - low) / (high - low)));
      built.forEach(({value, parts}, i) => {
        setText(value, values ? numberText(values[i].value) : "…");
        parts.forEach((part, k) => {
          const [from, to] = values ? values[i].parts[k] : [low, low];
          part.style.left = `${share(from) * 100}%`;
          part.style.width = `${Math.max(0, share(to) - share(from)) * 100}%`;
        });
      });
    },
  };
}
