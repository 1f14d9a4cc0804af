// @ts-check
// The desk and the presentation of a lecture on the site, whose pages can be shown in a frame as the dashboard's can.

import {make, setText, showFailure} from "../../base/dom.js";
import {mountEditor} from "../../lecture/editor.js";
import {placeOf, readLecture} from "../../lecture/lecture.js";
import {linkedLecture} from "../../lecture/share.js";
import {fetchModels} from "../served/library.js";
import {addressesOf, libraryOf} from "./choice.js";
import {idle} from "./idle.js";
import {openPage} from "./page.js";

const OPENING = "Opening the models …";
const LOCAL = /^(localhost|127\.|\[::1\])/;
const ONLY_HERE = "Only this machine can open this address: put the folder of the site on a web host for others.";
export function open() {
  const page = openPage("lecture");
  /** @type {{shelf: import("./choice.js").Shelf, names: string[], usual: number[], ladder: number[], lecture: string, stills: Record<string, import("../../lecture/still.js").Still>, pages: string[], experiments: string[], runs: string[]}} */
  const {shelf, names, usual, ladder, lecture, stills, pages, experiments, runs} = page.about;

  lay().catch((error) => showFailure(page.root, error));

  async function lay() {
    const loading = make("p", {class: "lx-loading", role: "status"}, OPENING);
    page.root.replaceChildren(loading);
    const library = libraryOf(shelf, names);
    const models = await fetchModels(library, (why) => setText(loading, why || OPENING), {mayFollow: idle});
    const linked = await linkedLecture(location.hash.slice(1));
    page.root.replaceChildren();
    mountEditor(page.root, {
      library: {...models, names, usual: usual.map((place) => names[place]), ladder, stills, shows, pages: true, here: "this site"}, bundled: readLecture(lecture), linked,
      speakerPage: String(new URL("./speaker/", document.baseURI)), isDark: page.isDark,
      addressOf(link) {
        const url = new URL(link, document.baseURI);
        return {url: String(url), doubt: LOCAL.test(url.hostname) ? ONLY_HERE : ""};
      },
    });
    models.images.then(() => page.keep(addressesOf(library)), () => {}); // said where they are wanted
  }

  /** Whether a page of the site shows what a link leads to. @param {string} link */
  function shows(link) {
    const {page, query} = placeOf(link);
    if (page === "explore") return (query.get("models") ?? "").split(",").every((name) => name === "" || Object.hasOwn(shelf.models, name));
    if (page === "train") return runs.includes(query.get("run") ?? "");
    if (page === "lab") return !query.get("run") && experiments.includes(query.get("experiment") ?? "");
    return pages.includes(page);
  }
}
