// @ts-check
// What a visitor can take away of a film.

import {make} from "./dom.js";

/** @param {import("./film.js").FilmOptions} options */
export function createTakeaways({pageUrl}) {
  const page = pageUrl ? [make("a", {class: "lx-button", href: pageUrl, download: "", "data-testid": "film-export-html"}, "As one HTML file")] : [];
  return {elements: page, progress: make("p", {class: "lx-hint", hidden: true})};
}
