// @ts-check
// The latent space of a toy: where q puts the points, the prior, the straight lattice; of a point that is pointed at its q and the exact
// posterior. One dimension is drawn as a line with densities above it and the points in lanes below, two as a square.

import {fieldRamp} from "../../../base/palette.js";
import {latentAt, placesAlong, posteriorOver, SPAN} from "../lattice.js";
import {colourOf, drawLattice, strandColour} from "./lattice_lines.js";
import {createField, drawDots, stroke} from "./plane.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./plane.js").Drawing} Drawing */
/** @typedef {ReturnType<typeof createField>} Field */

const [SHOWN, SPREADS] = [600, 120]; // points as dots, and with their spreads
const [STEPS, ROOT] = [160, Math.sqrt(2 * Math.PI)];
const [BASE, HIGH, LEAST_TOP, NEAR] = [0.5, 0.46, 0.5, 5]; // of the side: where the line of one dimension lies, and how high the highest density is; that is at least so much; sds, beyond which q is nothing

export function createLatentPainter() {
  const below = createField();
  /** @param {Drawing} drawing @param {Scene} scene */
  return (drawing, scene) => (scene.settings.latent === 1 ? line(drawing, scene) : square(drawing, scene, below));
}

/** @param {Drawing} drawing @param {Scene} scene @param {Field} field */
function square(drawing, {told, frame, settings, z, point}, field) {
  const {context, theme, unit, x, y} = drawing;
  if (frame && point !== null) field(drawing, upright(posteriorOver(frame.lattice, 2, placeOf(told, point), frame.noise)), 1, fieldRamp("posterior", theme.dark));
  const along = placesAlong(2);
  drawLattice(context, theme, settings.latent, (place) => [x(latentAt(2, place % along)), y(latentAt(2, Math.floor(place / along)))], Math.max(1, unit * 0.02));
  context.strokeStyle = theme.muted;
  context.lineWidth = 1.2;
  context.setLineDash([5, 4]);
  for (const radius of [1, 2]) ellipse(0, 0, radius, radius);
  context.setLineDash([]);
  if (frame) {
    const {mu, std} = frame;
    context.lineWidth = 1;
    for (let i = 0; i < SPREADS; i++) {
      context.strokeStyle = strandColour(told.strands[i]);
      context.globalAlpha = 0.35;
      ellipse(mu[2 * i], mu[2 * i + 1], std[2 * i], std[2 * i + 1]);
    }
    context.globalAlpha = 0.75;
    drawDots(context, SHOWN, (i) => strandColour(told.strands[i]), (i) => [x(mu[2 * i]), y(mu[2 * i + 1])], Math.max(1.4, unit * 0.026));
    context.globalAlpha = 1;
    if (point !== null) {
      context.strokeStyle = theme.text;
      context.lineWidth = 2;
      ellipse(mu[2 * point], mu[2 * point + 1], std[2 * point], std[2 * point + 1]);
    }
  }
  if (z) dot(z[0], z[1], theme.text, 4.5);

  /** @param {number} left @param {number} up @param {number} wide @param {number} tall */
  function ellipse(left, up, wide, tall) {
    context.beginPath();
    context.ellipse(x(left), y(up), wide * unit, tall * unit, 0, 0, 2 * Math.PI);
    context.stroke();
  }

  /** @param {number} left @param {number} up @param {string} colour @param {number} radius */
  function dot(left, up, colour, radius) {
    context.fillStyle = colour;
    context.beginPath();
    context.arc(x(left), y(up), radius, 0, 2 * Math.PI);
    context.fill();
  }
}

