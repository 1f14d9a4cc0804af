// @ts-check
// Close up, codes turn into the images that they are the codes of: as many as have room (base/thinning.js), the others stay dots. A pixel of an image is a
// whole number of pixels of the screen, so that none is ever blurred; each is framed in its code's colour.

import {contextOf, make} from "../base/dom.js";
import {toPixel} from "../base/geometry.js";
import {sameItems} from "../base/same_items.js";
import {sizeNumber} from "../base/thinning.js";
import {inkPixels} from "../images/digit_view.js";
import {showsClass} from "../state/classes.js";
import {classesOf} from "../words/classes.js";
import {areMixed, placeIn} from "../words/splits.js";
import {closeness, drawDot, FADED} from "./points.js";

/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {{indices: number[], side: number, pixel: number, frame: number}} Pictures those in sight; their side with the frame, in pixels of the page; pixels of the screen
 *   for one of an image, and of the frame */

const [CLOSER, CLOSE] = [1.05, 1.5]; // times as large as where nearly all codes are in sight, from which pictures are made ready, and shown
const [ROOMY, CODES] = [20, 10_000]; // from so close on, of so many codes, pictures are twice as large, and so on
const LARGEST = 3; // times the smallest
const USUAL = 28; // pixels along a side, than which images of few are not much smaller
const [FRAME, APART, MARK] = [2, 1, 3.5]; // pixels of the page: of the frame, between two pictures, the radius of a split's mark
const [ACROSS, DOWN] = [32, 32]; // tiles of the sheet of pictures

/** @type {Pictures} */
const NONE = {indices: [], side: 0, pixel: 0, frame: 0};

/** The pictures of one map. @param {import("../explore/explorer.js").App} app @param {ExplorerModel} model */
export function createPictures(app, model) {
  const {points} = model.bundle;
  const {codes, labels, splits} = points;
  const {side: pixels} = model.bundle;
  const sheet = createSheet(pixels);
  /** From which size on each code has one, of the classes that were shown when this was asked for. @type {Uint8Array|null} */
  let since = null;
  /** What that was last asked for. @type {unknown[]} */
  let asked = [];
  /** @type {{key: unknown[], pictures: Pictures}} */
  let last = {key: [], pictures: NONE};

  /** Asks who has a picture, away from the page. @param {State} state @param {Uint8Array} images */
  async function ask(state, images) {
    const key = [state.classes, images];
    if (sameItems(key, asked)) return;
    asked = key;
    const found = await app.batches[model.place].thinning(classesOf(model.bundle).map((_, label) => showsClass(state, label)), images.length / points.pixels).catch(() => null);
    if (!found) return; // others are asked for by now
    since = found;
    app.invalidate();
  }

  /** @param {View} view @param {number} ratio @param {State} state @returns {Pictures} */
  function find(view, ratio, state) {
    const closer = closeness(view, model.core);
    if (!since || !isOn(state) || closer < CLOSE) return NONE;
    const [pixel, frame] = [pixelSide(closer, codes.length / 2, ratio, pixels), Math.round(FRAME * ratio)];
    const side = (pixel * pixels + 2 * frame) / ratio;
    const most = sizeNumber((side + APART) / view.scale, points);
    const [left, top] = toPixel(view, 0, 0);
    const indices = [];
    for (let i = 0; i < since.length; i++) {
      if (since[i] > most || !showsClass(state, labels[i])) continue;
      const [x, y] = [left + codes[2 * i] * view.scale, top - codes[2 * i + 1] * view.scale];
      if (x > -side && y > -side && x < view.width + side && y < view.height + side) indices.push(i);
    }
    return {indices, side, pixel, frame};
  }

  return {
    find,
    /** The same for the map on the page, found once for each view. @param {View} view @param {number} ratio @param {State} state */
    inSight(view, ratio, state) {
      if (app.images && isOn(state) && closeness(view, model.core) > CLOSER) ask(state, app.images);
      const key = [view.scale, view.cx, view.cy, view.width, view.height, ratio, isOn(state), state.classes, since];
      if (!sameItems(key, last.key)) last = {key, pictures: find(view, ratio, state)};
      return last.pictures;
    },
    /** The image whose picture a point of the map lies on, or null. @param {Latent} z @param {View} view */
    at([z1, z2], view) {
      const {indices, side} = last.pictures;
      const reach = side / 2 / view.scale;
      return indices.find((i) => Math.abs(codes[2 * i] - z1) <= reach && Math.abs(codes[2 * i + 1] - z2) <= reach) ?? null;
    },
    /** @param {import("./points.js").Tinted} layer @param {Pictures} pictures */
    paint({context, view, ratio, theme, state, tint}, {indices, pixel, frame}) {
      const {images} = app;
      if (!images) return;
      const {e, f} = context.getTransform();
      const [inner, mixed] = [pixel * pixels, areMixed(splits)];
      // Rounded once for all of them and once for each: they keep their distances while the map is moved.
      const [left, top] = toPixel(view, 0, 0).map((value, axis) => Math.round((axis ? f : e) + value * ratio));
      context.save();
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.imageSmoothingEnabled = false;
      for (const i of indices) {
        const x = left + Math.round(codes[2 * i] * view.scale * ratio - inner / 2);
        const y = top + Math.round(-codes[2 * i + 1] * view.scale * ratio - inner / 2);
        context.globalAlpha = state.focus === null || state.focus === labels[i] ? 1 : FADED;
        context.fillStyle = tint.colours[tint.of[i]];
        context.fillRect(x - frame, y - frame, inner + 2 * frame, inner + 2 * frame);
        const [fromX, fromY] = sheet.place(i, images, theme.ink);
        context.drawImage(sheet.canvas, fromX, fromY, pixels, pixels, x, y, inner, inner);
        if (mixed) paintMark(context, x + 2 * frame, y + 2 * frame, tint.colours[tint.of[i]], placeIn(splits, i).split, ratio, theme);
      }
      context.restore();
    },
  };
}

