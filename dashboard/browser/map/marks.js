// @ts-check
// What lies over the points: axes, contours, and the marks that follow the pointer.

import {classColour} from "../base/palette.js";
import {drawFrom, isFlat} from "../model/explorer_model.js";
import {axisTicks, ellipsePoints, priorMassBeyond, radiusHolding, tickSpacing, toPixel} from "../base/geometry.js";
import {createCrowd, leastCrowded} from "./layout/crowd.js";
import {paintName} from "./points.js";
import {shareText} from "../words/captions.js";

/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("./layout/crowd.js").Plate} Plate */

const RING_ROOM = 24; // pixels between two contours: a number on each
const INSET = 6; // pixels from the edge of the map
const PLATE_COVER = 0.75; // of the plate under a label
const [EDGE, FOOT] = [26, 22]; // pixels of the map, for what points out of it; at its foot stands what is out of sight
const TICK_ROOM = 2.6; // times the size of the numbers, left of the map

/** Numbers and lines of the axes; the origin of the context is the plot's upper left corner.
 * @param {Context} context @param {View} view @param {Theme} theme @param {number} size of the numbers in pixels @param {string} unit under the first axis
 * @param {number} [left] pixels left of the plot; where they are too few, the second axis has its numbers on the plot beside it */
export function paintAxes(context, view, theme, size, unit, left = Infinity) {
  const ticks = axisTicks(view, tickSpacing(view, size));
  context.font = `${size}px ${theme.font}`;
  context.fillStyle = theme.muted;
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const z1 of apart(context, ticks.x, ticks.step, view.scale, size)) context.fillText(tickText(z1), toPixel(view, z1, 0)[0], view.height + 6);
  context.textAlign = "right";
  context.textBaseline = "middle";
  const room = TICK_ROOM * size; // long numbers, far inside, are drawn narrower
  if (left >= room) for (const z2 of ticks.y) context.fillText(tickText(z2), -7, toPixel(view, 0, z2)[1], room);
  context.textAlign = "center";
  // Not by its top, above which WebKit leaves room for accents: the foot of the letters would be cut off.
  context.fillText(unit, view.width / 2, view.height + 8 + size * 1.85);
}

/** The values of ticks, or of every other, third, … of them, as far as their numbers keep apart. @param {Context} context @param {number[]} values @param {number} step from one to the next @param {number} scale @param {number} size */
function apart(context, values, step, scale, size) {
  const widest = Math.max(...values.map((value) => context.measureText(tickText(value)).width)) + size / 2;
  const every = Math.max(1, Math.ceil(widest / (step * scale)));
  return every === 1 ? values : values.filter((value) => Math.round(value / step) % every === 0);
}

/** @param {Context} context @param {View} view @param {Theme} theme @param {number} [size] of the numbers at its lines, in pixels */
export function paintGrid(context, view, theme, size) {
  const ticks = axisTicks(view, tickSpacing(view, size));
  context.lineWidth = 1;
  context.strokeStyle = theme.line;
  for (const z1 of ticks.x) strokeLine(context, [toPixel(view, z1, 0)[0], 0], [toPixel(view, z1, 0)[0], view.height]);
  for (const z2 of ticks.y) strokeLine(context, [0, toPixel(view, 0, z2)[1]], [view.width, toPixel(view, 0, z2)[1]]);
}

/** The number at a tick. @param {number} value */
export function tickText(value) {
  return String(Number(value.toPrecision(6))).replace("-", "−");
}

/** @param {Context} context @param {ArrayLike<number>} from @param {ArrayLike<number>} to */
function strokeLine(context, from, to) {
  context.beginPath();
  context.moveTo(Math.round(from[0]) + 0.5, Math.round(from[1]) + 0.5);
  context.lineTo(Math.round(to[0]) + 0.5, Math.round(to[1]) + 0.5);
  context.stroke();
}

/** N(0, I) at 1, 2 and 3 σ with the share of its mass outside; for a model without a prior also the Gaussian fitted to its codes.
 * @param {Context} context @param {View} view @param {Theme} theme @param {ExplorerModel} model @param {number} size of the text
 * @param {Plate[]} [taken] where nothing may be written */
