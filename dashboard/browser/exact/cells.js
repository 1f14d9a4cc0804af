// @ts-check
// A function of the plane, known on square lattices each of half the spacing of the one before, and integrals of its
// exponential over their cells. The logarithm of a density is far smoother than the density: through six by six
// values around a cell passes a polynomial of fifth degree along each axis, exact for a Gaussian however narrow,
// that is summed on eight by eight points inside.

/** @typedef {{level: number, i: number, j: number, values: Float64Array, quarters: number[], mass: number, off: number, error: number}} Cell
 *   lies between (i, j) and (i + 1, j + 1) in units of the level's spacing; values of the logarithm inside, row by row
 *   with j rising; masses of its quarters relative to e^origin; off: nats between its mass and what a lattice of twice the spacing
 *   made of it; error: by how much its mass may still be wrong */

/** Points inside a cell, along an axis. */
export const INSIDE = 8;
const STENCIL = 6;
const BEFORE = 2; // stencil points before the cell's own first corner
const FAR = 4096; // lattice numbers lie within ±FAR
const MOST_WRONG = 40; // nats; what is worse is as good as unknown
const HIGHEST = 300; // nats above the origin: a polynomial through wild values may overshoot, but not overflow
const WEIGHTS = interpolationWeights();

/** Lagrange's weights of the stencil points for every point inside, row by row. */
function interpolationWeights() {
  const weights = new Float64Array(INSIDE * STENCIL);
  for (let point = 0; point < INSIDE; point++) {
    const place = BEFORE + (point + 0.5) / INSIDE;
    for (let node = 0; node < STENCIL; node++) {
      let weight = 1;
      for (let other = 0; other < STENCIL; other++) if (other !== node) weight *= (place - other) / (node - other);
      weights[point * STENCIL + node] = weight;
    }
  }
  return weights;
}

/** The known values. Level 0 is the coarse lattice; level −1, every other point of it, serves to judge level 0. */
export class Plane {
  /** @param {number} spacing of level 0 @param {number} half level 0 reaches from −half to half along both axes */
  constructor(spacing, half) {
    this.spacing = spacing;
    this.half = half;
    this.side = 2 * half + 1;
    this.coarse = new Float64Array(this.side ** 2).fill(NaN);
    /** @type {Map<number, number>[]} */
    this.finer = [];
    this.stencil = new Float64Array(STENCIL * STENCIL);
    this.lines = new Float64Array(INSIDE * STENCIL);
  }

  /** The value at (i, j) in units of the level's spacing, NaN where it is not known.
   * @param {number} level @param {number} i @param {number} j @returns {number} */
  get(level, i, j) {
    for (; level > 0 && !((i | j) & 1); level--, i /= 2, j /= 2); // also a point of the level above
    if (level > 0) return this.finer[level]?.get((i + FAR) * 2 * FAR + j + FAR) ?? NaN;
    for (; level < 0; level++, i *= 2, j *= 2);
    const { half } = this;
    return i < -half || i > half || j < -half || j > half ? NaN : this.coarse[(j + half) * this.side + i + half];
  }

  /** @param {number} level @param {number} i @param {number} j not both even, unless the level is 0 @param {number} value */
  set(level, i, j, value) {
    if (level) (this.finer[level] ??= new Map()).set((i + FAR) * 2 * FAR + j + FAR, value);
    else this.coarse[(j + this.half) * this.side + i + this.half] = value;
  }

  /** The highest value of level 0. */
  peak() {
    return this.coarse.reduce((highest, value) => (value > highest ? value : highest), -Infinity);
  }

  /** The highest value at a corner of the cell (i, j) of level 0. @param {number} i @param {number} j */
  highestCorner(i, j) {
    return Math.max(this.get(0, i, j), this.get(0, i + 1, j), this.get(0, i, j + 1), this.get(0, i + 1, j + 1));
  }

