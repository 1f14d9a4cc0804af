// @ts-check
// Lines of equal value through a field on a grid, by marching squares. No DOM.

/** @typedef {import("../../model/density.js").Grid} Grid */

/** For each way in which the corners of a square lie above the level, the pairs of sides that its line joins; corners count
 * from the upper left clockwise, sides (top, right, bottom, left) likewise. @type {readonly number[][]} */
const JOINED = [[], [3, 0], [0, 1], [3, 1], [1, 2], [3, 0, 1, 2], [0, 2], [3, 2], [2, 3], [2, 0], [0, 1, 2, 3], [2, 1], [1, 3], [1, 0], [0, 3], []];

/**
 * The pieces [x0, y0, x1, y1, …], latent coordinates, of the line on which a field has a level.
 * @param {Float32Array} values columns × rows at the middles of pixels, the top row first; beyond the grid counts as below
 * @param {Grid} grid
 * @param {number} level
 * @returns {number[]}
 */
export function contourPieces(values, {columns, rows, low, high}, level) {
  const [wide, tall] = [(high[0] - low[0]) / columns, (high[1] - low[1]) / rows];
  /** @param {number} row @param {number} column */
  const at = (row, column) => (row < 0 || column < 0 || row >= rows || column >= columns ? 0 : values[row * columns + column]);
  /** How far from one corner to the next the level is met. @param {number} a @param {number} b */
  const share = (a, b) => (a === b ? 0.5 : (level - a) / (b - a));
  const pieces = [];
  for (let row = -1; row < rows; row++) {
    for (let column = -1; column < columns; column++) {
      const corners = [at(row, column), at(row, column + 1), at(row + 1, column + 1), at(row + 1, column)];
      const sides = JOINED[corners.reduce((bits, value, corner) => bits + (value > level ? 1 << corner : 0), 0)];
      for (const side of sides) {
        const [a, b, c, d] = corners;
        const [x, y] = side === 0 ? [share(a, b), 0] : side === 1 ? [1, share(b, c)] : side === 2 ? [share(d, c), 1] : [0, share(a, d)];
        pieces.push(low[0] + (column + 0.5 + x) * wide, high[1] - (row + 0.5 + y) * tall);
      }
    }
  }
  return pieces;
}
