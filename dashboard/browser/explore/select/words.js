// @ts-check
// What is said of selected images, computed from them. No DOM.

import {chanceTogether, neighboursAsked} from "../../model/selected.js";
import {shareText} from "../../words/captions.js";
import {manyOf, oneOf} from "../../words/classes.js";
import {imageName, imagesName} from "../../words/splits.js";
import {charted} from "./measures.js";

/** @typedef {import("../../model/bundle.js").Points} Points */
/** @typedef {import("../../words/classes.js").ClassNames} ClassNames */

const NAMED = 3;

/** How many, of how many. @param {Points} points @param {number} selected */
export function countText({count, splits}, selected) {
  return `${selected.toLocaleString("en")} of ${count.toLocaleString("en")} ${imagesName(splits)}`;
}

/** The classes most of them are of. @param {ClassNames} names @param {readonly number[]} counts of each class, one at least above 0 */
export function classesText(names, counts) {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const order = [...counts.keys()].filter((label) => counts[label]).sort((a, b) => counts[b] - counts[a] || a - b);
  if (order.length === 1) return all === 1 ? `It is ${oneOf(names, order[0])}.` : `All ${all.toLocaleString("en")} are ${manyOf(names, order[0])}.`;
  const said = order.slice(0, NAMED).map((label) => `${shareText(counts[label] / all)} ${manyOf(names, label)}`).join(", ");
  const more = order.length - NAMED;
  return `${said}${more > 0 ? ` and ${more} ${more === 1 ? "class" : "classes"} more` : ""}.`;
}

/** That bars show the most frequent classes alone; nothing where they show all that occur. @param {readonly number[]} counts of each class */
export function barsText(counts) {
  const [shown, all] = [charted(counts).length, counts.filter(Boolean).length];
  return shown < all ? `Bars: the ${shown} most frequent of ${all} classes.` : "";
}

/** What the share together means for so many of so many images. @param {number} selected at least 2 @param {number} all */
export function togetherMeans(selected, all) {
  const k = neighboursAsked(selected);
  return `Of the ${k === 1 ? "nearest neighbour" : `${k} nearest neighbours`} of a selected image in a map, the share that is selected, too; the mean over all that are selected. `
    + `Were they strewn over the map at random it would be ${shareText(chanceTogether(selected, all))}.`;
}

/** For someone who cannot see them. @param {Points} points @param {ClassNames} names @param {Uint32Array} selected @param {readonly number[]} counts */
export function spokenSelection(points, names, selected, counts) {
  if (!selected.length) return "No image is selected.";
  if (selected.length === 1) return `Selected: ${imageName(points.splits, selected[0])}, ${oneOf(names, points.labels[selected[0]])}.`;
  return `Selected: ${countText(points, selected.length)}. ${classesText(names, counts)}`;
}
