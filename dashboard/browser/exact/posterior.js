// @ts-check
// The exact posterior p(z|x) and log p(x) = log ∫ p(x|z) N(z; 0, I) dz of a model with two latent dimensions, by
// adaptive quadrature. A coarse lattice, decoded once per model, shows at once where the mass of an image lies. There
// cells are halved, the most doubtful first, until halving no longer changes log p(x).
//
// Functions marked as jobs are generators that pause now and then, so that a page's own thread can run them too.

import { PlainError } from "../base/errors.js";
import { Plane, childrenOf } from "./cells.js";
import { summarise } from "./posterior_summary.js";

/** @typedef {import("../model/networks.js").Network} Network */
/** @typedef {import("./cells.js").Cell} Cell */
/** @typedef {import("./posterior_summary.js").Posterior} Posterior */

const TOLERANCE = 0.003; // nats of estimated error: the estimate is rough, and 0.01 is promised
const COARSE_SPACING = 0.125;
const FINEST_LEVEL = 5;
const MOST_DECODED = 6000; // where even that is not enough, `error` says so
const NEAREST_REACH = 5, FARTHEST_REACH = 7; // radius of the coarse lattice, prior standard deviations
const WITHIN = 0.998; // share of the data whose posteriors are to lie within it; the others are followed beyond
const WIDEST = 12; // the prior's mass beyond it is below e⁻⁷⁰
const HIDDEN = 60; // nats by which a density may rise inside a coarse cell above its corners
const SUSPECT = 60; // nats below the highest value down to which coarse cells are checked, unless
const WELL_KNOWN = 0.2; // the lattice of twice the spacing agrees on them to so many nats
const SURE_LEVEL = 2; // to which the cell with the encoder's mean is checked, for the narrowest peaks are found there,
const NOTABLE = 1e-3; // and every cell with so large a share of the mass: two coarse lattices may agree by chance
const SUMMIT = 2; // nats below the highest value down to which the coarse lattice must be whole
const BORDERING = 15; // nats below the highest value down to which the plane is explored beyond the coarse lattice
const TOO_FAR = `The posterior p(z|x) of this image reaches farther than ${WIDEST} prior standard deviations from the origin; its log p(x) is not worked out there.`;
const UNKNOWN = "The decoder gives this image no finite log p(x|z) anywhere, so there is no posterior to show.";
const DECODED_AT_ONCE = 64; // points decoded between pauses

/** Exact inference for the model of one network; `prepare` must have run to its end before anything else. */
export class Inference {
  /** @param {Network} network of a VAE @param {import("../model/bundle.js").Points} points whose codes say how far to look */
  constructor(network, points) {
    this.network = network;
    this.z = discPoints(reachOf(points));
    this.count = this.z.length / 2;
    this.prepared = 0; // points of the coarse lattice decoded so far
    // log p(x, z) = t(x)·η + b at every point; η lies statistic by statistic, so that blank pixels cost nothing.
    this.eta = new Float32Array(network.likelihood.statisticsWidth * this.count);
    this.bias = new Float64Array(this.count);
  }

  /** Decode the coarse lattice. Jobs that are dropped on the way leave their work to the next. @returns {Generator<void, void>} */
  *prepare() {
    while (this.prepared < this.count) {
      const first = this.prepared;
      const part = this.z.subarray(2 * first, 2 * (first + DECODED_AT_ONCE));
      this.network.forEachRaw(part, (raw, at, index) => {
        const point = first + index;
        const bias = this.network.likelihood.natural(raw, at, this.eta, point, this.count);
        this.bias[point] = bias + logPrior(this.z[2 * point], this.z[2 * point + 1]);
      });
      this.prepared += part.length / 2;
      yield;
    }
  }

  /** How much of the coarse lattice is decoded, 0 … 1. */
  get share() {
    return this.prepared / this.count;
  }

  /** The encoder's q(z|x). @param {Float32Array} x @returns {import("./gaps.js").Gaussian} */
  encode(x) {
    const { mu, std } = this.network.encode(x);
    return { mu, std: /** @type {[number, number]} */ (std) };
  }