  /** The cells [i, j] of level 0 of which some corner is above a threshold.
   * @param {number} threshold @returns {[number, number][]} */
  cellsAbove(threshold) {
    const { coarse, half, side } = this;
    /** @type {[number, number][]} */
    const cells = [];
    for (let at = 0; at + side + 1 < coarse.length; at++) {
      if (coarse[at] > threshold || coarse[at + 1] > threshold || coarse[at + side] > threshold || coarse[at + side + 1] > threshold) {
        cells.push([(at % side) - half, Math.floor(at / side) - half]);
      }
    }
    return cells;
  }

  /** Whether the cell (i, j) of level 0 lies so near the edge that its stencil reaches beyond. @param {number} i @param {number} j */
  atEdge(i, j) {
    return [i, j].some((first) => first - BEFORE < -this.half || first - BEFORE + STENCIL - 1 > this.half);
  }

  /** The points within reach that the cell (i, j) still needs. @param {number} level @param {number} i @param {number} j
   * @returns {[number, number][]} */
  missing(level, i, j) {
    const half = this.half * 2 ** level;
    /** @type {[number, number][]} */
    const missing = [];
    for (let a = i - BEFORE; a < i - BEFORE + STENCIL; a++) {
      for (let b = j - BEFORE; b < j - BEFORE + STENCIL; b++) {
        if (Number.isNaN(this.get(level, a, b)) && Math.abs(a) <= half && Math.abs(b) <= half) missing.push([a, b]);
      }
    }
    return missing;
  }

  /**
   * The integral of e^(value − origin) over a cell, or null where points are missing.
   * @param {number} level @param {number} i @param {number} j
   * @param {number} origin
   * @param {number} [predicted] its mass as a lattice of twice the spacing sees it
   * @returns {Cell|null}
   */
  cell(level, i, j, origin, predicted = 0) {
    for (let a = 0; a < STENCIL; a++) {
      for (let b = 0; b < STENCIL; b++) {
        const value = this.get(level, i - BEFORE + a, j - BEFORE + b);
        if (Number.isNaN(value)) return null;
        this.stencil[b * STENCIL + a] = value;
      }
    }
    const values = this.#interpolate();
    const area = (this.spacing / 2 ** level / INSIDE) ** 2;
    const quarters = [0, 0, 0, 0];
    values.forEach((value, at) => {
      const quarter = (at % INSIDE >= INSIDE / 2 ? 1 : 0) + (at >= values.length / 2 ? 2 : 0);
      quarters[quarter] += area * Math.exp(Math.min(value - origin, HIGHEST));
    });
    const mass = quarters[0] + quarters[1] + quarters[2] + quarters[3];
    const off = mass ? Math.min(Math.abs(Math.log(mass / predicted)), MOST_WRONG) : 0;
    // It may still be as wrong as the lattice of twice the spacing was: so much a peak between the points can hide.
    return { level, i, j, values, quarters, mass, off, error: mass * Math.expm1(off) };
  }

  /** From the stencil to the points inside, along one axis and then the other. */
  #interpolate() {
    const values = new Float64Array(INSIDE * INSIDE);
    for (let b = 0; b < STENCIL; b++) {
      for (let p = 0; p < INSIDE; p++) {
        let sum = 0;
        for (let a = 0; a < STENCIL; a++) sum += WEIGHTS[p * STENCIL + a] * this.stencil[b * STENCIL + a];
        this.lines[b * INSIDE + p] = sum;
      }
    }
    for (let q = 0; q < INSIDE; q++) {
      for (let p = 0; p < INSIDE; p++) {
        let sum = 0;
        for (let b = 0; b < STENCIL; b++) sum += WEIGHTS[q * STENCIL + b] * this.lines[b * INSIDE + p];
        values[q * INSIDE + p] = sum;
      }
    }
    return values;
  }
}

/** The four cells of the next level that a cell consists of, each with the mass that the cell saw there.
 * @param {Cell} cell @returns {{level: number, i: number, j: number, predicted: number}[]} */
export function childrenOf({ level, i, j, quarters }) {
  return quarters.map((predicted, q) => ({ level: level + 1, i: 2 * i + (q & 1), j: 2 * j + (q >> 1), predicted }));
}
