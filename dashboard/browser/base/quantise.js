// @ts-check
// Colours for a GIF: those that stand best for the colours of some pictures, by median cut, and pictures in terms of them. No DOM.

const SHADES = 32; // of each of red, green and blue, among which colours are counted
const PALETTE = 256;
/** The index that no colour has: a GIF may let it stand for what the frame before shows. */
export const NO_COLOUR = PALETTE - 1;

/** @typedef {{cells: number[], weight: number}} Box colours by their number, and how many pixels have one of them */

/** @param {number} cell @param {number} channel 0 red, 1 green, 2 blue */
function shadeOf(cell, channel) {
  return cell >> (5 * channel) & 31;
}

/** The number of a packed colour among the counted ones. @param {number} colour */
function cellOfColour(colour) {
  return (colour >> 3 & 31) | (colour >> 11 & 31) << 5 | (colour >> 19 & 31) << 10;
}

/** 255 packed colours and one more, which is never used. @param {Uint32Array[]} pictures packed colours, as ImageData has them @returns {Uint32Array} */
export function paletteOf(pictures) {
  const counts = new Uint32Array(SHADES ** 3);
  const sums = new Float64Array(3 * SHADES ** 3);
  for (const picture of pictures) {
    for (const colour of picture) {
      const cell = cellOfColour(colour);
      counts[cell]++;
      for (let channel = 0; channel < 3; channel++) sums[3 * cell + channel] += colour >> (8 * channel) & 255;
    }
  }
  const cells = [...counts.keys()].filter((cell) => counts[cell]);
  /** @type {Box[]} */
  const boxes = [{cells, weight: weigh(cells)}];
  while (boxes.length < NO_COLOUR) {
    // Few pixels of a colour of their own, such as a class with few images, are to keep it: so the root of the weight.
    const widest = boxes.reduce((best, box) => (urgency(box) > urgency(best) ? box : best));
    if (widest.cells.length < 2) break;
    boxes.splice(boxes.indexOf(widest), 1, ...halves(widest));
  }
  const palette = new Uint32Array(PALETTE);
  boxes.forEach((box, i) => {
    const [red, green, blue] = [0, 1, 2].map((channel) => Math.round(box.cells.reduce((sum, cell) => sum + sums[3 * cell + channel], 0) / box.weight));
    palette[i] = (0xff000000 | blue << 16 | green << 8 | red) >>> 0;
  });
  return palette;

  /** @param {number[]} some */
  function weigh(some) {
    return some.reduce((sum, cell) => sum + counts[cell], 0);
  }

  /** @param {Box} box */
  function urgency(box) {
    return box.cells.length < 2 ? -1 : longestSide(box).length * Math.sqrt(box.weight);
  }

  /** @param {Box} box @returns {Box[]} */
  function halves(box) {
    const {channel} = longestSide(box);
    const sorted = [...box.cells].sort((a, b) => shadeOf(a, channel) - shadeOf(b, channel));
    let [half, passed] = [0, 0];
    while (half < sorted.length - 1 && (half === 0 || passed < box.weight / 2)) passed += counts[sorted[half++]];
    return [sorted.slice(0, half), sorted.slice(half)].map((some) => ({cells: some, weight: weigh(some)}));
  }
}

/** @param {Box} box */
function longestSide({cells}) {
  const sides = [0, 1, 2].map((channel) => {
    let [least, most] = [SHADES, 0];
    for (const cell of cells) [least, most] = [Math.min(least, shadeOf(cell, channel)), Math.max(most, shadeOf(cell, channel))];
    return {channel, length: most - least};
  });
  return sides.reduce((best, side) => (side.length > best.length ? side : best));
}

/** Turns packed colours into indices of the nearest colour of a palette. @param {Uint32Array} palette */
export function createMapper(palette) {
  const known = new Int16Array(SHADES ** 3).fill(-1);

  /** @param {number} colour */
  function nearest(colour) {
    let [best, least] = [0, Infinity];
    for (let i = 0; i < NO_COLOUR; i++) {
      let away = 0;
      for (let channel = 0; channel < 3; channel++) away += ((palette[i] >> (8 * channel) & 255) - (colour >> (8 * channel) & 255)) ** 2;
      if (away < least) [best, least] = [i, away];
    }
    return best;
  }

  /** @param {Uint32Array} pixels @returns {Uint8Array<ArrayBuffer>} */
  return (pixels) => {
    const indices = new Uint8Array(pixels.length);
    for (let i = 0; i < pixels.length; i++) {
      const cell = cellOfColour(pixels[i]);
      if (known[cell] < 0) known[cell] = nearest(pixels[i]);
      indices[i] = known[cell];
    }
    return indices;
  };
}
