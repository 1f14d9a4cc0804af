// @ts-check
// Paints dots by the ten thousand within a frame: their pixels are written straight into an image. Asking the canvas for
// each dot takes ten times as long.

import {contextOf, make} from "../../base/dom.js";

/** @typedef {{size: number, rgb: Uint32Array, alpha: Uint8Array}} Stamp the pixels of one dot: colour, and how much of it covers what lies below */

const PHASES = 2; // places within a pixel, along each axis, that are told apart
const OPAQUE = 255;

/** @typedef {{sheet: CanvasRenderingContext2D|null, image: ImageData|null}} Buffers what a sheet is made of, to be used again */
/** @type {Buffers} */
const shared = {sheet: null, image: null};

/** The stamps of one dot, for each place within a pixel. @param {number} radius in pixels of the image @param {(context: CanvasRenderingContext2D) => void} draw a dot round the origin @returns {Stamp[]} */
export function makeStamps(radius, draw) {
  const size = Math.ceil(2 * radius + 1);
  return Array.from({length: PHASES * PHASES}, (_, phase) => {
    const context = contextOf(make("canvas", {width: size, height: size}), {willReadFrequently: true});
    context.translate(size / 2 + ((phase % PHASES) - 0.5) / PHASES, size / 2 + (Math.floor(phase / PHASES) - 0.5) / PHASES);
    draw(context);
    const {data} = context.getImageData(0, 0, size, size);
    const pixels = new Uint32Array(data.buffer);
    return {size, rgb: pixels.map((pixel) => pixel & 0xffffff), alpha: Uint8Array.from(pixels, (pixel) => pixel >>> 24)};
  });
}

/** Dots on a sheet of their own, which is then laid over a canvas; the next sheet made of the same buffers takes its place.
 * @param {number} width in pixels @param {number} height @param {Buffers} [buffers] */
export function createDotSheet(width, height, buffers = shared) {
  const context = (buffers.sheet ??= contextOf(make("canvas")));
  if (context.canvas.width !== width || context.canvas.height !== height) Object.assign(context.canvas, {width, height});
  if (buffers.image?.width !== width || buffers.image.height !== height) buffers.image = context.createImageData(width, height);
  const picture = buffers.image;
  const pixels = new Uint32Array(picture.data.buffer).fill(0);

  return {
    /** @param {Stamp[]} stamps @param {number} x of its middle @param {number} y */
    add(stamps, x, y) {
      const {size, rgb, alpha} = stamps[(x - Math.floor(x) < 0.5 ? 0 : 1) + PHASES * (y - Math.floor(y) < 0.5 ? 0 : 1)];
      const [left, top] = [Math.floor(x) - (size >> 1), Math.floor(y) - (size >> 1)];
      const [fromRow, toRow] = [Math.max(0, -top), Math.min(size, height - top)];
      const [fromColumn, toColumn] = [Math.max(0, -left), Math.min(size, width - left)];
      for (let row = fromRow; row < toRow; row++) {
        let at = (top + row) * width + left + fromColumn;
        for (let i = row * size + fromColumn, end = row * size + toColumn; i < end; i++, at++) {
          const cover = alpha[i];
          if (cover === OPAQUE) pixels[at] = (0xff000000 | rgb[i]) >>> 0;
          else if (cover) pixels[at] = over(rgb[i], cover, pixels[at]);
        }
      }
    },
    /** @param {CanvasRenderingContext2D} target @param {number} ratio of its pixels to its units @param {number} strength 0…1 */
    layOver(target, ratio, strength) {
      context.putImageData(picture, 0, 0);
      target.globalAlpha = strength;
      target.drawImage(context.canvas, 0, 0, width / ratio, height / ratio);
      target.globalAlpha = 1;
    },
  };
}

/** One pixel over another. Red and blue are mixed in one go: they lie a byte apart. @param {number} rgb @param {number} cover 0…255 @param {number} below packed, with its own cover */
function over(rgb, cover, below) {
  const under = below >>> 24;
  if (under === 0) return ((cover << 24) | rgb) >>> 0;
  const total = under === OPAQUE ? OPAQUE : cover + under - ((cover * under) >> 8);
  const share = Math.round((cover << 8) / total);
  const redBlue = (((below & 0xff00ff) * (256 - share) + (rgb & 0xff00ff) * share) >>> 8) & 0xff00ff;
  const green = (((below & 0xff00) * (256 - share) + (rgb & 0xff00) * share) >>> 8) & 0xff00;
  return ((total << 24) | redBlue | green) >>> 0;
}
