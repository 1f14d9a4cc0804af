// @ts-check
// Pictures in the whole window, for a back row or a slide: Escape closes them, a button saves them.

import {actionButton, make, savePicture} from "../base/dom.js";
import {captioned} from "../map/layout/caption.js";

/** @typedef {{canvas: HTMLCanvasElement, caption: string, name: string}} LargePicture name: of its file */

/** @param {Element} page to lie over @param {string} title @param {...HTMLElement} controls */
export function openLargeView(page, title, ...controls) {
  /** @type {LargePicture[]} */
  let shown = [];
  /** @type {import("../base/palette.js").Theme} */
  let ground;
  const stage = make("div", {class: "lx-large-stage"});
  const savePng = actionButton("Save as PNG", () => shown.forEach(({canvas, caption, name}) => savePicture(captioned(canvas, caption, ground), `${name}.png`)), {"data-testid": "large-png", disabled: true});
  const dialog = make("dialog", {class: "lx-large", "aria-label": title, "data-testid": "large-view", onclose: () => dialog.remove()},
    make("div", {class: "lx-panel-head"}, make("h2", {}, title), make("span", {class: "lx-actions"}, ...controls, savePng, actionButton("Close", () => dialog.close(), {"data-testid": "large-close"}))), stage);
  page.append(dialog);
  dialog.showModal();
  return {
    isOpen: () => dialog.open,
    /** @param {LargePicture[]} pictures @param {import("../base/palette.js").Theme} theme */
    show(pictures, theme) {
      [shown, ground] = [pictures, theme];
      savePng.disabled = !pictures.length;
      stage.style.setProperty("--lx-pictures", String(pictures.length));
      stage.replaceChildren(...pictures.map(({canvas, caption}) => make("figure", {}, canvas, make("figcaption", {}, caption))));
    },
  };
}
