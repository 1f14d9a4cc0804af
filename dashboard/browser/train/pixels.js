// @ts-check
// What a network sees of a minibatch: `data.observe` of the engine, by the same draws, written into panels.

import {PANEL} from "./kernel.js";
import {columnAt} from "./panels.js";

/** @typedef {{images: Uint8Array, pixels: number}} Images grey, one after the other */

/**
 * x of some images of a batch. A pixel is on where a uniform byte lies below it, the byte 255 being drawn again from 0 … 254, so that it
 * is on with probability pixel/255.
 * @param {Images} of @param {Uint32Array} places of the whole batch @param {string} protocol @param {import("./random/numpy.js").NumpyGenerator} random
 * @param {Float32Array} heap @param {number} at @param {number} rows of the panels @param {number} from of the batch, the first in these rows @param {number} to
 */
export function observeBatch({images, pixels}, places, protocol, random, heap, at, rows, from, to) {
  const drawn = protocol === "dynamic" ? drawBytes(places.length * pixels, random) : null;
  for (let i = 0; i < pixels; i++) {
    for (let row = from, x = at + columnAt(i, rows); row < to; row++, x += PANEL) {
      const grey = images[places[row] * pixels + i];
      heap[x] = drawn ? Number(drawn[row * pixels + i] < grey) : protocol === "grey" ? grey / 255 : Number(grey > 127);
    }
  }
}

/** @param {number} count @param {import("./random/numpy.js").NumpyGenerator} random */
function drawBytes(count, random) {
  const words = new Uint32Array(Math.ceil(count / 4));
  random.fill(words);
  const bytes = new Uint8Array(words.buffer, 0, count);
  /** @type {number[]} */
  const again = [];
  for (let i = bytes.indexOf(255); i >= 0; i = bytes.indexOf(255, i + 1)) again.push(i);
  random.bytesBelow255(again.length).forEach((byte, i) => (bytes[again[i]] = byte));
  return bytes;
}
