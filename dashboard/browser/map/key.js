// @ts-check
// The key below a map that is saved as a picture: away from the page it has no legend and no heading.

import {areShort, classesOf, markOf, sharedText} from "../words/classes.js";
import {sightTexts} from "./points.js";
import {classColour, wordColour} from "../base/palette.js";
import {titleOf} from "../model/explorer_model.js";
import {showsClass} from "../state/classes.js";
import {absentText, worthTitle} from "../words/worths.js";
import {ofShown, restText, sampleText, splitsKey} from "../words/splits.js";
import {wrapped} from "./layout/caption.js";

/** @typedef {{x: number, y: number, text: string, colour: string|null}} KeyEntry the middle of the left side of its dot, and what stands right of it; its colour, if it has one on
 *   the map */
/** @typedef {{lines: string[], line: number, dot: number, indent: number, entries: KeyEntry[], height: number}} MapKey pixels;
 *   lines come first, dot is a radius, indent goes from dot to text */
/** @typedef {{remark?: string, pictured?: readonly number[], worth?: import("../words/worths.js").Worth|null}} Besides what else is to be said, codes that are shown as pictures, and what the codes
 *   are coloured by; null: their classes */

const [LINE, DOT, INDENT, ROOM] = [1.7, 0.4, 1, 0.6]; // of the size of the text; the last between two entries

/** What a map shows, what it leaves out, and its classes with their colours, row by row as wide as the map.
 * @param {import("../model/explorer_model.js").ExplorerModel} model @param {import("../state/state.js").State} state @param {import("../state/state.js").View} view
 * @param {number} size of the text @param {(text: string) => number} widthOf @param {Besides} [besides] @returns {MapKey} */
export function mapKey(model, state, view, size, widthOf, {remark = "", pictured = [], worth = null} = {}) {
  const {points: {labels, splits, of}, rest} = model.bundle;
  // Numerals have one shape for all splits.
  const marks = state.layers.points && !state.layers.glyphs ? splitsKey(ofShown(splits, (index) => showsClass(state, labels[index]))) : "";
  const shared = !worth && !state.layers.glyphs ? sharedText(classesOf(model.bundle)) : "";
  const lines = [`${titleOf(model.bundle)} · ${model.name}`, remark, marks, sampleText(splits, of), restText([rest], !state.layers.glyphs), shared, ...sightTexts(model, view, state, pictured)].filter(Boolean).flatMap((text) => wrapped(text, view.width, widthOf));
  if (!worth?.words) return keyOf(lines, classesOf(model.bundle), (label) => showsClass(state, label), view.width, size, widthOf, worth ? null : classColour);
  const {words, absent, name} = worth;
  const entries = [...words, ...(absent ? [absentText(absent)] : [])];
  const besides = [...lines, ...wrapped([`Colours: ${worthTitle(name)}`, sharedText(words, "values")].filter(Boolean).join(", "), view.width, widthOf)];
  return keyOf(besides, entries, () => true, view.width, size, widthOf, (place) => (place < words.length ? wordColour(place, absent > 0) : null), false);
}

/** Lines, and below them classes with their colours. @param {string[]} lines @param {readonly string[]} names of all classes @param {(label: number) => boolean} isShown
 * @param {number} room across @param {number} size of the text @param {(text: string) => number} widthOf @param {((label: number) => string|null)|null} [colourOf] the colours that the codes have by
 * them, if they have @param {boolean} [marked] whether long names have numbers, as on the map @returns {MapKey} */
export function keyOf(lines, names, isShown, room, size, widthOf, colourOf = classColour, marked = true) {
  const line = LINE * size;
  /** @type {KeyEntry[]} */
  const entries = [];
  let [x, y] = [0, (lines.length + 0.5) * line];
  names.forEach((name, label) => {
    if (!isShown(label)) return;
    const mark = markOf(names, label);
    const text = areShort(names) ? mark : !marked ? name : `${mark} ${name}`;
    const wide = INDENT * size + widthOf(text);
    if (x > 0 && x + wide > room) [x, y] = [0, y + line];
    entries.push({x, y, text, colour: colourOf?.(label) ?? null});
    x += wide + ROOM * size;
  });
  return {lines, line, dot: DOT * size, indent: INDENT * size, entries, height: y + line / 2};
}

/** @param {CanvasRenderingContext2D} context whose origin is the key's upper left corner, with its font @param {MapKey} key @param {import("../base/palette.js").Theme} theme */
export function paintKey(context, {lines, line, dot, indent, entries}, theme) {
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = theme.text;
  // Each text is given the width that it was measured with: with another font it would run into the next one.
  const write = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y) => context.fillText(text, x, y, context.measureText(text).width);
  lines.forEach((text, i) => write(text, 0, (i + 0.5) * line));
  for (const {x, y, text, colour} of entries) {
    context.fillStyle = colour ?? theme.muted;
    context.beginPath();
    context.arc(x + dot, y, dot, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = theme.text;
    write(text, x + indent, y);
  }
}
