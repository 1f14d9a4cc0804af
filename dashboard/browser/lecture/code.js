// @ts-check
// A QR code as a picture: the matrix is uqr's (MIT), bundled when the scripts are built.

import {encode} from "uqr";
import {contextOf, make} from "../base/dom.js";

const PIXELS = 12; // a module
const LONGEST = 1200; // characters: a code of more is too fine for the back row

/** The code of a text, or null for one that is too long to be read from afar. @param {string} text */
export function codePicture(text) {
  if (text.length > LONGEST) return null;
  const {data, size} = encode(text, {ecc: "M", border: 4});
  const canvas = make("canvas", {width: size * PIXELS, height: size * PIXELS, role: "img", "aria-label": `QR code of ${text}`});
  const context = contextOf(canvas);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#000";
  data.forEach((row, y) => row.forEach((dark, x) => dark && context.fillRect(x * PIXELS, y * PIXELS, PIXELS, PIXELS)));
  return canvas;
}
