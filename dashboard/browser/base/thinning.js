// @ts-check
// Which codes are shown as pictures at which closeness. Pictures are squares of one size on the screen; measured in the latent space they shrink
// as one comes closer. For a row of ever smaller squares it is settled who has one: whoever did at the size before, and after them, in their
// order, all that overlap nobody who has one and hide few others. So none overlap, none comes or goes when a map is moved, and none goes when
// one comes closer. No DOM.

/** @typedef {{codes: Float32Array, low: [number, number], high: [number, number]}} Codes [z1, z2, …] and their range */

const FIRST = 8; // the largest square, as a part of the side of all codes
const SHRINK = 2 ** 0.25; // from one size to the next
const SIZES = 44; // so close no map goes
const MOST_HIDDEN = 40; // other codes that lie under a picture at most
const AT_ONCE = 2000; // codes looked at between pauses
export const NEVER = 255;

/** The number of the largest size that is no smaller than this one: all codes that have a picture since then, or longer, have room. Below 0 none has.
 * @param {number} size of a picture in units of the latent space @param {Pick<Codes, "low"|"high">} range */
export function sizeNumber(size, range) {
  return Math.min(SIZES - 1, Math.floor(Math.log(sideOf(range) / FIRST / size) / Math.log(SHRINK) + 1e-9));
}

/**
 * From the how-manieth size on each code has a picture, or NEVER. A job.
 * @param {Codes} points
 * @param {(index: number) => boolean} there whether a code is on the map
 * @param {number} pictured codes up to this one have an image
 * @returns {Generator<void, Uint8Array>}
 */
export function* thinOut(points, there, pictured) {
  const {codes, low} = points;
  const count = codes.length >> 1;
  const isSparse = createGrid(points, there);
  const since = new Uint8Array(count).fill(NEVER);
  let waiting = Array.from({length: Math.min(count, pictured)}, (_, i) => i).filter(there);
  /** @type {number[]} */
  const chosen = [];
  for (let number = 0; number < SIZES && waiting.length; number++) {
    const size = sideOf(points) / FIRST / SHRINK ** number;
    /** The only one whose middle lies in a cell of this size. @type {Map<number, number>} */
    const taken = new Map();
    const keyOf = (/** @type {number} */ column, /** @type {number} */ row) => (column + 1) * 2 ** 26 + row + 1;
    const cell = (/** @type {number} */ i, /** @type {0|1} */ axis) => Math.floor((codes[2 * i + axis] - low[axis]) / size);
    const overlaps = (/** @type {number} */ i) => {
      const [column, row] = [cell(i, 0), cell(i, 1)];
      for (let c = column - 1; c <= column + 1; c++) {
        for (let r = row - 1; r <= row + 1; r++) {
          const other = taken.get(keyOf(c, r));
          if (other !== undefined && Math.abs(codes[2 * other] - codes[2 * i]) < size && Math.abs(codes[2 * other + 1] - codes[2 * i + 1]) < size) return true;
        }
      }
      return false;
    };
    for (const i of chosen) taken.set(keyOf(cell(i, 0), cell(i, 1)), i);
    yield;
    const left = [];
    for (const [at, i] of waiting.entries()) {
      if (at % AT_ONCE === AT_ONCE - 1) yield;
      if (!isSparse(i, size / 2) || overlaps(i)) {
        left.push(i);
        continue;
      }
      since[i] = number;
      chosen.push(i);
      taken.set(keyOf(cell(i, 0), cell(i, 1)), i);
    }
    waiting = left;
  }
  return since;
}

/** @param {Pick<Codes, "low"|"high">} range */
function sideOf({low, high}) {
  return Math.max(high[0] - low[0], high[1] - low[1], 1e-6);
}

/** Whether few others lie in the square around a code: all are sorted into cells once, and most squares are answered by counts of whole cells.
 * @param {Codes} points @param {(index: number) => boolean} there @returns {(index: number, half: number) => boolean} half: of the side of the square */
function createGrid(points, there) {
  const {codes, low} = points;
  const [count, side] = [codes.length >> 1, sideOf(points)];
  const across = Math.max(1, Math.ceil(Math.sqrt(count)));
  const place = (/** @type {number} */ value, /** @type {number} */ axis) => Math.min(across - 1, Math.max(0, Math.floor((value - low[axis]) / side * across)));
  const cellOf = (/** @type {number} */ i) => place(codes[2 * i + 1], 1) * across + place(codes[2 * i], 0);
  /** Where the members of a cell begin. */
  const starts = new Uint32Array(across * across + 1);
  for (let i = 0; i < count; i++) if (there(i)) starts[cellOf(i) + 1]++;
  /** How many lie in the rows and columns before a corner of cells. */
  const before = new Uint32Array((across + 1) ** 2);
  for (let row = 0; row < across; row++) {
    for (let column = 0, sum = 0; column < across; column++) {
      sum += starts[row * across + column + 1];
      before[(row + 1) * (across + 1) + column + 1] = before[row * (across + 1) + column + 1] + sum;
    }
  }
  for (let cell = 0; cell < across * across; cell++) starts[cell + 1] += starts[cell];
  const members = new Uint32Array(starts[across * across]);
  const next = starts.slice();
  for (let i = 0; i < count; i++) if (there(i)) members[next[cellOf(i)]++] = i;

  /** How many lie in cells from one to another, and none in no cells. @param {number} left @param {number} bottom @param {number} right @param {number} top */
  const within = (left, bottom, right, top) => {
    if (right < left || top < bottom) return 0;
    const at = (/** @type {number} */ column, /** @type {number} */ row) => before[row * (across + 1) + column];
    return at(right + 1, top + 1) - at(left, top + 1) - at(right + 1, bottom) + at(left, bottom);
  };

  return (i, half) => {
    const [x, y] = [codes[2 * i], codes[2 * i + 1]];
    const [left, right, bottom, top] = [place(x - half, 0), place(x + half, 0), place(y - half, 1), place(y + half, 1)];
    const most = MOST_HIDDEN + 1; // it finds itself
    if (within(left + 1, bottom + 1, right - 1, top - 1) > most) return false;
    if (within(left, bottom, right, top) <= most) return true;
    let found = 0;
    for (let row = bottom; row <= top; row++) {
      for (let at = starts[row * across + left]; at < starts[row * across + right + 1]; at++) {
        const one = members[at];
        if (Math.abs(codes[2 * one] - x) < half && Math.abs(codes[2 * one + 1] - y) < half && ++found > most) return false;
      }
    }
    return true;
  };
}
