// @ts-check
// Horizontal bars on one axis of nats that ends at 0 on the right: log-probabilities reach to the left.

import {make, setText} from "./dom.js";
import {numberText} from "./lesson_parts.js";

/** The end of an axis for values that reach down to `least`: a round number some way beyond. @param {number} least negative */
export function roundedEnd(least) {
  const power = 10 ** Math.floor(Math.log10(-least));
  const unit = power / 2;
  return -Math.ceil((-least * 1.02) / unit) * unit;
}

/** @param {string} label @param {{label: string, testid?: string, parts: string[]}[]} rows parts: kinds, each with a look of its own */
export function createBars(label, rows) {
  const built = rows.map((row) => {
    const value = make("output", {class: "ls-value", "data-testid": row.testid});
    const parts = row.parts.map((kind) => make("span", {class: `ls-part ls-part-${kind}`}));
    return {value, parts, element: make("div", {class: "ls-bar-row"}, make("span", {class: "ls-name"}, row.label), make("div", {class: "ls-bar"}, ...parts), value)};
  });
  const left = make("span", {});
  const element = make("div", {class: "ls-bars", role: "group", "aria-label": label}, ...built.map((row) => row.element),
    make("div", {class: "ls-bar-row ls-bar-axis"}, make("span", {}), make("div", {class: "ls-bar-ends"}, left, make("span", {}, "0 nats")), make("span", {})));
  return {
    element,
    /** For each row its number and the two ends of each of its parts, or null while unknown. @param {{value: number, parts: [number, number][]}[]|null} values @param {number} least left end of the axis */
    show(values, least) {
      setText(left, values ? numberText(least, 0) : "");
      built.forEach(({value, parts}, i) => {
        setText(value, values ? numberText(values[i].value) : "…");
        parts.forEach((part, k) => {
          const [from, to] = values ? values[i].parts[k] : [0, 0];
          part.style.left = `${Math.max(0, (1 - from / least) * 100)}%`;
          part.style.width = `${Math.max(0, (Math.min(1, from / least) - to / least) * 100)}%`;
        });
      });
    },
  };
}
