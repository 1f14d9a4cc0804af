// @ts-check
// The classes of a map: a button each, and where there are more than ten, which colours do not tell apart, a field to find them by name.

import {make} from "../base/dom.js";
import {classColour} from "../base/palette.js";
import {areShort, areMany, markOf, namesFound, titleOf} from "../words/classes.js";

/** @typedef {object} LegendOptions
 * @property {import("../words/classes.js").ClassNames} names
 * @property {string} testid what those of the buttons begin with
 * @property {(label: number) => void} toggle
 * @property {(label: number|null) => void} focus highlights a class for as long as it is pointed at
 * @property {(labels: number[]) => void} only shows these and no others
 * @property {(label: number) => string} [colourOf] those of classes unless said
 * @property {(label: number) => string} [hint] what a click on one does
 * @property {boolean} [apart] whether they are no classes, which have marks on a map */

/** @param {LegendOptions} options */
export function createLegendButtons({names, testid, toggle, focus, only, colourOf = classColour, hint = (label) => `Show only ${names[label]}; point here to highlight it`, apart = false}) {

  const [many, sought] = [areMany(names), apart ? "Find a value" : "Find a class"];
  const buttons = names.map((name, label) => {
    const button = make("button", {
      type: "button", class: "lx-class", "data-testid": `${testid}-${label}`, "aria-label": apart ? name : titleOf(name), title: hint(label),
      onclick: () => toggle(label), onpointerenter: () => focus(label), onpointerleave: () => focus(null), onblur: () => focus(null),
      onfocus: () => button.matches(":focus-visible") && focus(label), onkeydown: (/** @type {KeyboardEvent} */ event) => many && goOn(event, label),
    }, make("span", {class: "lx-dot"}), apart ? null : markOf(names, label), areShort(names) && !apart ? null : make("span", {class: "lx-class-name"}, name));
    button.style.setProperty("--lx-colour", colourOf(label));
    if (many && label) button.tabIndex = -1; // arrows lead from one to the next
    return button;
  });
  const field = make("input", {type: "search", class: "lx-field lx-class-search", placeholder: sought, "aria-label": sought, "data-testid": `${testid}-search`,
    title: "By name; Enter shows those found alone", maxlength: 60, oninput: find, onblur: () => focus(null),
    onkeydown(/** @type {KeyboardEvent} */ event) {
      const found = namesFound(names, field.value);
      if (event.key === "Enter" && field.value && found.length) only(found);
      if (event.key !== "Escape") return;
      field.value = "";
      find();
    }});

  function find() {
    const found = namesFound(names, field.value);
    buttons.forEach((button, label) => (button.hidden = !found.includes(label)));
    field.setAttribute("aria-invalid", String(!found.length));
    reachable(found[0] ?? 0);
    focus(field.value && found.length === 1 ? found[0] : null);
  }

  /** The one button that Tab leads to. @param {number} label */
  function reachable(label) {
    buttons.forEach((button, other) => (button.tabIndex = other === label ? 0 : -1));
  }

  /** @param {KeyboardEvent} event @param {number} from */
  function goOn(event, from) {
    const found = namesFound(names, field.value);
    const at = found.indexOf(from);
    const next = {ArrowRight: found[at + 1], ArrowLeft: found[at - 1], Home: found[0], End: found.at(-1)}[event.key];
    if (next === undefined) return;
    reachable(next);
    buttons[next].focus();
    event.preventDefault();
  }

  return {
    elements: many ? [field, ...buttons] : buttons,
    /** @param {(label: number) => boolean} isShown */
    render: (isShown) => buttons.forEach((button, label) => button.setAttribute("aria-pressed", String(isShown(label)))),
  };
}

/** The style of a legend, by how much room its classes take. @param {import("../words/classes.js").ClassNames} names @param {boolean} fills whether their names take a line to themselves */
export function legendStyle(names, fills) {
  return `lx-legend${areMany(names) ? " lx-legend-many" : ""}${fills ? " lx-legend-long" : ""}`;
}
