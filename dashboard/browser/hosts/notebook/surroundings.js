// @ts-check
// A place in the output of a cell with the notebook's own colours, whichever program shows it, and with its keys to itself.

import {make} from "../../base/dom.js";

const SEE_THROUGH = /^rgba\(.*, 0\)$/;

/** A place that takes no style from the notebook and gives it none. @param {HTMLElement} el of the cell @param {string} styles @param {string} className */
export function placeIn(el, styles, className) {
  el.dataset.lmSuppressShortcuts = "true"; // JupyterLab would take arrows and letters for its cells
  const root = make("div", {class: className});
  (el.shadowRoot ?? el.attachShadow({mode: "open"})).replaceChildren(make("style", {}, styles), root);
  return root;
}

/** Gives a place the colours round it, now and whenever the notebook takes others. @param {HTMLElement} root @param {() => void} changed @returns {() => void} end */
export function takeColours(root, changed) {
  let worn = "";
  function wear() {
    const [back, text] = [backBehind(root), getComputedStyle(/** @type {ShadowRoot} */ (root.getRootNode()).host).color];
    if (!root.isConnected || worn === back + text) return;
    worn = back + text;
    root.style.setProperty("--st-background-color", back);
    root.style.setProperty("--st-text-color", text);
    root.style.setProperty("--st-secondary-background-color", `color-mix(in srgb, ${text} 7%, ${back})`);
    changed();
  }
  // A notebook changes its looks by attributes of the page or by another style sheet, after which nothing tells of it: the text's colour does.
  root.style.transition = "color 1ms";
  root.addEventListener("transitionend", wear);
  const watching = new MutationObserver(wear);
  for (const element of [document.documentElement, document.body]) watching.observe(element, {attributes: true});
  const seen = new ResizeObserver(wear);
  seen.observe(root);
  return () => {
    watching.disconnect();
    seen.disconnect();
  };
}

/** The first colour behind an element that can be seen; white where there is none. @param {HTMLElement} element */
function backBehind(element) {
  for (let at = /** @type {Node|null} */ (element.getRootNode()); at; at = at instanceof ShadowRoot ? at.host : at.parentNode) {
    if (!(at instanceof Element)) continue;
    const {backgroundColor} = getComputedStyle(at);
    if (!SEE_THROUGH.test(backgroundColor)) return backgroundColor;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches ? "rgb(20, 22, 27)" : "rgb(255, 255, 255)";
}
