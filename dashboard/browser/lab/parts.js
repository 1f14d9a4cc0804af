// @ts-check
// Parts of what an experiment found: tables, pictures, and moments to step through.

import {actionButton, make, setText, setUnable, slider} from "../base/dom.js";
import {prose} from "../book/prose.js";

/** @typedef {{heads: string[], numeric: boolean[], rows: string[][]}} Table texts are HTML */
/** @typedef {{caption: string, columns: number, png: string}} Picture images of 28 × 28 in so many columns, in base64 */
/** @typedef {import("./figure.js").Figure} Figure */
/** @typedef {{label: string, text: string, numbers: Table|null, folded: (Table & {label: string})|null, pictures: Picture[], places: (Figure & {note: string})|null}} Moment */

const SIDE = 28;
const SCALE = 4; // pixels of the screen that one of an image takes along a side, where there is room
const STACKED = 2; // pictures that fit beside points

/** @param {Table} table */
export function tableOf({heads, numeric, rows}) {
  /** @param {"th"|"td"} tag @param {string[]} texts */
  const row = (tag, texts) => make("tr", {}, ...texts.map((text, i) => prose(tag, text, {class: numeric[i] ? "lab-number" : null, scope: tag === "th" ? "col" : null})));
  return make("div", {class: "bk-wide"}, make("table", {class: "lab-table"},
    heads.some(Boolean) ? make("thead", {}, row("th", heads)) : null, make("tbody", {}, ...rows.map((texts) => row("td", texts)))));
}

/** @param {Picture} picture */
export function pictureOf({caption, columns, png}) {
  const image = make("img", {src: `data:image/png;base64,${png}`, alt: caption, style: `width: ${SIDE * SCALE * columns}px`});
  return make("figure", {class: "lab-picture"}, image, make("figcaption", {class: "bk-note"}, caption));
}

/** @param {Moment[]} moments @param {import("../book/leafing.js").Words & {moment: string}} words
 * @param {{place: (figure: Figure) => Node, clear: () => void}} figures */
export function momentsOf(moments, words, figures) {
  let at = 0;
  const [previous, next] = [-1, 1].map((step) => actionButton(step < 0 ? words.previous : words.next, () => show(at + step), {class: "bk-button"}));
  const along = slider({min: 0, max: moments.length - 1, step: 1, value: 0, "aria-label": words.moment, "data-testid": "moment", oninput: () => show(Number(along.value))});
  const label = make("output", {class: "bk-note"});
  const page = make("div", {class: "lab-moment"});
  show(0);

  /** @param {number} to */
  function show(to) {
    at = to;
    const {label: name, text, numbers, folded, pictures, places} = moments[at];
    along.value = String(at);
    along.setAttribute("aria-valuetext", name);
    setText(label, name);
    setUnable(previous, at ? "" : words.first);
    setUnable(next, at < moments.length - 1 ? "" : words.last);
    figures.clear();
    const beside = [numbers && tableOf(numbers), folded && make("details", {}, make("summary", {}, folded.label), tableOf(folded))];
    const drawn = pictures.map(pictureOf);
    const stacked = !places || drawn.length <= STACKED;
    page.replaceChildren(prose("p", text), make("div", {class: places ? "lab-beside" : "lab-beside lab-pictured"},
      places ? make("div", {}, figures.place(places), make("p", {class: "bk-note"}, places.note)) : make("div", {class: "lab-pictures"}, ...drawn),
      make("div", {}, ...beside, ...(places && stacked ? drawn : []))),
    ...(stacked ? [] : [make("div", {class: "lab-pictures"}, ...drawn)]));
  }

  addEventListener("keydown", (event) => {
    const step = {PageUp: -1, PageDown: 1}[event.key];
    if (!step || !page.isConnected || !moments[at + step]) return;
    event.preventDefault();
    show(at + step);
  });
  return [make("div", {class: "lab-steps", hidden: moments.length < 2}, previous, next, along, label), page];
}
