// @ts-check
// The bar with which one leafs through a book: previous, all its pages, next; the keys that a presenter's remote control sends do the
// same, and where nothing else takes them the arrows. The counterpart of dashboard/shared/leafing.py.

import {actionButton, make, setText, setUnable} from "../base/dom.js";

/** @typedef {{pages: string, previous: string, next: string, first: string, last: string}} Words */

const STEPS = /** @type {Record<string, number>} */ ({PageUp: -1, PageDown: 1, ArrowLeft: -1, ArrowRight: 1});
const TYPED = "textarea, select, input:not([type=radio], [type=checkbox])";

/** @param {string[]} labels of the pages @param {Words} words @param {(place: number) => void} turn */
export function createLeafing(labels, words, turn) {
  let place = 0;
  const [previous, next] = [-1, 1].map((step) => actionButton("", () => turn(place + step), {class: "bk-button"}));
  previous.append(make("span", {"aria-hidden": "true"}, "‹"), make("span", {class: "bk-word"}, words.previous));
  next.append(make("span", {class: "bk-word"}, words.next), make("span", {"aria-hidden": "true"}, "›"));
  const pages = labels.map((label, i) => actionButton(label, () => turn(i), {class: "bk-page", "data-testid": `page-${i}`}));
  const list = make("div", {class: "bk-pages"}, ...pages);
  const onward = actionButton("", () => turn(place + 1), {class: "bk-button bk-onward"});
  const element = make("nav", {class: "bk-bar", "aria-label": words.pages, "data-testid": "leafing"}, previous, list, next);
  addEventListener("keydown", keyed);

  /** @param {KeyboardEvent} event */
  function keyed(event) {
    const {key} = event;
    const target = event.composedPath()[0]; // a component of Streamlit's hides what lies in it
    const step = STEPS[key];
    if (!step || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || !(target instanceof HTMLElement)) return;
    const free = key.startsWith("Arrow") ? target === document.body || element.contains(target) : !target.matches(TYPED);
    if (!free || !labels[place + step]) return;
    event.preventDefault();
    turn(place + step);
  }

  return {
    element,
    /** The next page once more, to stand below the present one where the bar is far above. */
    onward,
    /** @param {number} now */
    show(now) {
      place = now;
      setUnable(previous, now === 0 ? words.first : "");
      setUnable(next, now === labels.length - 1 ? words.last : "");
      pages.forEach((page, i) => (i === now ? page.setAttribute("aria-current", "page") : page.removeAttribute("aria-current")));
      onward.hidden = now === labels.length - 1;
      setText(onward, `${words.next}: ${labels[now + 1]}`);
      const [outer, inner] = [list, pages[now]].map((one) => one.getBoundingClientRect());
      list.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2; // the page itself stays where it is
    },
    /** @param {number} which @param {string} label */
    rename(which, label) {
      labels[which] = label;
      setText(pages[which], label);
    },
    /** Keys turn pages no more. */
    end: () => removeEventListener("keydown", keyed),
  };
}
