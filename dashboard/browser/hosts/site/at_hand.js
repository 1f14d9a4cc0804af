// @ts-check
// The task at hand above a page of the site, where the site has a sheet of tasks.

import {mountAtHand} from "../../worksheet/at_hand.js";

/** @param {import("./page.js").Page} page @param {boolean} explores whether it is Explore @returns {import("../../worksheet/at_hand.js").Bar|null} */
export function putAtHand({about, root}, explores) {
  if (!about.hand) return null;
  const asked = new URLSearchParams(location.search).get("task") ?? "";
  const bar = mountAtHand(about.hand, asked, explores, (task) => location.assign(new URL(`worksheet/?task=${task}`, document.baseURI)));
  root.before(bar.element);
  // What the page has no room for.
  new ResizeObserver(([{borderBoxSize}]) => document.documentElement.style.setProperty("--site-task", `${borderBoxSize[0]?.blockSize ?? 0}px`)).observe(bar.element);
  return bar;
}