/** @param {State} state */
function isOn({layers: {points, pictures}}) {
  return points && pictures;
}

/** The mark of a split in the corner of a picture. @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {string} colour
 * @param {import("../words/splits.js").Split} split @param {number} ratio @param {Theme} theme */
function paintMark(context, x, y, colour, split, ratio, theme) {
  context.save();
  context.translate(x, y);
  context.scale(ratio, ratio);
  context.fillStyle = theme.background;
  context.beginPath();
  context.arc(0, 0, MARK + 1, 0, 2 * Math.PI);
  context.fill();
  drawDot(context, colour, split, MARK, theme.dark);
  context.restore();
}

/** Pixels of the screen for one of an image, along each axis. @param {number} closer @param {number} count of codes @param {number} ratio @param {number} pixels along a side of an image */
function pixelSide(closer, count, ratio, pixels) {
  const roomy = closer * Math.sqrt(CODES / count);
  return Math.max(1, Math.round(ratio)) * Math.max(1, Math.round(USUAL / pixels)) * Math.min(LARGEST, 1 + Math.floor(roomy / ROOMY));
}

/** Images side by side, each inked when it is first wanted. @param {number} side pixels along one of an image */
function createSheet(side) {
  const context = contextOf(make("canvas", {width: ACROSS * side, height: DOWN * side}));
  const tile = context.createImageData(side, side);
  const [pixels, greys] = [new Uint32Array(tile.data.buffer), new Float32Array(side ** 2)];
  /** @type {Map<number, [number, number]>} */
  const places = new Map();
  let [inked, of] = /** @type {[Uint32Array|null, Uint8Array|null]} */ ([null, null]);

  return {
    canvas: context.canvas,
    /** Where on the sheet an image is, until the next is asked for. @param {number} index @param {Uint8Array} images @param {Uint32Array} ink */
    place(index, images, ink) {
      if (ink !== inked || images !== of) places.clear();
      [inked, of] = [ink, images];
      const known = places.get(index);
      if (known) return known;
      if (places.size === ACROSS * DOWN) places.clear(); // more than are ever in sight
      const at = /** @type {[number, number]} */ ([places.size % ACROSS * side, Math.floor(places.size / ACROSS) * side]);
      const first = index * side ** 2;
      for (let p = 0; p < greys.length; p++) greys[p] = images[first + p] / 255;
      inkPixels(pixels, 0, side, greys, ink, side);
      context.putImageData(tile, ...at);
      places.set(index, at);
      return at;
    },
  };
}
