// @ts-check
// The codes of the test images under the marks of a live view, and the prior's circles.

import {contextOf, make} from "../../base/dom.js";
import {paintPrior, paintRing} from "../../map/marks.js";
import {toPixel} from "../../base/geometry.js";
import {fitGaussian} from "../../model/explorer_model.js";
import {paintName, paintPoints} from "../../map/points.js";
import {initialState} from "../../state/state.js";
import {classesOf, markOf} from "../../words/classes.js";

/** @typedef {import("./map.js").Painter} Painter */
/** @typedef {import("../../model/explorer_model.js").ExplorerModel} ExplorerModel */

const LARGEST_NAME = 20; // pixels of its text: any larger it would hide the codes
const NAME_SIDE = 1.5; // of a name, by the size of its text
const TURNS = 200;
const ROOMY = 1.05; // of the least distance, from one name of a row to the next
const EDGE = 1.5; // least distances of a row from the edge, where other words stand
const SCATTERED = 1.5; // sides of a name: moved farther than that, names no longer say in which order they belong

/** Where the names of the classes stand: at the medians of their codes, by axis; null for a class without codes.
 * @param {Float32Array} codes @param {Uint8Array} labels @param {number} classes @returns {([number, number]|null)[]} */
export function classMedians(codes, labels, classes) {
  const members = Array.from({length: classes}, () => /** @type {number[]} */ ([]));
  labels.forEach((label, i) => members[label].push(i));
  return members.map((some) => {
    const middle = (/** @type {0|1} */ axis) => Float32Array.from(some, (i) => codes[2 * i + axis]).sort()[some.length >> 1];
    return some.length ? [middle(0), middle(1)] : null;
  });
}

/** Places moved apart, each pair half and half, until none lie closer than `least` or it has been tried long enough; those in one spot
 * part sideways. @param {[number, number][]} places @param {number} least @returns {[number, number][]} */
export function spreadApart(places, least) {
  const moved = places.map(([x, y]) => /** @type {[number, number]} */ ([x, y]));
  for (let turn = 0; turn < TURNS; turn++) {
    let close = false;
    for (let i = 0; i < moved.length; i++) for (let j = 0; j < i; j++) {
      const [dx, dy] = [moved[i][0] - moved[j][0], moved[i][1] - moved[j][1]];
      const apart = Math.hypot(dx, dy);
      if (apart >= least) continue;
      close = true;
      const [ux, uy, push] = [apart ? dx / apart : 1, apart ? dy / apart : 0, (least - apart) / 2 + 0.01];
      moved[i] = [moved[i][0] + ux * push, moved[i][1] + uy * push];
      moved[j] = [moved[j][0] - ux * push, moved[j][1] - uy * push];
    }
    if (!close) break;
  }
  return moved;
}

/** Where the names of some places stand: there, or moved apart; a crowd that this would scatter, as that of codes on a line, in a row beside
 * it, in its order. @param {[number, number][]} middles pixels @param {number} least pixels from one name to the next
 * @param {{width: number, height: number}} view @returns {[number, number][]} */
export function namePlaces(middles, least, view) {
  const places = spreadApart(middles, least);
  const scattered = crowds(middles, least).filter((crowd) => crowd.length > 1 && crowd.some((i) => Math.hypot(places[i][0] - middles[i][0], places[i][1] - middles[i][1]) > SCATTERED * least));
  if (!scattered.length) return places;
  const inOrder = [...middles];
  for (const crowd of scattered) {
    const row = rowBeside(crowd.map((i) => middles[i]), least, view);
    crowd.forEach((i, k) => (inOrder[i] = row[k]));
  }
  return spreadApart(inOrder, least);
}

/** Places of which each is closer than `least` to another of its crowd, by their numbers. @param {[number, number][]} places @param {number} least @returns {number[][]} */
function crowds(places, least) {
  /** @type {number[][]} */
  let found = [];
  places.forEach(([x, y], i) => {
    const near = found.filter((crowd) => crowd.some((j) => Math.hypot(places[j][0] - x, places[j][1] - y) < least));
    found = [...found.filter((crowd) => !near.includes(crowd)), [...near.flat(), i]];
  });
  return found;
}

/** Places in a row along the direction in which some lie farthest apart, in their order, beside them and within the view.
 * @param {[number, number][]} middles @param {number} least @param {{width: number, height: number}} view @returns {[number, number][]} */
