// @ts-check
// The lattice of z as lines: straight in the latent space, bent in the plane of the data. Of one dimension it is a line in the colours of
// its places; of two, a grid with one colour for each direction. What has little of the prior is faint.

import {classColour, worthColours} from "../../../base/palette.js";
import {latentAt, placesAlong, SPAN} from "../lattice.js";

/** @typedef {(place: number) => readonly [number, number]} Places of the lattice on a canvas */

const PIECES = 60; // of the line, each in one colour
const EVERY = 5; // places from one line of the grid to the next: half a unit
const LEAST = 0.12;
const VIVID = [6, 5, 7, 0, 1, 8]; // labels of classes whose colours lie far apart, and stand out from a dark page, too

/** How strong z is shown. @param {number} z */
const strength = (z) => LEAST + (1 - LEAST) * Math.exp(-0.5 * z ** 2);

/** The colour of a place of the line. @param {number} z @param {boolean} dark */
export function colourOf(z, dark) {
  const colours = worthColours(dark);
  return colours[Math.round(Math.min(1, Math.max(0, (z + SPAN) / (2 * SPAN))) * (colours.length - 1))];
}

/** The colour of the points of a strand. @param {number} strand */
export const strandColour = (strand) => classColour(VIVID[strand % VIVID.length]);

/** The colours of the two directions. @param {import("../../../base/palette.js").Theme} theme */
const directionColours = ({dark, muted}) => [dark ? "#4fd1b5" : "#00796b", muted];

/** @param {CanvasRenderingContext2D} context @param {import("../../../base/palette.js").Theme} theme @param {1|2} latent @param {Places} placed @param {number} width */
export function drawLattice(context, theme, latent, placed, width) {
  const along = placesAlong(latent);
  context.lineJoin = "round";
  if (latent === 1) {
    for (let piece = 0, each = (along - 1) / PIECES; piece < PIECES; piece++) {
      const middle = latentAt(1, (piece + 0.5) * each);
      context.strokeStyle = colourOf(middle, theme.dark);
      context.globalAlpha = 0.35 + 0.65 * strength(middle);
      context.lineWidth = width * (0.6 + 0.9 * strength(middle));
      line(context, placed, piece * each, (piece + 1) * each, 1);
    }
  } else {
    directionColours(theme).forEach((colour, direction) => {
      context.strokeStyle = colour;
      for (let other = 0; other < along; other += EVERY) {
        const value = latentAt(2, other), from = direction ? other : other * along, step = direction ? along : 1;
        context.globalAlpha = 0.25 + 0.75 * strength(value);
        context.lineWidth = Math.abs(value) < 1e-9 ? 1.6 * width : 0.7 * width;
        line(context, placed, from, from + (along - 1) * step, step);
      }
    });
  }
  context.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} context @param {Places} placed @param {number} from @param {number} to @param {number} step */
function line(context, placed, from, to, step) {
  context.beginPath();
  for (let place = from; place <= to; place += step) context.lineTo(...placed(place));
  context.stroke();
}
