// @ts-check
// Selected images as a table for a spreadsheet: a row each, with their codes and, where a VAE has them, their numbers in nats. No DOM.

import {classesOf} from "../../words/classes.js";
import {placeIn} from "../../words/splits.js";

/** @typedef {import("../../model/explorer_model.js").ExplorerModel} ExplorerModel */

/** index: the image's number on the maps; row: its number in its split, from 0. @param {readonly ExplorerModel[]} models @param {Uint32Array} selected
 * @param {readonly string[]|null} [files] what the files call the images */
export function selectionAsCsv(models, selected, files = null) {
  const {labels, splits} = models[0].bundle.points;
  const names = classesOf(models[0].bundle);
  const measured = models.filter((model) => model.bundle.points.truths);
  const own = (/** @type {ExplorerModel} */ {id}) => (measured.length > 1 ? `${id}_` : "");
  const head = ["index", "split", "row", ...(files ? ["file"] : []), "class", ...models.flatMap(({id, bundle: {plane}}) => [1, 2].map((axis) => `${id}_${plane ? "w" : "z"}${axis}`)), ...measured.flatMap((model) => ["elbo", "log_px", "gap"].map((name) => own(model) + name))];
  const lines = Array.from(selected, (index) => {
    const {split, number} = placeIn(splits, index);
    const codes = models.flatMap((model) => model.codeOf(index).map((value) => value.toPrecision(6)));
    const numbers = measured.flatMap(({bundle: {points: {truths}}}) => {
      const {logPx, elbo} = /** @type {import("../../model/bundle.js").Truths} */ (truths);
      return [elbo[index], logPx[index], logPx[index] - elbo[index]].map((value) => value.toFixed(4));
    });
    return [index, split, number, ...(files ? [quoted(files[index])] : []), quoted(names[labels[index]]), ...codes, ...numbers].join(",");
  });
  return `${[head.join(","), ...lines].join("\n")}\n`;
}

/** A cell of a table. @param {string} text */
export function quoted(text) {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
