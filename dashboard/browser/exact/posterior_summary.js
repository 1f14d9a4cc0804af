// @ts-check
// What cells of a posterior amount to: log p(x), mean and covariance, modes, a picture, and contours.

import { INSIDE } from "./cells.js";

/** @typedef {import("./cells.js").Cell} Cell */
/** @typedef {import("../base/geometry.js").Pair} Pair */
/**
 * @typedef {object} Posterior p(z|x) of one image
 * @property {number} logPx log p(x), nats
 * @property {number} error by how much the quadrature may be wrong, nats
 * @property {number} decoded points that were decoded for this image alone
 * @property {Pair} mean
 * @property {[number, number, number]} covariance c11, c12, c22
 * @property {Pair[]} modes the highest first, down to 1 % of its density, with a valley of half its height before each
 * @property {import("../model/density.js").Grid} grid over all that matters
 * @property {Float32Array} density per unit of area, the top row of the grid first
 * @property {[number, number]} contours densities above which 50 % and 95 % of the mass lie
 */
/** @typedef {{columns: number, rows: number, low: Pair, pixel: number, mass: Float64Array, top: Float64Array, at: Pair[]}} Raster
 *   square pixels, the lowest row first: the mass in each, the highest value in it and where that lies */

const NEGLIGIBLE = 12; // nats below the highest density at which there is nothing to see
const PICTURE_SIDE = 192; // pixels along the longer side of a picture, at most; at least half of that
const IN_SIGHT = 0.05; // of the density on the 95 % contour: what of a posterior is kept in sight
const MARGIN = 0.2; // of the longer side of what is in sight, in which a close-up fades
const VALLEY = Math.log(2); // nats that a mode must stand above its lowest connection to a higher one
const BINS = 50; // per nat, to find the contours

/**
 * @param {Cell[]} cells
 * @param {import("./cells.js").Plane} plane
 * @param {number} origin of the cells' masses
 * @param {number} decoded
 * @returns {Posterior}
 */
export function summarise(cells, plane, origin, decoded) {
  const total = cells.reduce((sum, { mass }) => sum + mass, 0);
  const logPx = origin + Math.log(total);
  const error = cells.reduce((sum, cell) => sum + cell.error, 0) / total;
  const heavy = cells.filter(({ mass }) => mass > total * Math.exp(-NEGLIGIBLE));
  const raster = rasterOf(heavy, plane.spacing, logPx);
  const peak = raster.top.reduce((highest, value) => Math.max(highest, value));
  const { columns, rows, low, pixel } = raster;
  return {
    logPx, error, decoded,
    ...momentsOf(heavy, plane.spacing, logPx),
    modes: modesOf(raster, peak),
    grid: { columns, rows, low, high: [low[0] + columns * pixel, low[1] + rows * pixel] },
    density: Float32Array.from(raster.mass, (_, at) => {
      const row = rows - 1 - Math.floor(at / columns); // the picture begins at the top
      return raster.mass[row * columns + (at % columns)] / pixel ** 2;
    }),
    contours: contoursOf(heavy, plane.spacing, logPx, peak),
  };
}

/** What is in sight of a posterior: where its density is not far below that on the 95 % contour. @param {Posterior} posterior @returns {{low: Pair, high: Pair}} */
export function extentOf({ grid: { columns, rows, low, high }, density, contours }) {
  const [wide, tall] = [(high[0] - low[0]) / columns, (high[1] - low[1]) / rows];
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  density.forEach((value, at) => {
    if (value < contours[1] * IN_SIGHT) return;
    const [x, y] = [low[0] + (at % columns) * wide, high[1] - Math.floor(at / columns) * tall];
    [left, bottom, right, top] = [Math.min(left, x), Math.min(bottom, y - tall), Math.max(right, x + wide), Math.max(top, y)];
  });
  return { low: [left, bottom], high: [right, top] };
}

/** Square cells over what is in sight and around it, so many along its longer side. @param {Posterior} posterior @param {number} cells @returns {import("../model/density.js").Grid} */
export function gridAround(posterior, cells) {
  const extent = extentOf(posterior);
  const margin = MARGIN * Math.max(extent.high[0] - extent.low[0], extent.high[1] - extent.low[1]);
  const [low, high] = [/** @type {Pair} */ (extent.low.map((end) => end - margin)), extent.high.map((end) => end + margin)];
  const [width, height] = [high[0] - low[0], high[1] - low[1]];
  const size = Math.max(width, height) / cells;
  const [columns, rows] = [Math.ceil(width / size), Math.ceil(height / size)];
  return { columns, rows, low, high: [low[0] + columns * size, low[1] + rows * size] };
}

/** The same posterior on another grid. @param {Posterior} posterior @param {import("../model/density.js").Grid} grid
 * @param {Float64Array} joint log p(x, z) in the middles of its cells, nats @returns {Posterior} */
export function onGrid(posterior, grid, joint) {
  return { ...posterior, grid, density: Float32Array.from(joint, (value) => Math.exp(value - posterior.logPx)) };
}

/** Every point inside a cell. @param {Cell} cell @param {number} spacing of level 0
 * @param {(value: number, z1: number, z2: number, size: number) => void} visit size: of the square it stands for */
