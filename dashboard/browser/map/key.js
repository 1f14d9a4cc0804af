// @ts-check
// The key below a map that is saved as a picture: away from the page it has no legend and no heading.

import {areShort, classesOf, markOf} from "../words/classes.js";
import {sightTexts} from "./points.js";
import {classColour} from "../base/palette.js";
import {showsClass} from "../state/state.js";

/** @typedef {{x: number, y: number, text: string, colour: string|null}} KeyEntry the middle of the left side of its dot, and what stands right of it; its colour, if it has one on
 *   the map */
/** @typedef {{title: string, notes: string[], line: number, dot: number, indent: number, entries: KeyEntry[], height: number}} MapKey pixels;
 *   title and notes are the first lines, dot is a radius, indent goes from dot to text */

const [LINE, DOT, INDENT, ROOM] = [1.7, 0.4, 1, 0.6]; // of the size of the text; the last between two entries

/** What a map shows, what it leaves out, and its classes with their colours, row by row as wide as the map.
 * @param {import("../model/explorer_model.js").ExplorerModel} model @param {import("../state/state.js").State} state @param {import("../state/state.js").View} view
 * @param {number} size of the text @param {readonly number[]} pictured codes that are shown as pictures @param {boolean} byClass whether the codes have the colours of their classes
 * @param {(text: string) => number} widthOf @returns {MapKey} */
export function mapKey(model, state, view, size, pictured, byClass, widthOf) {
  const names = classesOf(model.bundle);
  const line = LINE * size;
  /** @type {KeyEntry[]} */
  const entries = [];
  const notes = sightTexts(model, view, state, pictured);
  let [x, y] = [0, (1.5 + notes.length) * line];
  names.forEach((name, label) => {
    if (!showsClass(state, label)) return;
    const mark = markOf(names, label);
    const text = areShort(names) ? mark : `${mark} ${name}`;
    const wide = INDENT * size + widthOf(text);
    if (x > 0 && x + wide > view.width) [x, y] = [0, y + line];
    entries.push({x, y, text, colour: byClass ? classColour(label) : null});
    x += wide + ROOM * size;
  });
  return {title: `${model.title} · ${model.bundle.name}`, notes, line, dot: DOT * size, indent: INDENT * size, entries, height: y + line / 2};
}

/** @param {CanvasRenderingContext2D} context whose origin is the key's upper left corner, with its font @param {MapKey} key @param {import("../base/palette.js").Theme} theme */
export function paintKey(context, {title, notes, line, dot, indent, entries}, theme) {
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = theme.text;
  // Each text is given the width that it was measured with: with another font it would run into the next one.
  const write = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y) => context.fillText(text, x, y, context.measureText(text).width);
  write(title, 0, line / 2);
  notes.forEach((note, i) => write(note, 0, (1.5 + i) * line));
  for (const {x, y, text, colour} of entries) {
    context.fillStyle = colour ?? theme.muted;
    context.beginPath();
    context.arc(x + dot, y, dot, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = theme.text;
    write(text, x + indent, y);
  }
}
