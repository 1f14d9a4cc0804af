// @ts-check
// Words that explain themselves: a pointer, a finger or the Tab key opens what a marked one means, Escape closes it.

import {make, setText} from "./dom.js";

/** @typedef {{text: string, means: string}} Piece of a text; means: nothing where it explains nothing */

const FROM_EDGE = 8; // pixels

/** The pieces of a text, of which those that mean something can be asked for. @param {readonly Piece[]} pieces @returns {(Node|string)[]} */
export function explained(pieces) {
  return pieces.map(({text, means}) => (means
    ? make("span", {class: "lx-term", role: "button", tabindex: "0", "aria-label": `${text}: ${means}`, "data-means": means}, text)
    : text));
}

/** What the marked words of a view mean opens above all else on the page; those of a view within it are that one's own. @param {HTMLElement} view */
export function explainTerms(view) {
  view.dataset.explains = "";
  const meaning = make("div", {class: "lx-meaning", popover: "manual", "aria-hidden": "true", "data-testid": "meaning"});
  view.append(meaning);
  /** @type {HTMLElement|null} */
  let asked = null;

  /** @param {Event} event */
  function open({target}) {
    if (!(target instanceof HTMLElement) || !target.dataset.means || target.closest("[data-explains]") !== view) return;
    asked = target;
    setText(meaning, target.dataset.means);
    meaning.showPopover();
    const [word, box] = [target.getBoundingClientRect(), meaning.getBoundingClientRect()];
    const isRoom = word.bottom + box.height + FROM_EDGE < innerHeight;
    meaning.style.left = `${Math.max(FROM_EDGE, Math.min(word.left, innerWidth - box.width - FROM_EDGE))}px`;
    meaning.style.top = `${isRoom ? word.bottom + 2 : word.top - box.height - 2}px`;
    addEventListener("keydown", closeByKey, true);
  }

  function close() {
    meaning.hidePopover();
    removeEventListener("keydown", closeByKey, true);
  }

  /** A word that was asked for may be gone by now, with a text that changed. @param {Event} event */
  function leave({target}) {
    if (target === asked || !asked?.isConnected) close();
  }

  /** @param {KeyboardEvent} event */
  function closeByKey(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  }

  for (const type of ["pointerover", "focusin", "click"]) view.addEventListener(type, open);
  for (const type of ["pointerout", "focusout"]) view.addEventListener(type, leave);
}

/** Escape also closes what words of a view's texts have open, which a style sheet opens: see dashboard/shared/glossary.py.
 * @param {HTMLElement} view @returns {() => void} end */
export function closeTermsByEscape(view) {
  /** @param {KeyboardEvent} event */
  function keyed({key}) {
    if (key !== "Escape") return;
    for (const term of view.querySelectorAll(".term:is(:hover, :focus)")) term.toggleAttribute("data-closed", true);
  }
  for (const type of ["pointerover", "focusin"]) {
    view.addEventListener(type, ({target}) => target instanceof Element && target.closest(".term")?.removeAttribute("data-closed"));
  }
  addEventListener("keydown", keyed);
  return () => removeEventListener("keydown", keyed);
}
