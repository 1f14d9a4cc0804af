// @ts-check
// Selected images as a table for a spreadsheet: a row each, with their codes and, where a VAE has them, their numbers in nats. No DOM.

import {classesOf} from "../../words/classes.js";
import {placeIn} from "../../words/splits.js";

/** @typedef {import("../../model/bundle.js").Column} Column */

/** @typedef {import("../../model/explorer_model.js").ExplorerModel} ExplorerModel */

/** index: the image's number on the maps; row: its number in its split, from 0. @param {readonly ExplorerModel[]} models @param {Uint32Array} selected
 * @param {readonly string[]|null} [files] what the files call the images */
export function selectionAsCsv(models, selected, files = null) {
  const {labels, splits, columns} = models[0].bundle.points;
  const names = classesOf(models[0].bundle);
  const measured = models.filter((model) => model.bundle.points.truths);
  const own = (/** @type {ExplorerModel} */ {id}) => (measured.length > 1 ? `${id}_` : "");
  const head = ["index", "split", "row", ...(files ? ["file"] : []), "class", ...models.flatMap(({id, bundle: {plane}}) => [1, 2].map((axis) => `${id}_${plane ? "w" : "z"}${axis}`)), ...measured.flatMap((model) => ["elbo", "log_px", "gap"].map((name) => own(model) + name))];
  const besides = headsOf(columns, head);
  const lines = Array.from(selected, (index) => {
    const {split, number} = placeIn(splits, index);
    const codes = models.flatMap((model) => model.codeOf(index).map((value) => value.toPrecision(6)));
    const numbers = measured.flatMap(({bundle: {points: {truths}}}) => {
      const {logPx, elbo} = /** @type {import("../../model/bundle.js").Truths} */ (truths);
      return [elbo[index], logPx[index], logPx[index] - elbo[index]].map((value) => value.toFixed(4));
    });
    return [index, split, number, ...(files ? [quoted(files[index])] : []), quoted(names[labels[index]]), ...codes, ...numbers, ...cellsOf(columns, index)].join(",");
  });
  return `${[[...head, ...besides].join(","), ...lines].join("\n")}\n`;
}

/** The names of columns of one's own as heads of a table, none of which is one of those before. @param {readonly Column[]} columns @param {readonly string[]} before */
export function headsOf(columns, before) {
  return columns.map(({name}) => quoted(before.includes(name) ? `own_${name}` : name));
}

/** Their values for an image; nothing where none is given. @param {readonly Column[]} columns @param {number} index */
export function cellsOf(columns, index) {
  return columns.map(({words, values}) => (words ? quoted(words[values[index]] ?? "") : Number.isNaN(values[index]) ? "" : String(Number(values[index].toPrecision(7)))));
}

/** A cell of a table. @param {string} text */
export function quoted(text) {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