function rowBeside(middles, least, {width, height}) {
  const {mean: [x, y], factor: [a, b, c]} = fitGaussian(Float32Array.from(middles.flat()));
  const angle = Math.atan2(2 * a * b, a * a - b * b - c * c) / 2;
  const along = [Math.cos(angle), Math.sin(angle)];
  const right = along[1] >= 0 ? 1 : -1;
  const side = x + Math.abs(along[1]) * 3 * least < width ? right : -right;
  const [left, top] = [x + side * 2 * least * along[1], y - side * 2 * least * along[0]];
  const order = [...middles.keys()].sort((i, j) => along[0] * (middles[i][0] - middles[j][0]) + along[1] * (middles[i][1] - middles[j][1]));
  const row = middles.map((_, i) => {
    const step = (order.indexOf(i) - (middles.length - 1) / 2) * least * ROOMY;
    return [left + step * along[0], top + step * along[1]];
  });
  const [across, down] = [width, height].map((size, axis) => {
    const ends = row.map((place) => place[axis]);
    return Math.max(0, EDGE * least - Math.min(...ends)) - Math.max(0, Math.max(...ends) - size + EDGE * least);
  });
  return row.map(([u, v]) => [u + across, v + down]);
}

/** The test codes, every class with its name. @param {Painter} painter @param {ExplorerModel} model @param {number} [strength] 0…1 */
export function paintCodes({context, view, theme, ratio, size}, model, strength = 1) {
  // The points are painted at a strength of their own, so a fainter cloud needs a sheet of its own.
  const sheet = contextOf(make("canvas", {width: Math.ceil(view.width * ratio), height: Math.ceil(view.height * ratio)}));
  sheet.setTransform(ratio, 0, 0, ratio, 0, 0);
  paintPoints({context: sheet, view, ratio, theme, model, state: initialState(1)});
  context.globalAlpha = strength;
  context.drawImage(sheet.canvas, 0, 0, sheet.canvas.width / ratio, sheet.canvas.height / ratio);
  context.globalAlpha = 1;
  const {points, header} = model.bundle;
  const medians = classMedians(points.codes, points.labels, header.classes.length);
  const named = [...medians.keys()].filter((label) => medians[label]);
  const middles = named.map((label) => toPixel(view, .../** @type {[number, number]} */ (medians[label])));
  const letters = Math.min(size, LARGEST_NAME);
  const places = namePlaces(middles, NAME_SIDE * letters, view);
  paintLeaders(context, middles, places, theme, NAME_SIDE * letters);
  named.forEach((label, i) => paintName(context, markOf(header.classes, label), ratio, theme, ...places[i], letters));
}

/** The code of one test image, with the mark of its class. @param {Pick<Painter, "context"|"view"|"theme">} painter @param {ExplorerModel} model @param {number} index */
export function paintImage({context, view, theme}, model, index) {
  const label = model.bundle.points.labels[index];
  paintRing(context, view, theme, model.codeOf(index), label, true, markOf(classesOf(model.bundle), label));
}

/** From each name to the middle of its class, where it had to stand elsewhere: it must not seem that the codes lie there.
 * @param {CanvasRenderingContext2D} context @param {[number, number][]} middles @param {[number, number][]} places @param {import("../../base/palette.js").Theme} theme @param {number} side of a name */
function paintLeaders(context, middles, places, theme, side) {
  for (const [colour, width] of /** @type {[string, number][]} */ ([[theme.halo, 3], [theme.text, 1]])) {
    context.beginPath();
    middles.forEach(([x, y], i) => {
      if (Math.hypot(places[i][0] - x, places[i][1] - y) < side / 2) return;
      context.moveTo(...places[i]);
      context.lineTo(x, y);
    });
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
}

/** @param {Painter} painter @param {ExplorerModel} model */
export function paintPriorCircles({context, view, theme, size}, model) {
  paintPrior(context, view, theme, model, size);
}

/** A draw on a map: a small square. @param {CanvasRenderingContext2D} context @param {[number, number]} at @param {string} colour @param {string} halo */
export function paintDraw(context, [x, y], colour, halo) {
  context.beginPath();
  context.rect(x - 4, y - 4, 8, 8);
  context.strokeStyle = halo;
  context.lineWidth = 4;
  context.stroke();
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.stroke();
}
