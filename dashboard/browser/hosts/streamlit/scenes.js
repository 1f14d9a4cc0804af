// @ts-check
// What every page of the dashboard has: the key and the button that take it as a scene, and, in a frame with ?embed, no chrome.
// It stands from one page to the next: Streamlit calls it again, without a cleanup between, where that changes what it is told.

import {mountCollecting} from "../../lecture/collecting.js";

/** @typedef {{data: {json: string}, parentElement: ShadowRoot|HTMLElement}} ScenesCall data: whether the page collects, and the titles of what pages show */

/** @type {WeakMap<object, () => void>} */
const ends = new WeakMap();

/** @param {ScenesCall} call @returns {() => void} cleanup */
export default function scenesComponent({data, parentElement}) {
  ends.get(parentElement)?.();
  /** @type {{collects: boolean, titles: import("../../lecture/collect.js").Titles}} */
  const {collects, titles} = JSON.parse(data.json);
  document.documentElement.toggleAttribute("data-embedded", new URLSearchParams(location.search).has("embed"));
  const unmount = mountCollecting(parentElement, {collects, titles, page});

  function end() {
    unmount();
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
