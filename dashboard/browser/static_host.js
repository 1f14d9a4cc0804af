// @ts-check
// The explorer in a page of its own, opened from disk or a server: everything is in the page, the state is in its address.

import {mountExplorer} from "./explorer.js";
import {readPayload} from "./static_payload.js";

/** @param {Document} page */
export async function openStaticPage(page) {
  const root = /** @type {HTMLElement} */ (page.getElementById("explorer"));
  try {
    const found = await Promise.all([readPayload(page, "bundle-0"), readPayload(page, "bundle-1")]);
    const bundles = found.filter((bundle) => bundle !== null);
    root.replaceChildren();
    // Asked for only now: points and weights are usable before the images have arrived.
    const images = new Promise((resolve) => setTimeout(resolve, 50)).then(() => readPayload(page, "images"));
    mountExplorer(root, {bundles, images, theme: "auto"});
  } catch (error) {
    root.textContent = error instanceof Error ? error.message : String(error);
  }
}
