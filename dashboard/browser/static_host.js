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
    // Asked for only now: points and weights are usable before the images have arrived, which stand behind the script.
    const images = wholePage(page).then(() => readPayload(page, "images"));
    mountExplorer(root, {bundles, images, theme: "auto"});
  } catch (error) {
    root.textContent = error instanceof Error ? error.message : String(error);
  }
}

/** Wait until the page was read to its end, and a moment for the first drawing. @param {Document} page */
async function wholePage(page) {
  if (page.readyState === "loading") await new Promise((resolve) => page.addEventListener("DOMContentLoaded", resolve, {once: true}));
  await new Promise((resolve) => setTimeout(resolve, 50));
}
