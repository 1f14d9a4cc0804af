// @ts-check
// The key and the button that take what a page shows as the next scene, and the word that says so.

import {make} from "../base/dom.js";
import {addressAtRest, collectScene, listenForScenes, shownLink, withModels} from "./collect.js";

const SEEN = 4000; // milliseconds that it is said what was collected

/** @param {ShadowRoot|HTMLElement} root
 * @param {{collects: boolean, titles: import("./collect.js").Titles, page: () => string}} options whether the page collects, the titles of what pages show, and
 *   the name of the page, which is nothing on Explore; in a frame with ?embed there is no button
 * @returns {() => void} end */
export function mountCollecting(root, {collects, titles, page}) {
  const embedded = new URLSearchParams(location.search).has("embed");
  const told = make("p", {class: "lec-collected", role: "status", hidden: true, "data-testid": "collected"});
  const button = make("button", {type: "button", class: "lec-button", "data-testid": "add-scene", title: "Take what is on show as the next scene of your lecture (Shift S)", onclick: collect}, "+ Scene");
  const place = make("div", {class: "lec-collect", hidden: embedded || !collects}, button);
  let timer = 0;
  root.append(place, told);
  const deaf = listenForScenes(collect);

  async function collect() {
    if (!collects) return;
    await addressAtRest();
    const explorer = /** @type {any} */ (globalThis).__latentExplorer;
    const query = page() === "" && explorer ? withModels(location.search, explorer.names()) : location.search;
    told.textContent = collectScene(shownLink(`./${page()}${query}`, location.hash, page() === "train" ? /** @type {any} */ (globalThis).__latentFilm?.state() : undefined), titles);
    told.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => (told.hidden = true), SEEN);
  }

  return () => {
    clearTimeout(timer);
    deaf();
    place.remove();
    told.remove();
  };
}