/** @param {Drawing} drawing @param {Scene} scene */
function line({context, theme, side, unit, x}, {told, frame, z, point}) {
  const base = BASE * side, densities = frame ? aggregate(frame) : new Float64Array();
  const top = densities.reduce((most, one) => Math.max(most, one), LEAST_TOP);
  const high = (/** @type {number} */ density) => base - (density / top) * HIGH * side;
  if (frame) {
    const {mu, std, noise, lattice} = frame;
    filled(Array.from(densities, (density, i) => [x(stepAt(i)), high(density)]), theme.accent, 0.22);
    if (point !== null) {
      const along = placesAlong(1), truth = posteriorOver(lattice, 1, placeOf(told, point), noise);
      filled(Array.from(truth, (value, place) => [x(latentAt(1, place)), high(0.9 * top * value)]), theme.truth, 0.3);
      context.strokeStyle = theme.text;
      context.lineWidth = 2;
      stroke(context, Array.from({length: along}, (_, place) => {
        const at = latentAt(1, place);
        return [x(at), high(0.9 * top * Math.exp(-0.5 * ((at - mu[point]) / std[point]) ** 2))];
      }));
    }
    const lanes = 1 + told.strands.reduce((most, one) => Math.max(most, one), 0), room = (side - base - 44) / lanes;
    const tall = (/** @type {number} */ i) => base + 26 + room * (told.strands[i] + 0.08 + 0.84 * ((i * 0.618034) % 1));
    context.globalAlpha = 0.45;
    context.lineWidth = 1.2;
    for (let i = 0; i < SPREADS; i++) {
      context.strokeStyle = strandColour(told.strands[i]);
      stroke(context, [[x(mu[i] - std[i]), tall(i)], [x(mu[i] + std[i]), tall(i)]]);
    }
    context.globalAlpha = 0.8;
    drawDots(context, SHOWN, (i) => strandColour(told.strands[i]), (i) => [x(mu[i]), tall(i)], Math.max(1.4, unit * 0.024));
    context.globalAlpha = 1;
    if (point !== null) {
      context.strokeStyle = theme.truth;
      context.lineWidth = 2.5;
      context.beginPath();
      context.arc(x(mu[point]), tall(point), 7, 0, 2 * Math.PI);
      context.stroke();
    }
    context.globalAlpha = 1;
  }
  context.setLineDash([5, 4]);
  context.strokeStyle = theme.muted;
  context.lineWidth = 1.4;
  stroke(context, Array.from({length: STEPS + 1}, (_, i) => [x(stepAt(i)), high(Math.exp(-0.5 * stepAt(i) ** 2) / ROOT)]));
  context.setLineDash([]);
  for (let i = 0; i < STEPS; i++) {
    const [from, to] = [i, i + 1].map(stepAt);
    context.fillStyle = colourOf((from + to) / 2, theme.dark);
    context.fillRect(x(from), base, x(to) - x(from) + 0.5, 7);
  }
  if (z) {
    context.strokeStyle = context.fillStyle = theme.text;
    context.lineWidth = 1.5;
    stroke(context, [[x(z[0]), 0], [x(z[0]), side - 20]]);
    context.beginPath();
    context.arc(x(z[0]), base + 3.5, 6, 0, 2 * Math.PI);
    context.fill();
  }

  /** @param {number[][]} edge @param {string} colour @param {number} alpha */
  function filled(edge, colour, alpha) {
    context.fillStyle = context.strokeStyle = colour;
    context.globalAlpha = alpha;
    context.beginPath();
    for (const [left, up] of [[0, base], ...edge, [side, base]]) context.lineTo(left, up);
    context.fill();
    context.globalAlpha = 1;
    context.lineWidth = 1.4;
    stroke(context, edge);
  }
}

/** A place along the line. @param {number} step */
const stepAt = (step) => -SPAN + (2 * SPAN * step) / STEPS;

/** The mean of q(z|x) over the points, at each step along the line. @param {import("../worker.js").Frame} frame */
function aggregate({mu, std}) {
  const density = new Float64Array(STEPS + 1), stepOf = (/** @type {number} */ z) => ((z + SPAN) / (2 * SPAN)) * STEPS;
  mu.forEach((mean, i) => {
    const sd = std[i], last = Math.min(STEPS, Math.floor(stepOf(mean + NEAR * sd)));
    for (let step = Math.max(0, Math.ceil(stepOf(mean - NEAR * sd))); step <= last; step++) density[step] += Math.exp(-0.5 * ((stepAt(step) - mean) / sd) ** 2) / (sd * ROOT * mu.length);
  });
  return density;
}

/** @param {import("../worker.js").Told} told @param {number} point @returns {[number, number]} */
const placeOf = ({points}, point) => [points[2 * point], points[2 * point + 1]];

/** The last row first. @param {Float64Array} values */
function upright(values) {
  const side = placesAlong(2);
  return values.map((_, i) => values[(side - 1 - Math.floor(i / side)) * side + (i % side)]);
}
