// @ts-check
// How a stage's numbers are laid out: single ones as cells of a grid, maps as tiles with a line between them. Pure.

/**
 * @typedef {object} Layout
 * @property {number} count of tiles
 * @property {number} columns
 * @property {number} rows
 * @property {number} wide numbers across a tile
 * @property {number} tall
 * @property {number} gap between tiles
 * @property {number} width of the picture, a pixel for each number
 * @property {number} height
 */

/** How large a number is drawn in a box: in whole pixels, where that costs little. @param {{width: number, height: number}} layout @param {number} boxWidth @param {number} boxHeight in pixels of the screen */
export function scaleIn({width, height}, boxWidth, boxHeight) {
  const exact = Math.min(boxWidth / width, boxHeight / height);
  return Math.floor(exact) >= 0.8 * exact ? Math.floor(exact) : exact;
}

/** The layout whose cells are largest in a box. @param {number[]} shape [units], or [maps, height, width] @param {number} boxWidth @param {number} boxHeight in pixels of the screen
 * @param {number} [across] where single numbers are the pixels of a picture, or of two, its side @returns {Layout} */
export function layoutOf(shape, boxWidth, boxHeight, across = 0) {
  const [count, tall = 1, wide = 1] = shape;
  const gap = tall * wide > 1 ? 1 : 0;
  const at = (/** @type {number} */ columns) => {
    const rows = Math.ceil(count / columns);
    return {count, columns, rows, wide, tall, gap, width: columns * (wide + gap) - gap, height: rows * (tall + gap) - gap};
  };
  if (across) return at(across);
  let best = at(1);
  // Full rows please the eye: of layouts nearly as large the one that leaves the fewest cells empty.
  const worth = (/** @type {Layout} */ one) => scaleIn(one, boxWidth, boxHeight) * (1 - 0.5 * (one.rows * one.columns - count) / (one.rows * one.columns));
  for (let columns = 2; columns <= count; columns++) if (worth(at(columns)) > worth(best)) best = at(columns);
  return best;
}

/** Where a tile begins, in numbers from the upper left. @param {Layout} layout @param {number} tile @returns {[number, number]} */
export function cornerOf({columns, wide, tall, gap}, tile) {
  return [tile % columns * (wide + gap), Math.floor(tile / columns) * (tall + gap)];
}

/** The tile at a place of the picture; null beside all of them. @param {Layout} layout @param {number} x @param {number} y */
export function tileAt({count, columns, rows, wide, tall, gap}, x, y) {
  const [column, row] = [Math.floor(x / (wide + gap)), Math.floor(y / (tall + gap))];
  const tile = row * columns + column;
  return column >= 0 && column < columns && row >= 0 && row < rows && tile < count ? tile : null;
}

/** Writes numbers as colours. @param {Uint32Array} pixels of the picture @param {Layout} layout @param {ArrayLike<number>} values tile by tile @param {number} reach the number with the last colour
 * @param {Uint32Array} ramp signed colours, 0 in the middle */
export function paintCells(pixels, {count, columns, wide, tall, gap, width}, values, reach, ramp) {
  const middle = (ramp.length - 1) / 2;
  const scale = middle / reach;
  let from = 0;
  for (let tile = 0; tile < count; tile++) {
    let to = Math.floor(tile / columns) * (tall + gap) * width + tile % columns * (wide + gap);
    for (let y = 0; y < tall; y++, to += width) {
      for (let x = 0; x < wide; x++) {
        const step = middle + values[from++] * scale;
        pixels[to + x] = ramp[step <= 0 ? 0 : step >= 2 * middle ? 2 * middle : Math.round(step)];
      }
    }
  }
}
