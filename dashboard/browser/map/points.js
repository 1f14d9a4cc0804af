// @ts-check
// The codes of the test and training images, as dots or numerals, from sprites made once per theme.

import {classesOf, markOf} from "../words/classes.js";
import {contextOf, make} from "../base/dom.js";
import {createDotSheet, makeStamps} from "./dot_raster.js";
import {CLASS_COLOURS} from "../base/palette.js";
import {codesName} from "../words/splits.js";
import {showsClass} from "../state/state.js";

/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {{context: CanvasRenderingContext2D, view: View, ratio: number, theme: Theme, state: State, model: ExplorerModel}} Layer */

const FADED = 0.1;
const NUMERAL_CELL = 9;
const CROWD = 1000; // codes; fewer have room to be larger

/** Sprites are asked for on every repaint and seldom change. @type {Map<string, HTMLCanvasElement>} */
const sprites = new Map();

/** @param {string} key @param {number} size in device pixels @param {(context: CanvasRenderingContext2D) => void} draw */
function sprite(key, size, draw) {
  let canvas = sprites.get(key);
  if (!canvas) {
    canvas = make("canvas", {width: size, height: size});
    const context = contextOf(canvas);
    context.translate(size / 2, size / 2);
    draw(context);
    if (sprites.size > 200) sprites.clear();
    sprites.set(key, canvas);
  }
  return canvas;
}

/** @type {Map<string, import("./dot_raster.js").Stamp[]>} */
const dots = new Map();

/** @type {Record<import("../words/splits.js").Split, (context: CanvasRenderingContext2D, radius: number) => void>} the outline of a mark;
 *   words/splits.js says them in words */
const SHAPES = {
  test: (context, radius) => context.arc(0, 0, radius, 0, 2 * Math.PI),
  validation: (context, radius) => context.rect(-radius * 0.85, -radius * 0.85, radius * 1.7, radius * 1.7),
  train: (context, radius) => context.arc(0, 0, radius * 0.8, 0, 2 * Math.PI),
};

/** @param {number} label @param {import("../words/splits.js").Split} split @param {number} radius @param {number} ratio @param {boolean} dark */
function dotStamps(label, split, radius, ratio, dark) {
  const key = `${label} ${split} ${radius} ${ratio} ${dark}`;
  let stamps = dots.get(key);
  if (!stamps) {
    stamps = makeStamps((radius + 0.5) * ratio, (context) => {
      context.scale(ratio, ratio);
      context.beginPath();
      SHAPES[split](context, radius);
      if (split === "train") {
        context.lineWidth = radius * 0.45;
        context.strokeStyle = CLASS_COLOURS[label];
        context.stroke();
        return;
      }
      context.fillStyle = CLASS_COLOURS[label];
      context.fill();
      // The outline is what keeps the pale classes apart from a white page and the dark ones from a black one.
      context.lineWidth = 0.6;
      context.strokeStyle = dark ? "rgba(255,255,255,0.38)" : "rgba(0,0,0,0.38)";
      context.stroke();
    });
    if (dots.size > 200) dots.clear();
    dots.set(key, stamps);
  }
  return stamps;
}

/** @param {number} label @param {string} mark @param {number} ratio @param {Theme} theme */
function numeralSprite(label, mark, ratio, theme) {
  return sprite(`numeral ${label} ${mark} ${ratio} ${theme.dark} ${theme.font}`, Math.ceil(18 * ratio), (context) => {
    context.scale(ratio, ratio);
    context.font = `700 12px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 2.4;
    context.lineJoin = "round";
    context.strokeStyle = theme.dark ? "rgba(0,0,0,0.85)" : "rgba(40,40,40,0.9)";
    if (!theme.dark) context.lineWidth = 1.2;
    context.strokeText(mark, 0, 0.5);
    context.fillStyle = CLASS_COLOURS[label];
    context.fillText(mark, 0, 0.5);
  });
}

/** The mark of a class on a plate of the page's colour; drawing letters anew for every mouse move would cost more than decoding. @param {string|number} mark @param {number} ratio @param {Theme} theme */
export function nameSprite(mark, ratio, theme) {
  return sprite(`name ${mark} ${ratio} ${theme.halo} ${theme.font}`, Math.ceil(20 * ratio), (context) => {
    context.scale(ratio, ratio);
    context.fillStyle = theme.halo;
    context.beginPath();
    context.roundRect(-8, -9, 16, 18, 4);
    context.fill();
    context.font = `700 13px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = theme.text;
    context.fillText(String(mark), 0, 0.5);
  });
}

/** A dot's radius: smaller where the whole cloud is in sight, larger as one comes closer. @param {View} view @param {ExplorerModel} model */
export function dotRadius(view, model) {
  const whole = Math.min(view.width / (model.high[0] - model.low[0]), view.height / (model.high[1] - model.low[1]));
  const closer = Math.max(1, view.scale / whole);
  const alone = Math.max(1, CROWD / model.bundle.points.labels.length) ** 0.2;
  return Math.round(Math.min(5, Math.max(1.9, view.width / 230) * alone * closer ** 0.35) * 4) / 4;
}

