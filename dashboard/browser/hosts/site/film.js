// @ts-check
// The films of the site: every instant is a file beside the page (dashboard/site/films.py). The run is in the address, as on Train.

import {rewriteAddress} from "../../base/address.js";
import {make, showFailure} from "../../base/dom.js";
import {contentOf, joinPlanes} from "../../base/parts.js";
import {PlainError} from "../../base/errors.js";
import {mountFilm} from "../../film/film.js";
import {openPage} from "./page.js";

/** @typedef {{reel: import("../../film/store.js").Reel, frames: Record<string, string>, cast: string, note: string}} Run frames: addresses by step */

export function open() {
  const page = openPage("train");
  /** @type {Record<string, Run>} */
  const runs = page.about.runs;
  const asked = new URLSearchParams(location.search).get("run") ?? "";
  const shown = Object.hasOwn(runs, asked) ? asked : Object.keys(runs)[0];
  const place = make("div", {class: "lx-static"});
  page.root.replaceChildren(
    make("nav", {class: "site-choice", "aria-label": "Films", hidden: Object.keys(runs).length < 2}, ...Object.entries(runs).map(([id, {reel}]) =>
      make("a", {href: `./train/?run=${encodeURIComponent(id)}`, "aria-current": id === shown ? "page" : null}, reel.title))), place);

  try {
    const {reel, frames, cast, note} = runs[shown];
    const film = mountFilm(place, {
      source: {frame: (_, step) => part(frames[step]), cast: () => part(cast), latest: async () => null, again: true},
      reels: [reel], link: location.hash.slice(1), note: asked && asked !== shown ? `This site has no film of “${asked.slice(0, 60)}”. ${note}` : note,
      report: () => rewriteAddress(`${location.pathname}${location.search}${film.link() && `#${film.link()}`}`),
    });
    page.onTheme(film.retheme);
    page.keep([cast, ...Object.values(frames)]);
  } catch (error) {
    showFailure(page.root, error);
  }

  /** No answer at all is a TypeError, after which the film asks again. @param {string} address */
  async function part(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new PlainError(`A part of this film cannot be fetched: ${answer.url} answers ${answer.status}.`);
    return joinPlanes(await contentOf(answer));
  }
}
