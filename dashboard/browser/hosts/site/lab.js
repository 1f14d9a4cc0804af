// @ts-check
// Lab of the site: experiment, part and chart are in the address, as in the dashboard's.

import {rewriteAddress} from "../../base/address.js";
import {PlainError} from "../../base/errors.js";
import {mountLab} from "../../lab/lab.js";
import {openPage} from "./page.js";

/** @typedef {{experiments: import("../../lab/lab.js").Listed[], plotly: string, words: import("../../lab/lab.js").Words}} About */

export function open() {
  const page = openPage("lab");
  /** @type {About} */
  const {experiments, plotly, words} = page.about;

  function asked() {
    const query = new URLSearchParams(location.search);
    return {experiment: query.get("experiment") ?? "", part: query.get("part") ?? "", chart: query.get("chart") ?? ""};
  }

  page.root.replaceChildren();
  const shown = mountLab(page.root, {
    experiments, plotly, words, begun: asked(), framed: new URLSearchParams(location.search).has("embed"), isDark: page.isDark,
    async find({parts, title}) {
      const answer = await fetch(parts.shown).catch(() => null);
      if (!answer?.ok) throw new PlainError(`What “${title}” found cannot be fetched. Reload the page to try again.`);
      const found = await answer.json();
      page.keep([parts.shown, plotly]);
      return found;
    },
    turned(place) {
      const query = new URLSearchParams(Object.entries(place).filter(([, value]) => value));
      rewriteAddress(`${location.pathname}?${query}`, true);
    },
  });
  page.onTheme(shown.retheme);
  addEventListener("popstate", () => shown.show(asked()));
}
