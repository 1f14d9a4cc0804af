// @ts-check
// The film of one or two runs on a page: puts its parts together.

import {createFilmControls} from "./controls.js";
import {createFilm} from "./player.js";
import {createTakeaways} from "./takeaways.js";
import {make, setText} from "../base/dom.js";
import {explainTerms} from "../base/meanings.js";

/** @typedef {import("./store.js").Reel} Reel */
/** @typedef {{source: import("./source.js").FilmSource, reels: Reel[], link: string, report: (report: {step: number|null}) => void, pageUrl?: string, note?: string}} FilmOptions
 *   link: where to begin; report: what it shows has changed and come to rest; pageUrl: where the whole film is to be had as one file; note: said under the film */

/** @param {HTMLElement} root @param {FilmOptions} options */
export function mountFilm(root, options) {
  const notice = make("p", {class: "lx-notice", role: "alert", hidden: true});
  const spoken = make("p", {class: "lx-hidden", "aria-live": "polite", "data-testid": "film-spoken"});
  const stage = make("div", {class: "lf-stage"});
  const element = make("div", {class: "lx lf", "data-testid": "film", "data-reels": options.reels.length}, stage);
  root.append(element);
  const film = createFilm(element, spoken, options);
  film.retheme();
  const reels = film.open();
  const takeaways = createTakeaways(film, options);
  const controls = createFilmControls(film, takeaways.elements);
  stage.append(...reels.map((reel) => reel.element));
  element.append(controls.element, takeaways.progress, make("p", {class: "lx-hint lf-note", hidden: !options.note}, options.note ?? ""), notice, spoken);
  explainTerms(element);
  film.ready(() => {
    controls.render();
    const trouble = film.trouble();
    setText(notice, trouble);
    notice.hidden = !trouble;
  });
  element.addEventListener("keydown", (event) => {
    const target = event.composedPath()[0];
    if (event.ctrlKey || event.metaKey || event.altKey || target instanceof HTMLSelectElement) return;
    if (event.key === " " && !(target instanceof HTMLButtonElement) && !(target instanceof HTMLElement && target.tagName === "SUMMARY")) film.time.togglePlay();
    else if (event.key === "," || event.key === ".") film.time.go(event.key === "." ? 1 : -1);
    else return;
    event.preventDefault();
  });
  element.addEventListener("pointerdown", (event) => {
    for (const menu of element.querySelectorAll("details[open]")) if (!event.composedPath().includes(menu)) menu.removeAttribute("open");
  });
  const observer = new ResizeObserver(film.resized);
  observer.observe(element);
  /** @type {any} */
  const page = globalThis;
  const hook = {stats: film.stats, clearStats: film.clearStats, state: film.state, pass: film.time.pass, settle: film.time.settle}; // a lecture drives the film by it
  page.__latentFilm = hook;

  return {
    update: film.update,
    retheme() {
      film.retheme();
      film.resized();
    },
    link: film.link,
    destroy() {
      observer.disconnect();
      film.close();
      element.remove();
      if (page.__latentFilm === hook) delete page.__latentFilm;
    },
  };
}
