// @ts-check
// Points painted by hand as the text of a link: each coordinate in two letters, a step of REACH/2048 apart.

import {REACH} from "./toys.js";

/** @typedef {import("./toys.js").Point} Point */

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE = LETTERS.length;
const STEPS = BASE ** 2 - 1;
/** As many as a link has room for. */
export const MOST_PAINTED = 300;

/** @param {readonly Point[]} points */
export const textOfPoints = (points) => points.flat().map((value) => {
  const step = Math.round(((Math.min(REACH, Math.max(-REACH, value)) + REACH) / (2 * REACH)) * STEPS);
  return LETTERS[Math.floor(step / BASE)] + LETTERS[step % BASE];
}).join("");

/** @param {string} text @returns {Point[]|null} null where it is no such text */
export function pointsOfText(text) {
  if (!/^([\w-]{4})*$/.test(text) || text.length > 4 * MOST_PAINTED) return null;
  const values = Array.from({length: text.length / 2}, (_, i) => ((LETTERS.indexOf(text[2 * i]) * BASE + LETTERS.indexOf(text[2 * i + 1])) / STEPS) * 2 * REACH - REACH);
  return Array.from({length: values.length / 2}, (_, i) => [values[2 * i], values[2 * i + 1]]);
}
