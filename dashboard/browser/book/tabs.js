// @ts-check
// Tabs: one part of a page at a time.

import {make} from "../base/dom.js";

const STEPS = /** @type {Record<string, number>} */ ({ArrowLeft: -1, ArrowRight: 1});

/** @typedef {{name: string, label: string, content: () => Node[]}} Part content: made whenever it is opened */

/** @param {string} label @param {Part[]} parts @param {string} open the name of the one that is open; otherwise the first
 * @param {(name: string) => void} [opened] by hand */
export function createTabs(label, parts, open, opened = () => {}) {
  const tabs = parts.map(({name, label: text}, i) => make("button", {type: "button", role: "tab", class: "bk-tab", "data-testid": `tab-${name}`, onclick: () => turn(i)}, text));
  const panel = make("div", {role: "tabpanel", class: "bk-panel", tabindex: "0"});
  const list = make("div", {role: "tablist", class: "bk-tabs", "aria-label": label}, ...tabs);
  list.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    turn((tabs.findIndex((tab) => tab === event.target) + step + tabs.length) % tabs.length);
  });
  show(Math.max(0, parts.findIndex(({name}) => name === open)));

  /** @param {number} place */
  function show(place) {
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === place));
      tab.tabIndex = i === place ? 0 : -1;
    });
    panel.setAttribute("aria-label", parts[place].label);
    panel.replaceChildren(...parts[place].content());
  }

  /** @param {number} place */
  function turn(place) {
    show(place);
    tabs[place].focus();
    opened(parts[place].name);
  }

  return make("div", {class: "bk-parts"}, list, panel);
}
