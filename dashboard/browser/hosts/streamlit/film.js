// @ts-check
// The film as a Streamlit component. Streamlit calls it again on every change of data or theme, without a cleanup between;
// the data are only the list of instants, the frames are fetched beside it.

import {rewriteAddress} from "../../base/address.js";
import {mountFilm} from "../../film/film.js";
import {createHttpSource} from "../../film/source.js";

// Addresses are beside that of the page: a proxy or the server itself may have put a path before all of them.

/** @typedef {{data: {json: string}, parentElement: ShadowRoot|HTMLElement, setStateValue: (name: string, value: unknown) => void, key?: string}} FilmCall */
/** @typedef {{id: string, link: string, call: FilmCall, film: ReturnType<typeof mountFilm>}} FilmInstance */

/** @type {WeakMap<object, FilmInstance>} */
const films = new WeakMap();
/** States of films that left the page, so that coming back finds them as they were. @type {Map<string, string>} */
const leftFilms = new Map();

/** @param {FilmCall} call @returns {() => void} cleanup */
export default function filmComponent(call) {
  const root = /** @type {HTMLElement} */ (call.parentElement.querySelector("#latent-film"));
  /** @type {{reels: import("../../film/store.js").Reel[], link: string}} */
  const {reels, link} = JSON.parse(call.data.json);
  if (!reels.length) return () => {}; // there is no film yet: this much was loaded ahead of it
  const id = reels.map((reel) => reel.run).join(" ");
  const old = films.get(root);
  if (old?.id === id && old.link === link) {
    old.call = call;
    old.film.update(reels);
    old.film.retheme();
    return () => leaveFilm(root);
  }
  if (old) leaveFilm(root);
  const [first, ...beside] = reels.map((reel) => encodeURIComponent(reel.run));
  /** @type {FilmInstance} */
  const instance = {id, link, call, film: mountFilm(root, {
    source: createHttpSource("film"), reels, link: link || location.hash.slice(1) || leftFilms.get(id) || "",
    pageUrl: `film/${first}/page${beside.map((run) => `?beside=${run}`).join("")}`,
    report(report) {
      rewriteAddress(`${location.pathname}${location.search}${hashOf(instance.film.link())}`);
      instance.call.setStateValue("report", report);
    },
  })};
  films.set(root, instance);
  return () => leaveFilm(root);
}

/** @param {string} link of a film, so that a reload and a copied address find it as it is */
function hashOf(link) {
  return link ? `#${link}` : "";
}

/** @param {HTMLElement} root */
function leaveFilm(root) {
  const instance = films.get(root);
  if (!instance) return;
  films.delete(root);
  leftFilms.set(instance.id, instance.film.link());
  instance.film.destroy();
}
