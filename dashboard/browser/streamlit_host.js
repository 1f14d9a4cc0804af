// @ts-check
// The explorer as a Streamlit component. Streamlit calls it again on every change of data or theme, without a cleanup between.

import {mountExplorer} from "./explorer.js";
import {unpackBundles} from "./packed_bundles.js";

/** @typedef {{data: Uint8Array, parentElement: ShadowRoot|HTMLElement, setStateValue: (name: string, value: unknown) => void, key?: string}} ComponentCall */
/** @typedef {{id: string, link: string, explorer: ReturnType<typeof mountExplorer>, call: ComponentCall, fit: () => void}} Instance */

const LEAST_HEIGHT = 560;
const BOTTOM_SPACE = 12;

/** @type {WeakMap<object, Instance>} */
const instances = new WeakMap();
/** States of explorers that left the page, so that coming back finds them as they were. @type {Map<string, string>} */
const left = new Map();

/** @param {ComponentCall} call @returns {() => void} cleanup */
export function streamlitComponent(call) {
  const root = /** @type {HTMLElement} */ (call.parentElement.querySelector("#latent-explorer"));
  const {header, bundles} = unpackBundles(call.data);
  const old = instances.get(root);
  if (old && old.id === header.id && old.link === header.link) {
    old.call = call;
    old.explorer.update({});
    return () => leave(root);
  }
  const carried = old ? old.explorer.link() : location.hash.slice(1) || left.get(header.id);
  const link = header.link && header.link !== old?.link ? header.link : carried;
  if (old) leave(root);
  /** @type {Instance} */
  const instance = {id: header.id, link: header.link, call, fit: () => fitHeight(root), explorer: mountExplorer(root, {
    bundles, link, choices: header.choices,
    onReport: (report) => instance.call.setStateValue("report", report),
    onChoose: (names) => instance.call.setStateValue("models", names),
  })};
  instances.set(root, instance);
  instance.fit();
  addEventListener("resize", instance.fit);
  return () => leave(root);
}

/** @param {HTMLElement} root */
function leave(root) {
  const instance = instances.get(root);
  if (!instance) return;
  left.set(instance.id, instance.explorer.link());
  removeEventListener("resize", instance.fit);
  instance.explorer.destroy();
  instances.delete(root);
}

/** As tall as the window leaves room for below the place it stands at. @param {HTMLElement} root */
function fitHeight(root) {
  const top = root.getBoundingClientRect().top + document.documentElement.scrollTop;
  root.style.setProperty("--lx-height", `${Math.max(LEAST_HEIGHT, innerHeight - top - BOTTOM_SPACE)}px`);
}
