// @ts-check
// What every page of the dashboard has: the key and the button that take it as a scene, and, in a frame with ?embed, no chrome.
// It stands from one page to the next: Streamlit calls it again, without a cleanup between, where that changes what it is told.

import {make} from "../../base/dom.js";
import {addressAtRest, collectScene, listenForScenes, shownLink} from "../../lecture/collect.js";

/** @typedef {{data: {json: string}, parentElement: ShadowRoot|HTMLElement}} ScenesCall data: whether the page collects, and the titles of what pages show */

const SEEN = 4000; // milliseconds that it is said what was collected
/** @type {WeakMap<object, () => void>} */
const ends = new WeakMap();

/** @param {ScenesCall} call @returns {() => void} cleanup */
export default function scenesComponent({data, parentElement}) {
  ends.get(parentElement)?.();
  /** @type {{collects: boolean, titles: import("../../lecture/collect.js").Titles}} */
  const {collects, titles} = JSON.parse(data.json);
  const embedded = new URLSearchParams(location.search).has("embed");
  document.documentElement.toggleAttribute("data-embedded", embedded);
  const told = make("p", {class: "lec-collected", role: "status", hidden: true, "data-testid": "collected"});
  const button = make("button", {type: "button", class: "lec-button", "data-testid": "add-scene", title: "Take what is on show as the next scene of your lecture (Shift S)", onclick: collect}, "+ Scene");
  const place = make("div", {class: "lec-collect", hidden: embedded || !collects}, button);
  let timer = 0;
  parentElement.append(place, told);
  const deaf = listenForScenes(collect);

  async function collect() {
    if (!collects) return;
    await addressAtRest();
    told.textContent = collectScene(shownLink(`./${page()}${location.search}`, location.hash, page() === "train" ? /** @type {any} */ (globalThis).__latentFilm?.state() : undefined), titles);
    told.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => (told.hidden = true), SEEN);
  }

  function end() {
    clearTimeout(timer);
    deaf();
    place.remove();
    told.remove();
    ends.delete(parentElement);
  }

  ends.set(parentElement, end);
  return end;
}

/** The last part of the address: nothing on Explore. */
function page() {
  const name = location.pathname.split("/").at(-1) ?? "";
  return name === "explore" ? "" : name;
}
