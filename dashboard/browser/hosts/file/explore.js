// @ts-check
// The explorer in a page of its own, opened from disk or a server: everything is in the page, the state is in its address.

import {showFailure} from "../../base/dom.js";
import {PlainError} from "../../base/errors.js";
import {mountExplorer} from "../../explore/explorer.js";
import {readPayload} from "./payload.js";

const PATIENCE = 100; // milliseconds that late parts of the page wait for an idle moment

/** @param {Document} page */
export async function openStaticPage(page) {
  const root = /** @type {HTMLElement} */ (page.getElementById("explorer"));
  try {
    const found = await Promise.all([readPayload(page, "bundle-0"), readPayload(page, "bundle-1")]);
    const bundles = found.filter((bundle) => bundle !== null);
    root.replaceChildren();
    // Asked for only now: points and decoders are usable before the rest has arrived, which stands behind the script.
    const whole = wholePage(page);
    const encoders = bundles.map(async (_, i) => {
      await whole;
      const encoder = await readPayload(page, `encoder-${i}`, whenIdle);
      if (!encoder) throw new PlainError("This page was cut short: an encoder is missing.");
      return encoder;
    });
    const images = Promise.all(encoders).then(() => readPayload(page, "images", whenIdle));
    mountExplorer(root, {bundles, encoders, images, theme: "auto"});
  } catch (error) {
    showFailure(root, error);
  }
}

/** Wait until the page was read to its end. @param {Document} page */
async function wholePage(page) {
  if (page.readyState === "loading") await new Promise((resolve) => page.addEventListener("DOMContentLoaded", resolve, {once: true}));
}

/** Run a job where it keeps nobody waiting. @param {import("../../base/slices.js").Job} job */
async function whenIdle(job) {
  for (;;) {
    await new Promise((resolve) => ("requestIdleCallback" in globalThis ? requestIdleCallback(resolve, {timeout: PATIENCE}) : setTimeout(resolve, 20)));
    const {done, value} = job.next();
    if (done) return value;
  }
}