export function paintPrior(context, view, theme, model, size, taken = []) {
  const isVae = model.bundle.kind === "vae";
  context.font = `600 ${size}px ${theme.font}`;
  for (const sigma of [1, 2, 3]) {
    const radius = sigma * view.scale;
    const [x, y] = toPixel(view, 0, 0);
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    haloStroke(context, theme, theme.text, 1.5, isVae ? [] : [4, 4]);
    if (isVae) continue;
    context.beginPath();
    for (const z of gaussianOutline(model.gaussian, sigma)) context.lineTo(...toPixel(view, ...z));
    context.closePath();
    haloStroke(context, theme, theme.text, 1.5, []);
  }
  const crowd = createCrowd(view, model.bundle.points.codes);
  const laid = taken.slice();
  // What has the fewest places comes first; a number may stand anywhere on its line.
  for (const {along, text: full, short} of contourLabels(view, model).sort((one, other) => one.along.length - other.along.length)) {
    const corner = axisCorner(size);
    const fitted = along.length ? {text: full, size} : fittedLabel([full, ...(short ? [short] : [])], size, view.width - corner - INSET, (text) => plateOf(context, text)[0]);
    const {text} = fitted;
    context.font = `600 ${fitted.size}px ${theme.font}`;
    const [wide, tall] = plateOf(context, text);
    const places = (along.length ? along.map((z) => toPixel(view, ...z)) : edgePlaces(view, wide, tall, corner)).map((at) => ({at, wide, tall}));
    const free = places.filter((one) => isWithin(one, view) && !laid.some((other) => overlap(one, other)));
    const plate = leastCrowded(crowd, free.length ? free : places);
    if (along.length && !free.length) continue; // its line is out of sight, or wholly under others
    laid.push(plate);
    haloText(context, theme, text, ...plate.at);
  }
}

/** The room in the upper left corner of a map, where the name of an axis stands. @param {number} size of the text */
export function axisCorner(size) {
  return 16 + 2 * size;
}

/** The first text that fits, or the last in letters so much smaller that it does. @param {string[]} texts @param {number} size @param {number} room @param {(text: string) => number} widthOf at that size
 * @returns {{text: string, size: number}} */
export function fittedLabel(texts, size, room, widthOf) {
  const text = texts.find((one) => widthOf(one) <= room) ?? texts[texts.length - 1];
  return {text, size: Math.max(1, Math.floor(size * Math.min(1, room / widthOf(text))))};
}

/** Places along the upper edge of a map, from the right, and last at the left above the lower edge: at its foot stands what is out of sight. @param {View} view @param {number} wide @param {number} tall
 * @param {number} corner @returns {[number, number][]} */
function edgePlaces({width, height}, wide, tall, corner) {
  const [right, left] = [width - wide / 2 - INSET, wide / 2 + corner];
  const across = left < right ? [right, (left + right) / 2, left] : [right];
  return [...across.map((x) => /** @type {[number, number]} */ ([x, tall / 2 + INSET])), [wide / 2 + INSET, height - 1.5 * tall - 2 * INSET]];
}

/** @param {Plate} plate @param {View} view */
function isWithin({at: [x, y], wide, tall}, view) {
  return x >= wide / 2 && x <= view.width - wide / 2 && y >= tall / 2 && y <= view.height - tall / 2;
}

/** @param {Plate} one @param {Plate} other */
function overlap(one, other) {
  return Math.abs(one.at[0] - other.at[0]) < (one.wide + other.wide) / 2 && Math.abs(one.at[1] - other.at[1]) < (one.tall + other.tall) / 2;
}

/** What is written on the contours, and where: on each line its number, and what the lines are wherever the map is empty.
 * @param {View} view @param {ExplorerModel} model @returns {{along: Latent[], text: string, short?: string}[]} along: places on its line, the best first; none for what may stand anywhere. short: for a narrow map */
export function contourLabels(view, model) {
  const isVae = model.bundle.kind === "vae";
  if (isVae && ![1, 2, 3].some((sigma) => crosses(view, sigma))) return [];
  const all = isVae ? {along: [], ...priorLabel(Boolean(model.bundle.plane))} : {along: [], text: ownLabel(model, true), short: ownLabel(model, false)};
  if (!isVae && isFlat(model.gaussian)) return [all];
  const outline = isVae ? ringPlaces : (/** @type {number} */ sigma) => gaussianOutline(model.gaussian, sigma);
  const narrowest = isVae ? view.scale : view.scale * Math.min(model.gaussian.factor[0], model.gaussian.factor[2]);
  return narrowest > RING_ROOM ? [...[1, 2, 3].map((sigma) => ({along: outline(sigma), text: `${sigma}σ`})), all] : [all];
}

/** The share of the prior beyond each of its three rings; on a plane of the prior that it cuts. @param {boolean} cut */
function priorLabel(cut) {
  const shares = [1, 2, 3].map((sigma) => shareText(priorMassBeyond(sigma)));
  return {text: `Prior${cut ? " on the plane" : ""} ${shares.map((share, i) => `>${i + 1}σ ${share}`).join(", ")}`, short: `Prior beyond: ${shares.join(", ")}`};
}

