// @ts-check
// Fields over the latent plane: one number for every cell of a grid, row by row, the top row (largest z₂) first,
// so that a field can be painted as it is.

import { toLatent } from "../base/geometry.js";

/** @typedef {import("../base/geometry.js").Pair} Pair */
/** @typedef {{columns: number, rows: number, low: Pair, high: Pair}} Grid equal cells that fill [low, high] */

/**
 * The grid of cells about `cell` pixels wide that fills a view.
 * @param {import("../base/geometry.js").View} view @param {number} cell @returns {Grid}
 */
export function gridOver(view, cell) {
  const columns = Math.max(1, Math.ceil(view.width / cell));
  const rows = Math.max(1, Math.ceil(view.height / cell));
  return { columns, rows, low: toLatent(view, 0, view.height), high: toLatent(view, view.width, 0) };
}

/** One row of a grid, counted from the top, as a grid of its own. @param {Grid} grid @param {number} row @returns {Grid} */
export function gridRow(grid, row) {
  const height = (grid.high[1] - grid.low[1]) / grid.rows;
  const top = grid.high[1] - row * height;
  return { columns: grid.columns, rows: 1, low: [grid.low[0], top - height], high: [grid.high[0], top] };
}

/** The middles of the cells as [z1, z2, …]. @param {Grid} grid @returns {Float32Array} */
export function gridPoints(grid) {
  const [width, height] = cellSize(grid);
  const points = new Float32Array(2 * grid.columns * grid.rows);
  for (let i = 0; i < points.length / 2; i++) {
    points[2 * i] = grid.low[0] + ((i % grid.columns) + 0.5) * width;
    points[2 * i + 1] = grid.high[1] - (Math.floor(i / grid.columns) + 0.5) * height;
  }
  return points;
}

/** @param {Grid} grid @returns {Pair} */
function cellSize({ columns, rows, low, high }) {
  return [(high[0] - low[0]) / columns, (high[1] - low[1]) / rows];
}

/**
 * The aggregate posterior, 1/n Σᵢ N(z; μᵢ, diag σᵢ²), per unit of area. An autoencoder has no posterior: its codes
 * are smoothed by Gaussians of Scott's bandwidth instead, which `kernelWidths` gives.
 * @param {import("./bundle.js").Points} points
 * @param {Grid} grid
 * @returns {Float32Array}
 */
export function aggregateDensity(points, grid) {
  const { columns, rows, low, high } = grid;
  const [width, height] = cellSize(grid);
  const density = new Float32Array(columns * rows);
  const widths = points.std ? null : kernelWidths(points);
  for (let i = 0; i < points.count; i++) {
    const [sx, sy] = widths ?? [/** @type {Float32Array} */ (points.std)[2 * i], /** @type {Float32Array} */ (points.std)[2 * i + 1]];
    const down = cellMasses(high[1] - points.codes[2 * i + 1], sy, height, rows);
    if (!down.masses.length) continue;
    const across = cellMasses(points.codes[2 * i] - low[0], sx, width, columns);
    for (let y = 0; y < down.masses.length; y++) {
      const line = (down.first + y) * columns + across.first;
      for (let x = 0; x < across.masses.length; x++) density[line + x] += down.masses[y] * across.masses[x];
    }
  }
  const unit = 1 / (Math.max(points.count, 1) * width * height);
  return density.map((mass) => mass * unit);
}

/** Scott's bandwidth per axis, σ n^(−1/6). @param {{count: number, codes: Float32Array}} points @returns {Pair} */
export function kernelWidths({ count, codes }) {
  const widthOf = (/** @type {0|1} */ axis) => {
    let sum = 0, squares = 0;
    for (let i = axis; i < 2 * count; i += 2) {
      sum += codes[i];
      squares += codes[i] ** 2;
    }
    return Math.sqrt(Math.max(squares / count - (sum / count) ** 2, 1e-12)) * count ** (-1 / 6);
  };
  return [widthOf(0), widthOf(1)];
}

/** The mass of N(middle, σ²) in each cell of a line that starts at 0, as far as 4σ.
 * @param {number} middle @param {number} sigma @param {number} size of a cell @param {number} count of cells */
function cellMasses(middle, sigma, size, count) {
  // The middle of a cell stands for all of it: averaging over a cell widens the bell by the variance of the cell.
  // The mass is then right to 0.3 % for σ of half a cell and more.
  const spread = Math.sqrt(sigma * sigma + (size * size) / 12);
  const first = Math.max(0, Math.floor((middle - 4 * spread) / size));
  const last = Math.min(count - 1, Math.floor((middle + 4 * spread) / size));
  const scale = size / (spread * Math.sqrt(2 * Math.PI));
  const masses = [];
  for (let cell = first; cell <= last; cell++) {
    masses.push(scale * Math.exp(-0.5 * (((cell + 0.5) * size - middle) / spread) ** 2));
  }
  return { first, masses };
}

/**
 * The distance from the middle of each cell to the nearest code.
 * @param {import("../base/geometry.js").PointIndex} index @param {Grid} grid @returns {Float32Array}
 */
export function distanceField(index, grid) {
  const z = gridPoints(grid);
  return Float32Array.from({ length: z.length / 2 }, (_, i) => index.distance(z[2 * i], z[2 * i + 1]));
}

/**
 * The entropy of p(x|z) in the middle of each cell, nats per image.
 * @param {import("./networks.js").Network} network @param {Grid} grid @returns {Float32Array}
 */
export function entropyField(network, grid) {
  return network.entropyMany(gridPoints(grid));
}
