// @ts-check
// Some of the images to train on, side by side, before there is a map to show.

import {contextOf} from "../../base/dom.js";

const LEAST_TILE = 34; // pixels of the page

/** As many of the images as there is room for. @param {HTMLCanvasElement} canvas @param {import("../data.js").DataSet} data @param {import("../../base/palette.js").Theme} theme */
export function drawSheet(canvas, {train: {images, labels, pixels}, side}, theme) {
  const {clientWidth: wide, clientHeight: tall} = canvas;
  if (wide < 60 || tall < 60) return;
  const tile = Math.max(LEAST_TILE, Math.sqrt((wide * tall) / labels.length));
  const [columns, rows] = [Math.floor(wide / tile), Math.floor(tall / tile)];
  const picture = new ImageData(columns * side, rows * side), ink = new Uint32Array(picture.data.buffer);
  for (let place = 0; place < Math.min(columns * rows, labels.length); place++) {
    const [left, top] = [(place % columns) * side, Math.floor(place / columns) * side];
    for (let i = 0; i < pixels; i++) ink[(top + Math.floor(i / side)) * columns * side + left + (i % side)] = theme.ink[images[place * pixels + i]];
  }
  Object.assign(canvas, {width: picture.width, height: picture.height});
  contextOf(canvas).putImageData(picture, 0, 0);
}
