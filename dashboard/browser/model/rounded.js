// @ts-check
// What stands in a file that counts its bytes instead of full numbers (vae_engine/exchange/dense.py).

const MIDDLE = 128; // of a rounded weight, so that its low byte is nearly all of it
const BITS = 13; // of each coordinate of a sorted code
export const HIGHEST_SORTED = (1 << BITS) - 1;

/**
 * A linear layer's weight from whole numbers of steps: q · rows · columns, row by row.
 * @param {ArrayLike<number>} steps q + 128, modulo 65536 @param {ArrayLike<number>} rows @param {ArrayLike<number>} columns
 */
export function weightOf(steps, rows, columns) {
  const weight = new Float32Array(rows.length * columns.length);
  for (let row = 0, i = 0; row < rows.length; row++) {
    const unit = rows[row];
    for (let column = 0; column < columns.length; column++, i++) weight[i] = (((steps[i] << 16) >> 16) - MIDDLE) * unit * columns[column];
  }
  return weight;
}

/**
 * Codes [x0, y0, x1, y1, …] of up to HIGHEST_SORTED from their differences in ascending order, whose lowest bytes come first.
 * @param {ArrayLike<number>} bytes [4, n]
 */
export function sortedCodes(bytes) {
  const count = bytes.length / 4;
  const codes = new Uint16Array(2 * count);
  for (let i = 0, place = 0; i < count; i++) {
    place += bytes[i] + (bytes[count + i] << 8) + (bytes[2 * count + i] << 16) + (bytes[3 * count + i] << 24);
    codes[2 * i] = (place >> BITS) & HIGHEST_SORTED;
    codes[2 * i + 1] = place & HIGHEST_SORTED;
  }
  return codes;
}
