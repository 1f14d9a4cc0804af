// @ts-check
// Making elements in one line each.

import {PlainError, sentenceOf} from "./errors.js";

/** @typedef {Record<string, string|number|boolean|null|undefined|((event: any) => void)>} Attributes */

/** An element with attributes (`onclick` and the like become listeners) and children. @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Attributes} [attributes] @param {...(Node|string|null)} children @returns {HTMLElementTagNameMap[K]} */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** The 2-D context of a canvas. @param {HTMLCanvasElement} canvas @param {CanvasRenderingContext2DSettings} [settings] */
export function contextOf(canvas, settings) {
  const context = canvas.getContext("2d", settings);
  if (!context) throw new PlainError("This browser gives no 2-D canvas, so the maps cannot be drawn.");
  return context;
}

/** A group of buttons of which one is chosen. @template {string} T @param {string} label
 * @param {{value: T, text: string, testid?: string, title?: string}[]} choices @param {(value: T) => void} chosen */
export function choiceBar(label, choices, chosen) {
  const buttons = choices.map(({value, text, testid, title}) => make("button", {
    type: "button", class: "lx-choice", "aria-pressed": "false", "data-testid": testid, title, onclick: () => chosen(value),
  }, text));
  return {
    element: make("div", {class: "lx-choices", role: "group", "aria-label": label}, ...buttons),
    /** @param {T} value */
    show(value) {
      buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(choices[i].value === value)));
    },
  };
}

/** A button that does one thing, unless it is said why it cannot. @param {string} text @param {() => void} act @param {Attributes} [attributes] */
export function actionButton(text, act, attributes = {}) {
  const button = make("button", {type: "button", class: "lx-button", onclick: () => {
    if (button.getAttribute("aria-disabled") !== "true") act();
  }, ...attributes}, text);
  return button;
}

/** A button or a slider that can do nothing for now says why to a pointer, a finger and the Tab key (meanings.js): none of them reaches one
 * that is `disabled` to the browser. @param {HTMLElement} button @param {string} why nothing where it can */
export function setUnable(button, why) {
  if ((button.dataset.means ?? "") === why) return;
  button.setAttribute("aria-disabled", String(why !== ""));
  button.dataset.title ??= button.title; // the browser's own hint would lie over the reason
  button.title = why ? "" : button.dataset.title;
  if (why) button.dataset.means = why;
  else delete button.dataset.means;
}

const PAGE_KEYS = ["PageUp", "PageDown"];

/** A slider, for arrows, Home and End. The page keys, which a presenter's remote control sends, turn pages and never move it. @param {Attributes} attributes */
export function slider(attributes) {
  const input = range(attributes);
  input.addEventListener("keydown", (event) => {
    if (!PAGE_KEYS.includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    // A host leaves the keys of an input alone, so the key goes on from beside it.
    input.parentElement?.dispatchEvent(new KeyboardEvent(event.type, event));
  });
  return input;
}

/** A slider whose keys are its owner's. One that can do nothing for now (`setUnable`) stays where it is. @param {Attributes} attributes */
export function range(attributes) {
  const input = make("input", {type: "range", ...attributes});
  let held = input.value;
  for (const type of ["pointerdown", "keydown"]) input.addEventListener(type, () => (held = input.value), true);
  for (const type of ["input", "change"]) {
    // In the capturing phase it comes before the owner's own.
    input.addEventListener(type, (event) => {
      if (input.getAttribute("aria-disabled") !== "true") return;
      event.stopImmediatePropagation();
      input.value = held;
    }, true);
  }
  return input;
}

/** Sets text only where it changed, so that screen readers are not told the same twice. @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A place on the page that cannot be filled says why. @param {Element|null} place @param {unknown} error */
export function showFailure(place, error) {
  place?.replaceChildren(make("p", {class: "lx-loading", role: "alert"}, sentenceOf(error)));
}

/** @param {BlobPart} content @param {string} type @param {string} name */
export function save(content, type, name) {
  const url = URL.createObjectURL(new Blob([content], {type}));
  make("a", {href: url, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** @param {HTMLCanvasElement} canvas @param {string} name */
export function savePicture(canvas, name) {
  canvas.toBlob((blob) => blob && save(blob, "image/png", name));
}

/** A button that opens a small sheet; Escape, a click elsewhere and leaving by Tab close it. @param {string} name @param {string} testid @param {...Node} children */
export function createMenu(name, testid, ...children) {
  // It takes the focus that its words let go when they are clicked: a host such as Streamlit would give it to the page behind, and
  // the menu would close before the click has done its work.
  const sheet = make("div", {class: "lx-sheet", tabindex: "-1"}, ...children);
  const summary = make("summary", {class: "lx-button", "data-testid": testid}, name);
  const menu = make("details", {class: "lx-menu"}, summary, sheet);
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    summary.focus();
    event.stopPropagation();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  return menu;
}

/** The width of an element's content in pixels of the page as the browser last laid it out. Asking the element itself between two changes of the page
 * would lay it out in every frame. @param {Element} element @param {() => void} changed @returns {() => number} 0 until it has been laid out */
export function widthOf(element, changed) {
  let width = 0;
  new ResizeObserver(([{contentRect}]) => {
    ({width} = contentRect);
    changed();
  }).observe(element);
  return () => width;
}
