// @ts-check
// The codes of the test and training images, as dots or numerals, from sprites made once per theme.

import {contextOf, make} from "./dom.js";
import {CLASS_COLOURS} from "./palette.js";
import {showsClass} from "./state.js";

/** @typedef {import("./palette.js").Theme} Theme */
/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").View} View */
/** @typedef {import("./explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {{context: CanvasRenderingContext2D, view: View, ratio: number, theme: Theme, state: State, model: ExplorerModel}} Layer */

const FADED = 0.1;
const NUMERAL_CELL = 9;

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

/** @param {number} label @param {number} radius @param {number} ratio @param {boolean} dark */
function dotSprite(label, radius, ratio, dark) {
  const size = Math.ceil((2 * radius + 2) * ratio);
  return sprite(`dot ${label} ${radius} ${ratio} ${dark}`, size, (context) => {
    context.scale(ratio, ratio);
    context.beginPath();
    context.arc(0, 0, radius, 0, 2 * Math.PI);
    context.fillStyle = CLASS_COLOURS[label];
    context.fill();
    // The outline is what keeps the pale classes apart from a white page and the dark ones from a black one.
    context.lineWidth = 0.6;
    context.strokeStyle = dark ? "rgba(255,255,255,0.38)" : "rgba(0,0,0,0.38)";
    context.stroke();
  });
}

/** @param {number} label @param {number} ratio @param {Theme} theme */
function numeralSprite(label, ratio, theme) {
  return sprite(`numeral ${label} ${ratio} ${theme.dark} ${theme.font}`, Math.ceil(18 * ratio), (context) => {
    context.scale(ratio, ratio);
    context.font = `700 12px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = 2.4;
    context.lineJoin = "round";
    context.strokeStyle = theme.dark ? "rgba(0,0,0,0.85)" : "rgba(40,40,40,0.9)";
    if (!theme.dark) context.lineWidth = 1.2;
    context.strokeText(String(label), 0, 0.5);
    context.fillStyle = CLASS_COLOURS[label];
    context.fillText(String(label), 0, 0.5);
  });
}

/** A digit's name on a plate of the page's colour; drawing letters anew for every mouse move would cost more than decoding. @param {number} label @param {number} ratio @param {Theme} theme */
export function nameSprite(label, ratio, theme) {
  return sprite(`name ${label} ${ratio} ${theme.halo} ${theme.font}`, Math.ceil(20 * ratio), (context) => {
    context.scale(ratio, ratio);
    context.fillStyle = theme.halo;
    context.beginPath();
    context.roundRect(-8, -9, 16, 18, 4);
    context.fill();
    context.font = `700 13px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = theme.text;
    context.fillText(String(label), 0, 0.5);
  });
}

/** A dot's radius: smaller where the whole cloud is in sight, larger as one comes closer. @param {View} view @param {ExplorerModel} model */
function dotRadius(view, model) {
  const whole = Math.min(view.width / (model.high[0] - model.low[0]), view.height / (model.high[1] - model.low[1]));
  const closer = Math.max(1, view.scale / whole);
  return Math.round(Math.min(5, Math.max(1.9, view.width / 230) * closer ** 0.35) * 4) / 4;
}

/** The test codes. @param {Layer} layer */
export function paintPoints({context, view, ratio, theme, state, model}) {
  const {codes, labels} = model.bundle.points;
  const {layers, focus} = state;
  const stamps = CLASS_COLOURS.map((_, label) => (layers.glyphs ? numeralSprite(label, ratio, theme) : dotSprite(label, dotRadius(view, model), ratio, theme.dark)));
  const half = stamps[0].width / ratio / 2;
  const taken = layers.glyphs ? new Uint8Array(Math.ceil(view.width / NUMERAL_CELL + 1) * Math.ceil(view.height / NUMERAL_CELL + 1)) : null;
  const columns = Math.ceil(view.width / NUMERAL_CELL + 1);
  const base = layers.manifold ? 0.4 : 0.85;
  for (const pass of focus === null ? [null] : [false, true]) {
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i];
      if (!showsClass(state, label) || (pass !== null && (label === focus) !== pass)) continue;
      const x = view.width / 2 + (codes[2 * i] - view.cx) * view.scale;
      const y = view.height / 2 - (codes[2 * i + 1] - view.cy) * view.scale;
      if (x < -half || y < -half || x > view.width + half || y > view.height + half) continue;
      if (taken) {
        const cell = Math.max(0, Math.floor(y / NUMERAL_CELL)) * columns + Math.max(0, Math.floor(x / NUMERAL_CELL));
        if (taken[cell]) continue;
        taken[cell] = 1;
      }
      context.globalAlpha = pass === false ? FADED : base;
      context.drawImage(stamps[label], x - half, y - half, 2 * half, 2 * half);
    }
  }
  context.globalAlpha = 1;
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
