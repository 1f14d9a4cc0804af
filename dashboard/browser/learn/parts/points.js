// @ts-check
// The codes of the test images under the marks of a live view, and the prior's circles.

import {contextOf, make} from "../../base/dom.js";
import {paintPrior} from "../../map/marks.js";
import {toPixel} from "../../base/geometry.js";
import {nameSprite, paintPoints} from "../../map/points.js";
import {initialState} from "../../state/state.js";

/** @typedef {import("./map.js").Painter} Painter */
/** @typedef {import("../../model/explorer_model.js").ExplorerModel} ExplorerModel */

const NAME_SIDE = 20; // pixels of a name
const TURNS = 200;

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

/** The test codes, every class with its name. @param {Painter} painter @param {ExplorerModel} model @param {number} [strength] 0…1 */
export function paintCodes({context, view, theme, ratio}, model, strength = 1) {
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
  const places = spreadApart(middles, NAME_SIDE);
  paintLeaders(context, middles, places, theme);
  named.forEach((label, i) => {
    const [x, y] = places[i];
    context.drawImage(nameSprite(label, ratio, theme), x - 10, y - 10, 20, 20);
  });
}

/** From each name to the middle of its class, where it had to stand elsewhere: it must not seem that the codes lie there.
 * @param {CanvasRenderingContext2D} context @param {[number, number][]} middles @param {[number, number][]} places @param {import("../../base/palette.js").Theme} theme */
function paintLeaders(context, middles, places, theme) {
  for (const [colour, width] of /** @type {[string, number][]} */ ([[theme.halo, 3], [theme.text, 1]])) {
    context.beginPath();
    middles.forEach(([x, y], i) => {
      if (Math.hypot(places[i][0] - x, places[i][1] - y) < NAME_SIDE / 2) return;
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
  paintPrior(context, view, theme, model, size - 1);
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
