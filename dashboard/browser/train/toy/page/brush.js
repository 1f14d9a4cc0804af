// @ts-check
// Points painted by hand: what a pointer or a key does to them.

import {MOST_PAINTED, pointsOfText, textOfPoints} from "../painted.js";

const [APART, RUBBED] = [0.09, 0.25]; // of the plane: between painted points, and about an eraser

/** The points, as a text, after the brush was at a place. @param {string} text @param {[number, number]} at @param {boolean} erases */
export function brushed(text, at, erases) {
  const points = pointsOfText(text) ?? [];
  const far = (/** @type {number} */ least) => (/** @type {[number, number]} */ [x, y]) => Math.hypot(x - at[0], y - at[1]) > least;
  if (erases) return textOfPoints(points.filter(far(RUBBED)));
  return points.length < MOST_PAINTED && points.every(far(APART)) ? textOfPoints([...points, at]) : text;
}

/** How many points a text has. @param {string} text */
export const countOf = (text) => text.length / 4;
