// @ts-check
// A map, or two beside each other, as a picture away from the page, PNG or SVG: the painters of the screen, above the key to what it shows.

import {contextOf, make} from "../base/dom.js";
import {paintKey} from "./key.js";
import {codesAsSvg, paintPoints, tintOf} from "./points.js";
import {TOP} from "./sheet.js";
import {SvgPen} from "./svg_pen.js";

/** @typedef {CanvasRenderingContext2D} Context */
/**
 * @typedef {object} MapPicture
 * @property {import("./sheet.js").Sheet} sheet
 * @property {import("./painter.js").Scene} scene
 * @property {ReturnType<typeof import("./painter.js").createPainter>} painter
 * @property {((context: Context) => void)|null} paintPictures images in place of dots; null where there are none
 * @property {((context: Context) => void)|null} paintShaded what lies under the codes pixel by pixel; null where no such layer is on
 */

/** @param {MapPicture[]} pictures side by side, all of one size */
export function picturesAsPng(pictures) {
  const {width, height, ratio} = sizeOf(pictures);
  const context = contextOf(make("canvas", {width: Math.round(width * ratio), height: Math.round(height * ratio)}));
  context.scale(ratio, ratio);
  eachInPlace(context, pictures, (picture) => {
    paintMap(context, picture, () => picture.paintShaded?.(context), () => {
      paintPoints(layerOf(context, picture));
      picture.paintPictures?.(context);
    });
    paintKey(context, picture.sheet.key, picture.scene.theme);
  });
  return context.canvas;
}

/** The same with vectors; the shaded layers, the manifold and 60,000 training codes are one PNG within, the images another. @param {MapPicture[]} pictures */
export function picturesAsSvg(pictures) {
  const {width, height, ratio} = sizeOf(pictures);
  const pen = new SvgPen();
  const context = /** @type {Context} */ (/** @type {unknown} */ (pen));
  eachInPlace(context, pictures, (picture) => {
    const {scene: {view, theme}, paintShaded, paintPictures} = picture;
    const asPart = (/** @type {string} */ name, /** @type {((context: Context) => void)|null} */ paint) => {
      if (!paint) return;
      const raster = contextOf(make("canvas", {width: Math.round(view.width * ratio), height: Math.round(view.height * ratio)}));
      raster.scale(ratio, ratio);
      paint(raster);
      pen.part(name, "", () => context.drawImage(raster.canvas, 0, 0, view.width, view.height));
    };
    paintMap(context, picture, () => asPart("shaded", paintShaded), () => {
      codesAsSvg(pen, layerOf(context, picture));
      asPart("pictures", paintPictures);
    });
    pen.part("key", "", () => paintKey(context, picture.sheet.key, theme));
  });
  return pen.text(width, height, ratio);
}

/** Of all of them together. @param {MapPicture[]} pictures */
function sizeOf(pictures) {
  const {width, height, ratio} = pictures[0].sheet;
  return {width: width * pictures.length, height, ratio};
}

/** @param {Context} context @param {MapPicture[]} pictures @param {(picture: MapPicture) => void} paint */
function eachInPlace(context, pictures, paint) {
  pictures.forEach((picture, place) => {
    context.save();
    context.translate(place * picture.sheet.width, 0);
    paint(picture);
    context.restore();
  });
}

/** All but the key, where the origin of the context is left. @param {Context} context @param {MapPicture} picture @param {() => void} shaded @param {() => void} codes */
function paintMap(context, {sheet: {width, height, size, left, bottom}, scene, painter}, shaded, codes) {
  const {view, theme} = scene;
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height);
  context.translate(left, TOP);
  painter.below(context, scene, shaded, codes);
  painter.above(context, scene);
  context.font = `${size}px ${theme.font}`;
  context.fillStyle = theme.muted;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.fillText(scene.painted.axes[1], 12, 6 + size);
  context.translate(0, view.height + bottom);
}

/** @param {Context} context @param {MapPicture} picture @returns {import("./points.js").Layer} */
function layerOf(context, {sheet: {ratio}, scene: {view, theme, state, marks, painted, worth}}) {
  return {context, view, ratio, theme, state, marks, model: painted, tint: tintOf(painted.bundle, worth, theme)};
}