/** The codes of points. @param {Layer} layer */
export function paintPoints(layer) {
  const {context, ratio, model, state: {layers, focus}} = layer;
  // What lies under the points, or is to be seen among them, must not drown in them.
  const strength = layers.manifold || (layers.posterior && model.bundle.kind === "vae") ? 0.4 : 0.85;
  for (const focused of focus === null ? [null] : [false, true]) {
    const shown = (/** @type {number} */ label) => showsClass(layer.state, label) && (focused === null || (label === focus) === focused);
    context.globalAlpha = focused === false ? FADED : strength;
    if (layers.glyphs) paintNumerals(layer, shown);
    else dotsOf(layer, shown).layOver(context, ratio, context.globalAlpha);
  }
  context.globalAlpha = 1;
}

/** @param {Layer} layer @param {(label: number) => boolean} shown */
function dotsOf({view, ratio, theme, model}, shown) {
  const {codes, labels, splits} = model.bundle.points;
  const sheet = createDotSheet(Math.ceil(view.width * ratio), Math.ceil(view.height * ratio));
  const radius = dotRadius(view, model);
  /** @param {import("../words/splits.js").Split} split */
  const stampsOf = (split) => CLASS_COLOURS.map((_, label) => (shown(label) ? dotStamps(label, split, radius, ratio, theme.dark) : null));
  const [scale, left, top] = [view.scale * ratio, (view.width / 2 - view.cx * view.scale) * ratio, (view.height / 2 + view.cy * view.scale) * ratio];
  let i = 0;
  for (const [split, count] of Object.entries(splits)) {
    const stamps = stampsOf(/** @type {import("../words/splits.js").Split} */ (split));
    for (const end = Math.min(labels.length, i + count); i < end; i++) {
      const stamp = stamps[labels[i]];
      if (stamp) sheet.add(stamp, left + codes[2 * i] * scale, top - codes[2 * i + 1] * scale);
    }
  }
  return sheet;
}

/** Each mark keeps a cell to itself, so that they can be read. @param {Layer} layer @param {(label: number) => boolean} shown */
function paintNumerals({context, view, ratio, theme, model}, shown) {
  const {codes, labels} = model.bundle.points;
  const stamps = classesOf(model.bundle).map((_, label, names) => numeralSprite(label, markOf(names, label), ratio, theme));
  const half = stamps[0].width / ratio / 2;
  const columns = Math.ceil(view.width / NUMERAL_CELL + 1);
  const taken = new Uint8Array(columns * Math.ceil(view.height / NUMERAL_CELL + 1));
  for (let i = 0; i < labels.length; i++) {
    if (!shown(labels[i])) continue;
    const x = view.width / 2 + (codes[2 * i] - view.cx) * view.scale;
    const y = view.height / 2 - (codes[2 * i + 1] - view.cy) * view.scale;
    if (x < -half || y < -half || x > view.width + half || y > view.height + half) continue;
    const cell = Math.max(0, Math.floor(y / NUMERAL_CELL)) * columns + Math.max(0, Math.floor(x / NUMERAL_CELL));
    if (taken[cell]) continue;
    taken[cell] = 1;
    context.drawImage(stamps[labels[i]], x - half, y - half, 2 * half, 2 * half);
  }
}

/** The training codes, grey: their labels do not travel with the bundle. @param {Layer} layer */
export function paintTraining({context, view, theme, model}) {
  const {codes} = model.bundle.train;
  context.fillStyle = theme.dark ? "rgba(255,255,255,0.34)" : "rgba(30,36,48,0.3)";
  for (let i = 0; i < codes.length; i += 2) {
    const x = view.width / 2 + (codes[i] - view.cx) * view.scale;
    const y = view.height / 2 - (codes[i + 1] - view.cy) * view.scale;
    if (x >= 0 && y >= 0 && x <= view.width && y <= view.height) context.fillRect(x - 0.6, y - 0.6, 1.2, 1.2);
  }
}

/** How many codes of the classes that the legend shows lie beyond the map, as a sentence; nothing where there are none.
 * @param {ExplorerModel} model @param {View} view @param {State} state */
export function unseenText({bundle: {points: {codes, labels, splits}}}, view, state) {
  if (!state.layers.points && !state.layers.glyphs) return "";
  const [x, y] = [view.width / 2 / view.scale, view.height / 2 / view.scale];
  let count = 0;
  for (let i = 0; i < labels.length; i++) {
    if (showsClass(state, labels[i]) && (Math.abs(codes[2 * i] - view.cx) > x || Math.abs(codes[2 * i + 1] - view.cy) > y)) count++;
  }
  return count ? `${count.toLocaleString("en")} ${count === 1 ? codesName(splits).slice(0, -1) : codesName(splits)} out of sight` : "";
}
