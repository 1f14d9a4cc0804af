// @ts-check
// Worksheet of the site: the task is in the address, as in the dashboard's.

import {rewriteAddress} from "../../base/address.js";
import {PlainError} from "../../base/errors.js";
import {contentOf} from "../../base/parts.js";
import {readBundle} from "../../model/bundle.js";
import {createModel} from "../../model/explorer_model.js";
import {mountSheet} from "../../worksheet/sheet.js";
import {fetchModels} from "../served/library.js";
import {libraryOf} from "./choice.js";
import {openPage} from "./page.js";

export function open() {
  const page = openPage("worksheet");
  /** @type {{sheet: import("../../worksheet/sheet.js").Sheet, facts: string, shelf: import("./choice.js").Shelf}} */
  const {sheet, facts, shelf} = page.about;
  const task = () => new URLSearchParams(location.search).get("task") ?? "";

  page.root.replaceChildren();
  const shown = mountSheet(page.root, {
    sheet, facts: said(), models, begun: task(),
    turned: (name) => rewriteAddress(`${location.pathname}?task=${name}`, true),
  });
  addEventListener("popstate", () => shown.turnTo(task()));

  async function models() {
    const library = libraryOf(shelf, sheet.models);
    const {bundles} = await fetchModels(library, () => {});
    page.keep(library.models.flatMap(([bundle, , decoder]) => (decoder ? [bundle, decoder] : [bundle])));
    return bundles.map((bytes, place) => createModel(readBundle(bytes), place));
  }

  /** @returns {Promise<string[]>} */
  async function said() {
    const answer = await fetch(facts);
    if (!answer.ok) throw new PlainError(`${answer.url} answers ${answer.status}.`);
    const found = JSON.parse(new TextDecoder().decode(await contentOf(answer)));
    page.keep([facts]);
    return found;
  }
}
