// @ts-check
// A film in a page of its own, opened from disk: every instant is in the page (dashboard/films/export.py).

import {rewriteAddress} from "../../base/address.js";
import {showFailure} from "../../base/dom.js";
import {PlainError} from "../../base/errors.js";
import {mountFilm} from "../../film/film.js";
import {readPayload} from "./payload.js";

/** @param {Document} page */
export async function openFilmPage(page) {
  const root = /** @type {HTMLElement} */ (page.getElementById("film-page"));
  try {
    const {reels, note} = JSON.parse(page.getElementById("film")?.textContent ?? "{}");
    /** Runs of one data set have one cast. @type {Map<number, Promise<Uint8Array>>} */
    const casts = new Map();
    /** @param {string} id */
    const payload = async (id) => {
      const bytes = await readPayload(page, id);
      if (!bytes) throw new PlainError(`The part ${id} of this page is missing.`);
      return bytes;
    };
    /** @type {import("../../film/source.js").FilmSource} */
    const source = {
      frame: (run, step) => payload(`frame-${run}-${step}`),
      latest: async () => null,
      cast(run) {
        const {cast} = reels[Number(run)];
        if (!casts.has(cast)) casts.set(cast, payload(`cast-${cast}`));
        return /** @type {Promise<Uint8Array>} */ (casts.get(cast));
      },
      again: false,
    };
    root.replaceChildren();
    const film = mountFilm(root, {source, reels, link: location.hash.slice(1), note, report: () => rewriteAddress(`#${film.link()}`)});
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", film.retheme);
  } catch (error) {
    showFailure(root, error);
  }
}