/** Whether a ring about the origin is somewhere in sight. @param {View} view @param {number} radius */
function crosses({scale, cx, cy, width, height}, radius) {
  const halves = [width / 2 / scale, height / 2 / scale];
  const away = [Math.abs(cx), Math.abs(cy)];
  const nearest = Math.hypot(...away.map((one, axis) => Math.max(0, one - halves[axis])));
  const farthest = Math.hypot(...away.map((one, axis) => one + halves[axis]));
  return nearest <= radius && radius <= farthest;
}

/** Places on a ring of the prior, from the top down to the bottom. @param {number} sigma @returns {Latent[]} */
function ringPlaces(sigma) {
  return Array.from({length: 37}, (_, step) => step * Math.PI / 36).flatMap((angle) => /** @type {Latent[]} */ ([1, -1].map((side) => [side * sigma * Math.sin(angle), sigma * Math.cos(angle)])));
}

/** What the lines on a model without a prior are. @param {ExplorerModel} model @param {boolean} roomy */
export function ownLabel(model, roomy) {
  if (isFlat(model.gaussian)) return "Dashed: N(0, I); its codes lie on a line";
  return roomy ? "Solid: 1, 2, 3σ of the codes' Gaussian; dashed: of N(0, I)" : "Codes' Gaussian; N(0, I) dashed";
}

/** The ellipse of so many standard deviations. @param {import("../model/explorer_model.js").Gaussian} gaussian @param {number} sigma @returns {Latent[]} */
export function gaussianOutline(gaussian, sigma) {
  return Array.from({length: 72}, (_, step) => drawFrom(gaussian, [Math.cos(step / 36 * Math.PI) * sigma, Math.sin(step / 36 * Math.PI) * sigma]));
}

/** @param {Context} context @param {Theme} theme @param {string} colour @param {number} width @param {number[]} dash */
function haloStroke(context, theme, colour, width, dash) {
  context.setLineDash([]);
  context.strokeStyle = theme.halo;
  context.lineWidth = width + 2;
  context.stroke();
  context.setLineDash(dash);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
  context.setLineDash([]);
}

/** @param {Context} context @param {Theme} theme @param {string} text @param {number} x @param {number} y */
function haloText(context, theme, text, x, y) {
  context.textAlign = "center";
  context.textBaseline = "middle";
  // A plate rather than an outline: a line behind the words would show between the letters.
  const [wide, tall] = plateOf(context, text);
  context.fillStyle = theme.halo;
  context.globalAlpha = PLATE_COVER;
  context.beginPath();
  context.roundRect(x - wide / 2, y - tall / 2, wide, tall, 4);
  context.fill();
  context.globalAlpha = 1;
  context.fillStyle = theme.text;
  context.fillText(text, x, y + 0.5);
}

/** The sides of the plate under a text. @param {Context} context @param {string} text @returns {[number, number]} */
function plateOf(context, text) {
  return [context.measureText(text).width + 8, parseInt(context.font.replace(/^\d+ /, ""), 10) * 1.35];
}

/** The point that is decoded: a cross over the whole map and a ring. @param {Context} context @param {View} view @param {Theme} theme @param {Latent} z @param {boolean} held @param {boolean} active */
export function paintCursor(context, view, theme, z, held, active) {
  const [x, y] = toPixel(view, z[0], z[1]);
  context.globalAlpha = active ? 0.55 : 0.3;
  context.strokeStyle = theme.text;
  context.lineWidth = 1;
  strokeLine(context, [x, 0], [x, view.height]);
  strokeLine(context, [0, y], [view.width, y]);
  context.globalAlpha = 1;
  context.beginPath();
  context.arc(x, y, 8, 0, 2 * Math.PI);
  haloStroke(context, theme, theme.accent, 2.5, []);
  if (!held) return;
  context.beginPath();
  context.arc(x, y, 3, 0, 2 * Math.PI);
  context.fillStyle = theme.accent;
  context.fill();
}

/** A ring round the code of one test image. @param {Context} context @param {View} view @param {Theme} theme @param {Latent} z @param {number} label @param {boolean} strong @param {string} mark of its class */
export function paintRing(context, view, theme, z, label, strong, mark) {
  const [x, y] = toPixel(view, z[0], z[1]);
  context.beginPath();
  context.arc(x, y, strong ? 7 : 6, 0, 2 * Math.PI);
  context.fillStyle = classColour(label);
  context.fill();
  haloStroke(context, theme, theme.text, strong ? 2.5 : 1.5, []);
  paintName(context, mark, context.getTransform().a, theme, x + 15, y - 12);
}

/** A frame round the picture of one test image. @param {Context} context @param {View} view @param {Theme} theme @param {Latent} z @param {number} side of the picture, pixels @param {boolean} strong
 * @param {string} mark of its class */
