// @ts-check
// The key below a map that is saved as a picture: away from the page it has no legend and no heading.

import {areShort, classesOf, markOf} from "../words/classes.js";
import {unseenText} from "./points.js";
import {classColour} from "../base/palette.js";
import {sampleText} from "../words/splits.js";
import {showsClass} from "../state/state.js";

/** @typedef {{x: number, y: number, text: string, colour: string}} KeyEntry the middle of the left side of its dot, and what stands right of it */
/** @typedef {{title: string, note: string, line: number, dot: number, indent: number, entries: KeyEntry[], height: number}} MapKey pixels;
 *   title and note are the first two lines, dot is a radius, indent goes from dot to text */

const [LINE, DOT, INDENT, ROOM] = [1.7, 0.4, 1, 0.6]; // of the size of the text; the last between two entries

/** What a map shows, what it leaves out, and its classes with their colours, row by row as wide as the map.
 * @param {import("../model/explorer_model.js").ExplorerModel} model @param {import("../state/state.js").State} state @param {import("../state/state.js").View} view
 * @param {number} size of the text @param {(text: string) => number} widthOf @returns {MapKey} */
export function mapKey(model, state, view, size, widthOf) {
  const names = classesOf(model.bundle);
  const line = LINE * size;
  /** @type {KeyEntry[]} */
  const entries = [];
  const {splits, of} = model.bundle.points;
  const note = [sampleText(splits, of), unseenText(model, view, state)].filter(Boolean).join("; ");
  let [x, y] = [0, (note ? 2.5 : 1.5) * line];
  names.forEach((name, label) => {
    if (!showsClass(state, label)) return;
    const mark = markOf(names, label);
    const text = areShort(names) ? mark : `${mark} ${name}`;
    const wide = INDENT * size + widthOf(text);
    if (x > 0 && x + wide > view.width) [x, y] = [0, y + line];
    entries.push({x, y, text, colour: classColour(label)});
    x += wide + ROOM * size;
  });
  return {title: `${model.title} · ${model.bundle.name}`, note, line, dot: DOT * size, indent: INDENT * size, entries, height: y + line / 2};
}

/** @param {CanvasRenderingContext2D} context whose origin is the key's upper left corner, with its font @param {MapKey} key @param {import("../base/palette.js").Theme} theme */
export function paintKey(context, {title, note, line, dot, indent, entries}, theme) {
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = theme.text;
  // Each text is given the width that it was measured with: with another font it would run into the next one.
  const write = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y) => context.fillText(text, x, y, context.measureText(text).width);
  write(title, 0, line / 2);
  write(note, 0, 1.5 * line);
  for (const {x, y, text, colour} of entries) {
    context.fillStyle = colour;
    context.beginPath();
    context.arc(x + dot, y, dot, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = theme.text;
    write(text, x + indent, y);
  }
}
