// @ts-check
// Where numbers lie in panels of eight columns (kernel.wat), and the heap that is handed out before it exists.

import {FOUR, PANEL} from "./kernel.js";

const ALIGNED = 16; // floats in a line of a processor's cache

/** Panels for so many columns. @param {number} columns */
export const panelsOf = (columns) => Math.ceil(columns / PANEL);

/** Rows that kernels run over for so many. @param {number} rows */
export const foursOf = (rows) => Math.ceil(rows / FOUR) * FOUR;

/** Where a column of the first row lies, of a matrix of so many rows. @param {number} column @param {number} rows */
export const columnAt = (column, rows) => (column >> 3) * rows * PANEL + (column & 7);

/** Hands out places in a heap. */
export class Room {
  size = 0;

  /** @param {number} floats @returns {number} */
  take(floats) {
    const at = this.size;
    this.size += Math.ceil(floats / ALIGNED) * ALIGNED;
    return at;
  }

  /** For a matrix in panels. @param {number} rows @param {number} columns */
  matrix(rows, columns) {
    return this.take(foursOf(rows) * panelsOf(columns) * PANEL);
  }
}

/** A matrix in plain rows out of panels. @param {Float32Array} heap @param {number} at @param {number} rows of the panels @param {number} columns @param {number} [count] of rows wanted */
export function unpackRows(heap, at, rows, columns, count = rows) {
  const plain = new Float32Array(count * columns);
  for (let column = 0; column < columns; column++) {
    const from = at + columnAt(column, rows);
    for (let row = 0; row < count; row++) plain[row * columns + column] = heap[from + row * PANEL];
  }
  return plain;
}

/** Plain rows into panels. @param {Float32Array} heap @param {number} at @param {number} rows of the panels @param {number} columns @param {ArrayLike<number>} plain */
export function packRows(heap, at, rows, columns, plain) {
  for (let column = 0; column < columns; column++) {
    const to = at + columnAt(column, rows);
    for (let row = 0, from = column; from < plain.length; row++, from += columns) heap[to + row * PANEL] = plain[from];
  }
}