function forEachInside({ level, i, j, values }, spacing, visit) {
  const size = spacing / 2 ** level / INSIDE;
  for (let at = 0; at < values.length; at++) {
    visit(values[at], (i * INSIDE + (at % INSIDE) + 0.5) * size, (j * INSIDE + Math.floor(at / INSIDE) + 0.5) * size, size);
  }
}

/** @param {Cell[]} cells @param {number} spacing @param {number} logPx
 * @returns {{mean: Pair, covariance: [number, number, number]}} */
function momentsOf(cells, spacing, logPx) {
  let mass = 0, m1 = 0, m2 = 0, c11 = 0, c12 = 0, c22 = 0;
  for (const cell of cells) {
    forEachInside(cell, spacing, (value, z1, z2, size) => {
      const share = size * size * Math.exp(value - logPx);
      mass += share;
      m1 += share * z1;
      m2 += share * z2;
      c11 += share * z1 * z1;
      c12 += share * z1 * z2;
      c22 += share * z2 * z2;
    });
  }
  m1 /= mass;
  m2 /= mass;
  return { mean: [m1, m2], covariance: [c11 / mass - m1 * m1, c12 / mass - m1 * m2, c22 / mass - m2 * m2] };
}

/** @param {Cell[]} cells @param {number} spacing @param {number} logPx @returns {Raster} */
function rasterOf(cells, spacing, logPx) {
  let pixel = Infinity;
  const ends = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { level, i, j } of cells) {
    const size = spacing / 2 ** level;
    pixel = Math.min(pixel, size / INSIDE);
    [i * size, j * size, (i + 1) * size, (j + 1) * size].forEach((end, k) => (ends[k] = (k < 2 ? Math.min : Math.max)(ends[k], end)));
  }
  // All sizes are powers of two apart, so a point lies inside one pixel or covers a whole number of them.
  while (Math.max(ends[2] - ends[0], ends[3] - ends[1]) > PICTURE_SIDE * pixel) pixel *= 2;
  const [left, bottom] = [Math.floor(ends[0] / pixel), Math.floor(ends[1] / pixel)];
  const columns = Math.ceil(ends[2] / pixel) - left;
  const rows = Math.ceil(ends[3] / pixel) - bottom;
  const mass = new Float64Array(columns * rows);
  const top = new Float64Array(columns * rows).fill(-Infinity);
  /** @type {Pair[]} */
  const at = [];
  for (const cell of cells) {
    forEachInside(cell, spacing, (value, z1, z2, size) => {
      const part = Math.min(size, pixel);
      for (let x = z1 - size / 2 + part / 2; x < z1 + size / 2; x += part) {
        for (let y = z2 - size / 2 + part / 2; y < z2 + size / 2; y += part) {
          const place = (Math.floor(y / pixel) - bottom) * columns + Math.floor(x / pixel) - left;
          mass[place] += part * part * Math.exp(value - logPx);
          if (value <= top[place]) continue;
          top[place] = value;
          at[place] = [z1, z2];
        }
      }
    });
  }
  return { columns, rows, low: [left * pixel, bottom * pixel], pixel, mass, top, at };
}

/** The peaks of a raster that stand well above their connections to higher ones, flooded from the top down.
 * @param {Raster} raster @param {number} peak @returns {Pair[]} */
function modesOf({ columns, top, at }, peak) {
  const lowest = peak - Math.log(100);
  const falling = [...top.keys()].filter((place) => top[place] > lowest - VALLEY).sort((a, b) => top[b] - top[a]);
  /** The summit that each flooded pixel belongs to, by way of others. @type {Map<number, number>} */
  const above = new Map();
  /** @param {number} place */
  const summitOf = (place) => {
    let summit = place;
    for (let next = above.get(summit); next !== undefined && next !== summit; next = above.get(summit)) summit = next;
    above.set(place, summit);
    return summit;
  };
  const modes = new Set();
  for (const place of falling) {
    const around = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => place + dy * columns + dx)).filter((other) => above.has(other));
    const summits = [...new Set(around.map(summitOf))].sort((a, b) => top[b] - top[a]);
    const highest = summits[0] ?? place;
    if (highest === place) modes.add(place);
    above.set(place, highest);
    for (const summit of summits.slice(1)) {
      above.set(summit, highest);
      if (top[summit] - top[place] < VALLEY) modes.delete(summit);
    }
  }
  return falling.filter((place) => modes.has(place) && top[place] > lowest).map((place) => at[place]);
}

/** The densities above which 50 % and 95 % of the mass lie.
 * @param {Cell[]} cells @param {number} spacing @param {number} logPx @param {number} peak @returns {Pair} */
function contoursOf(cells, spacing, logPx, peak) {
  const bins = new Float64Array(NEGLIGIBLE * BINS);
  for (const cell of cells) {
    forEachInside(cell, spacing, (value, z1, z2, size) => {
      const bin = Math.floor((peak - value) * BINS);
      if (bin < bins.length) bins[bin] += size * size * Math.exp(value - logPx);
    });
  }
  /** @param {number} share */
  const level = (share) => {
    let mass = 0;
    return Math.exp(peak - bins.findIndex((part) => (mass += part) >= share) / BINS - logPx);
  };
  return [level(0.5), level(0.95)];
}
