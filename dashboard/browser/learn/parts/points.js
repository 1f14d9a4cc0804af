// @ts-check
// The codes of the test images under the marks of a live view, and the prior's circles.

import {contextOf, make} from "../../base/dom.js";
import {paintPrior} from "../../map/marks.js";
import {createRoom} from "../../base/room.js";
import {toPixel} from "../../base/geometry.js";
import {nameSprite, paintPoints} from "../../map/points.js";
import {initialState} from "../../state/state.js";

/** @typedef {import("./map.js").Painter} Painter */
/** @typedef {import("../../model/explorer_model.js").ExplorerModel} ExplorerModel */

const PLATE = 19; // pixels of a side of what the name of a class stands on
/** Where a name may stand instead of its class's middle, the nearest first. @type {[number, number][]} */
const ASIDE = [0, 1, 2].flatMap((ring) => Array.from({length: ring ? 8 : 1}, (_, step) => /** @type {[number, number]} */ (
  [Math.cos(step * Math.PI / 4), Math.sin(step * Math.PI / 4)].map((part) => part * ring * PLATE))));

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
  const room = createRoom(PLATE, PLATE);
  classMedians(points.codes, points.labels, header.classes.length).forEach((middle, label) => {
    if (!middle) return;
    const [x, y] = toPixel(view, middle[0], middle[1]);
    const [right, down] = ASIDE.find(([right, down]) => room.take(x + right, y + down)) ?? ASIDE[0];
    context.drawImage(nameSprite(label, ratio, theme), x + right - 10, y + down - 10, 20, 20);
  });
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