  /** p(z|x) as the coarse lattice sees it, at once; null where that does not hold the summit. @param {Float32Array} x @returns {Posterior|null} */
  coarse(x) {
    const plane = this.coarsePlane(x);
    const origin = plane.peak();
    const cells = coarseCells(plane, origin);
    const holds = plane.cellsAbove(origin - SUMMIT).every(([i, j]) => plane.cell(0, i, j, origin));
    return cells.length && holds ? summarise(cells, plane, origin, 0) : null;
  }

  /**
   * p(z|x) and log p(x), refined. A job.
   * @param {Float32Array} x
   * @returns {Generator<void, Posterior>}
   * @throws {PlainError} where the mass lies farther out than is looked, or log p(x|z) is no number anywhere
   */
  *exact(x) {
    const plane = this.coarsePlane(x);
    const { mu } = this.encode(x);
    let decoded = yield* this.widen(plane, x, mu);
    const origin = plane.peak(); // masses are relative to its exponential, which by itself would underflow
    if (!Number.isFinite(origin)) throw new PlainError(UNKNOWN);
    if (plane.cellsAbove(origin - BORDERING).some(([i, j]) => plane.atEdge(i, j))) throw new PlainError(TOO_FAR);
    let cells = coarseCells(plane, origin);
    for (let doubtful = suspects(plane, cells); ; doubtful = doubtfulCells(cells)) {
      const total = totalOf(cells);
      for (const cell of cells) if (cell.level < SURE_LEVEL && (contains(cell, mu) || cell.mass > NOTABLE * total)) doubtful.add(cell);
      if (!doubtful.size || decoded >= MOST_DECODED) return summarise(cells, plane, origin, decoded);
      const children = [...doubtful].flatMap(childrenOf);
      decoded += yield* this.complete(plane, x, children);
      cells = cells.filter((cell) => !doubtful.has(cell));
      for (const { level, i, j, predicted } of children) {
        cells.push(/** @type {Cell} */ (plane.cell(level, i, j, origin, predicted)));
      }
    }
  }

  /** log p(x, z) on the coarse lattice. @param {Float32Array} x */
  coarsePlane(x) {
    const { bias, count, eta } = this;
    const joint = bias.slice();
    this.network.likelihood.statistics(x).forEach((statistic, s) => {
      if (statistic === 0) return;
      for (let k = 0, at = s * count; k < count; k++, at++) joint[k] += statistic * eta[at];
    });
    const plane = new Plane(COARSE_SPACING, WIDEST / COARSE_SPACING);
    for (let k = 0; k < this.count; k++) {
      plane.set(0, this.z[2 * k] / COARSE_SPACING, this.z[2 * k + 1] / COARSE_SPACING, joint[k]);
    }
    return plane;
  }

  /** Some images and drawings lie beyond the coarse lattice: follow their mass, and look where the encoder does. A job.
   * @param {Plane} plane @param {Float32Array} x @param {[number, number]} mu @returns {Generator<void, number>} points decoded */
  *widen(plane, x, mu) {
    const [i, j] = mu.map((code) => Math.floor(code / COARSE_SPACING));
    for (let decoded = yield* this.complete(plane, x, [{ level: 0, i, j }]); ; ) {
      const found = yield* this.complete(plane, x, plane.cellsAbove(plane.peak() - BORDERING).map(([i, j]) => ({ level: 0, i, j })));
      if (!found) return decoded;
      decoded += found;
    }
  }

  /** Decode what cells still need. A job.
   * @param {Plane} plane @param {Float32Array} x @param {{level: number, i: number, j: number}[]} cells
   * @returns {Generator<void, number>} points decoded */
  *complete(plane, x, cells) {
    /** @type {Map<string, [number, number, number]>} */
    const missing = new Map();
    for (const { level, i, j } of cells) {
      for (const [a, b] of plane.missing(level, i, j)) missing.set(`${level} ${a} ${b}`, [level, a, b]);
    }
    const points = [...missing.values()];
    const z = Float32Array.from(points.flatMap(([level, a, b]) => [a * COARSE_SPACING / 2 ** level, b * COARSE_SPACING / 2 ** level]));
    const values = yield* this.logJoint(x, z);
    points.forEach(([level, a, b], index) => plane.set(level, a, b, values[index]));
    return points.length;
  }

