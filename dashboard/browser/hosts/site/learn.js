// @ts-check
// Learn of the site: the step is in the address, as in the dashboard's.

import {rewriteAddress} from "../../base/address.js";
import {mountCourse} from "../../learn/course.js";
import {createStepModels, exploreAt} from "../served/lessons.js";
import {addressesOf, libraryOf} from "./choice.js";
import {openPage} from "./page.js";

/** @typedef {{course: import("../../learn/course.js").Course, shelf: import("./choice.js").Shelf, pair: string[], rungs: [beta: number, name: string][], isUsual: boolean}} About pair: names of the VAE and of
 *   the autoencoder that the steps are about; rungs: of the ladder, ascending; isUsual: whether it is the pair that
 *   a link to a step means which names none */

export function open() {
  const page = openPage("learn");
  /** @type {About} */
  const {course, shelf, pair, rungs, isUsual} = page.about;
  const {models} = createStepModels((ladder) => libraryOf(shelf, ladder ? rungs.map(([, name]) => name) : pair), (library) => page.keep(addressesOf(library)));
  const step = () => new URLSearchParams(location.search).get("step") ?? "";

  page.root.replaceChildren();
  const shown = mountCourse(page.root, {
    course, begun: step(), models,
    addressOf: (state, beta) => exploreAt(state, beta, rungs, pair[1]),
    turned: (name) => rewriteAddress(addressOf(name), true),
  });
  if (!isUsual) rewriteAddress(addressOf(shown.step()));
  page.onTheme(shown.retheme);
  addEventListener("popstate", () => shown.turnTo(step()));

  /** Of a step, so that a scene of it names its models where it must. @param {string} name */
  function addressOf(name) {
    const query = new URLSearchParams(location.search);
    query.set("step", name);
    if (!isUsual) query.set("models", pair.join());
    return `${location.pathname}?${query.toString().replaceAll("%2C", ",")}`;
  }
}