export function paintFrame(context, view, theme, z, side, strong, mark) {
  const [x, y] = toPixel(view, z[0], z[1]);
  const half = side / 2 + 1;
  context.beginPath();
  context.rect(x - half, y - half, 2 * half, 2 * half);
  haloStroke(context, theme, theme.text, strong ? 3.5 : 2.5, []);
  paintName(context, mark, context.getTransform().a, theme, x + half, y - half);
}

/** What of a Gaussian lies within its ellipses: as much as of the exact posterior within its contours, so that the two may be compared. */
export const Q_MASSES = [0.5, 0.95];

/** The ellipses that hold Q_MASSES of q(z|x), at true scale. @param {Context} context @param {View} view @param {Theme} theme @param {Latent} mu @param {Latent} std */
export function paintPosterior(context, view, theme, mu, std) {
  for (const mass of Q_MASSES) {
    const points = ellipsePoints(mu, std, radiusHolding(mass));
    context.beginPath();
    for (let i = 0; i < points.length; i += 2) context.lineTo(...toPixel(view, points[i], points[i + 1]));
    context.closePath();
    haloStroke(context, theme, theme.accent, mass === Q_MASSES[0] ? 2.5 : 1.5, []);
  }
}

/** Where on a view's edge, seen from its middle, something beyond it lies, and in what direction of the canvas; null for what is in sight.
 * @param {View} view @param {Latent} z @param {number} inset from the edge, pixels @param {number} foot more of them from the lower edge
 * @returns {{at: [number, number], angle: number}|null} */
export function edgeTowards(view, z, inset, foot) {
  const [x, y] = toPixel(view, ...z);
  if (x >= 0 && y >= 0 && x <= view.width && y <= view.height) return null;
  const [right, down] = [x - view.width / 2, y - view.height / 2];
  const share = Math.min((view.width / 2 - inset) / Math.abs(right), (view.height / 2 - inset - (down > 0 ? foot : 0)) / Math.abs(down));
  return {at: [view.width / 2 + share * right, view.height / 2 + share * down], angle: Math.atan2(down, right)};
}

/** A walk: its path, with rings at both ends; one that is out of sight is at the edge, with an arrow towards it. @param {Context} context @param {View} view @param {Theme} theme @param {Latent[]} path */
export function paintPath(context, view, theme, path) {
  context.beginPath();
  for (const [z1, z2] of path) context.lineTo(...toPixel(view, z1, z2));
  haloStroke(context, theme, theme.accent, 3, []);
  const ends = path.length > 1 ? [path[0], path[path.length - 1]] : path;
  ends.forEach((z, i) => {
    let beyond = edgeTowards(view, z, EDGE, FOOT);
    const other = i && beyond && edgeTowards(view, ends[0], EDGE, FOOT);
    if (beyond && other && Math.hypot(beyond.at[0] - other.at[0], beyond.at[1] - other.at[1]) < EDGE) beyond = edgeTowards(view, z, 2 * EDGE, FOOT);
    const [x, y] = beyond?.at ?? toPixel(view, z[0], z[1]);
    if (beyond) paintArrow(context, theme, beyond);
    context.beginPath();
    context.arc(x, y, 10, 0, 2 * Math.PI);
    context.fillStyle = theme.background;
    context.fill();
    haloStroke(context, theme, theme.accent, 2, []);
    context.font = `700 13px ${theme.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = theme.text;
    context.fillText("AB"[i], x, y + 0.5);
  });
}

/** A triangle beyond a ring. @param {Context} context @param {Theme} theme @param {{at: [number, number], angle: number}} where */
function paintArrow(context, theme, {at: [x, y], angle}) {
  context.beginPath();
  for (const [turn, far] of [[-0.6, 14], [0, 24], [0.6, 14]]) context.lineTo(x + far * Math.cos(angle + turn), y + far * Math.sin(angle + turn));
  context.closePath();
  context.fillStyle = theme.accent;
  context.fill();
  haloStroke(context, theme, theme.accent, 1, []);
}

/** Small marks, some of which may be crossed out: samples, neighbours. @param {Context} context @param {View} view @param {Theme} theme @param {Latent[]} points
 * @param {(z: Latent) => boolean} [crossed] */
export function paintMarks(context, view, theme, points, crossed = () => false) {
  for (const z of points) {
    const [x, y] = toPixel(view, z[0], z[1]);
    context.beginPath();
    context.rect(x - 4, y - 4, 8, 8);
    if (crossed(z)) {
      for (const side of [1, -1]) {
        context.moveTo(x - 4, y - 4 * side);
        context.lineTo(x + 4, y + 4 * side);
      }
    }
    haloStroke(context, theme, theme.text, 1.5, []);
  }
}