  /** log p(x, z) at points [z1, z2, …], nats. A job.
   * @param {Float32Array} x @param {Float32Array} z @returns {Generator<void, Float64Array>} */
  *logJoint(x, z) {
    const values = new Float64Array(z.length / 2);
    for (let first = 0; first < values.length; first += DECODED_AT_ONCE) {
      this.network.forEachRaw(z.subarray(2 * first, 2 * (first + DECODED_AT_ONCE)), (raw, at, index) => {
        const point = first + index;
        values[point] = this.network.likelihood.logProb(x, raw, at) + logPrior(z[2 * point], z[2 * point + 1]);
      });
      yield;
    }
    return values;
  }
}

/** The cells of the coarse lattice that may hold mass. @param {Plane} plane @param {number} origin @returns {Cell[]} */
function coarseCells(plane, origin) {
  /** @type {Map<string, Cell|null>} */
  const parents = new Map();
  const cells = [];
  for (const [i, j] of plane.cellsAbove(plane.peak() - HIDDEN)) {
    const place = `${i >> 1} ${j >> 1}`;
    let parent = parents.get(place);
    if (parent === undefined) parents.set(place, (parent = plane.cell(-1, i >> 1, j >> 1, origin)));
    const cell = plane.cell(0, i, j, origin, parent?.quarters[(i & 1) + 2 * (j & 1)]);
    if (cell) cells.push(cell);
  }
  return cells;
}

/** The cells of the coarse lattice between whose points a narrow peak may hide: high, and not yet well known.
 * @param {Plane} plane @param {Cell[]} cells @returns {Set<Cell>} */
function suspects(plane, cells) {
  const threshold = plane.peak() - SUSPECT;
  return new Set(cells.filter(({ i, j, off }) => off > WELL_KNOWN && plane.highestCorner(i, j) > threshold));
}

/** The mass of all cells. @param {Cell[]} cells */
function totalOf(cells) {
  return cells.reduce((sum, { mass }) => sum + mass, 0);
}

/** @param {Cell} cell @param {[number, number]} z */
function contains({ level, i, j }, z) {
  const size = COARSE_SPACING / 2 ** level;
  return Math.floor(z[0] / size) === i && Math.floor(z[1] / size) === j;
}

/** The fewest cells without which the doubts about the others add up to less than the tolerance.
 * @param {Cell[]} cells @returns {Set<Cell>} */
function doubtfulCells(cells) {
  const total = totalOf(cells);
  let doubt = 0;
  const rising = cells.filter(({ level }) => level < FINEST_LEVEL).sort((a, b) => a.error - b.error);
  return new Set(rising.filter(({ error }) => (doubt += error) > TOLERANCE * total));
}

/** log N(z; 0, I). @param {number} z1 @param {number} z2 */
export function logPrior(z1, z2) {
  return -0.5 * (z1 * z1 + z2 * z2) - Math.log(2 * Math.PI);
}

/** The radius within which nearly all posteriors of the data lie. @param {import("../model/bundle.js").Points} points */
function reachOf({ count, codes, std }) {
  const radii = Float64Array.from({ length: count }, (_, i) =>
    Math.hypot(codes[2 * i], codes[2 * i + 1]) + 3 * (std ? Math.max(std[2 * i], std[2 * i + 1]) : 0)).sort();
  return Math.min(Math.max(radii[Math.floor(WITHIN * (count - 1))] ?? 0, NEAREST_REACH), FARTHEST_REACH);
}

/** The points of the coarse lattice within a radius, [z1, z2, …]. @param {number} radius */
function discPoints(radius) {
  const half = Math.ceil(radius / COARSE_SPACING);
  const points = [];
  for (let j = -half; j <= half; j++) {
    for (let i = -half; i <= half; i++) {
      if (Math.hypot(i, j) * COARSE_SPACING <= radius) points.push(i * COARSE_SPACING, j * COARSE_SPACING);
    }
  }
  return Float32Array.from(points);
}
