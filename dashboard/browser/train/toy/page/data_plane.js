// @ts-check
// The plane of the data: its points, a density as a shade, the decoder's image of the latent lattice, and what is pointed at.

import {fieldRamp} from "../../../base/palette.js";
import {decodedAt} from "../lattice.js";
import {drawLattice, strandColour} from "./lattice_lines.js";
import {createField, drawDots} from "./plane.js";

/** @typedef {import("./scene.js").Scene} Scene */

const SHOWN = 600; // held-out points

export function createDataPainter() {
  const field = createField();
  /** @param {import("./plane.js").Drawing} drawing @param {Scene} scene */
  return (drawing, {told, frame, settings, shade, z, point}) => {
    const {context, theme, unit, x, y} = drawing;
    const picture = settings.shading === "data" ? told.shade : settings.shading === "model" ? shade : null;
    if (picture) field(drawing, picture, told.shade.reduce((most, one) => Math.max(most, one), 0), fieldRamp("density", theme.dark)); // both on the scale of the data's, so that they can be compared
    const dot = Math.max(1.4, unit * 0.026);
    dots(told.points, SHOWN, dot, told.seen ? 0.22 : 0.6);
    if (told.seen) dots(told.seen, told.seen.length / 2, 1.5 * dot, 0.95);
    if (frame) {
      const {lattice, noise} = frame;
      drawLattice(context, theme, settings.latent, (place) => [x(lattice[2 * place]), y(lattice[2 * place + 1])], Math.max(1.5, unit * 0.03));
      if (z) spot(decodedAt(lattice, z), noise);
    }
    if (point !== null) ring(told.points[2 * point], told.points[2 * point + 1]);

    /** @param {Float32Array} points @param {number} most @param {number} radius @param {number} alpha */
    function dots(points, most, radius, alpha) {
      context.globalAlpha = alpha;
      drawDots(context, Math.min(most, points.length / 2), (i) => (points === told.points ? strandColour(told.strands[i]) : theme.text), (i) => [x(points[2 * i]), y(points[2 * i + 1])], radius);
      context.globalAlpha = 1;
    }

    /** Where a z is decoded, with s and 2 s round it. @param {readonly [number, number]} at @param {number} noise */
    function spot([left, up], noise) {
      context.strokeStyle = context.fillStyle = theme.text;
      context.lineWidth = 1.5;
      for (const radius of [noise * unit, 2 * noise * unit]) {
        context.beginPath();
        context.arc(x(left), y(up), radius, 0, 2 * Math.PI);
        context.stroke();
      }
      context.beginPath();
      context.arc(x(left), y(up), 3.5, 0, 2 * Math.PI);
      context.fill();
    }

    /** @param {number} left @param {number} up */
    function ring(left, up) {
      context.strokeStyle = theme.truth;
      context.lineWidth = 2.5;
      context.beginPath();
      context.arc(x(left), y(up), 7, 0, 2 * Math.PI);
      context.stroke();
    }
  };
}
