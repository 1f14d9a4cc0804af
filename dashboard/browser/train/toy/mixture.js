// @ts-check
// A density of the plane as Gaussians of one width along a skeleton, p(x) = Σᵢ wᵢ N(x; pᵢ, s² I). Both densities of a toy are of this form:
// that of its data, which is known, and that of a model whose decoder has Gaussian noise s, where pᵢ are what it makes of the nodes of a
// rule over the prior (prior_rule.js).

/** @typedef {{places: Float64Array, weights: Float64Array, sd: number}} Mixture places: n × 2; weights sum to 1 */
/** @typedef {(x: number, y: number) => number} LogDensity nats */

const NEAR = 7; // sds, beyond which a Gaussian counts for nothing beside near ones: e^(−24.5)
const ENOUGH = Math.exp(-15); // of near ones, beside which all others together are below 1e-4
const MOST_BUCKETS = 64; // along a side

/** log p of a mixture, nats. @param {Mixture} mixture @returns {LogDensity} */
export function logDensityOf({places, weights, sd}) {
  const count = weights.length, scale = -0.5 / sd ** 2, constant = Math.log(2 * Math.PI * sd ** 2);
  const {width, low, columns, rows, starts, order} = inBuckets(places, NEAR * sd);
  // Those of a bucket beside each other.
  const [xs, ys, ws] = [0, 1, 2].map(() => new Float64Array(count));
  order.forEach((from, to) => {
    xs[to] = places[2 * from];
    ys[to] = places[2 * from + 1];
    ws[to] = weights[from];
  });

  /** @param {number} x @param {number} y */
  function nearby(x, y) {
    const [column, row] = [Math.floor((x - low[0]) / width), Math.floor((y - low[1]) / width)];
    let sum = 0;
    for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1); r++) {
      const [first, last] = [Math.max(0, column - 1), Math.min(columns - 1, column + 1)];
      if (first > last) continue;
      for (let i = starts[r * columns + first]; i < starts[r * columns + last + 1]; i++) sum += ws[i] * Math.exp(scale * ((xs[i] - x) ** 2 + (ys[i] - y) ** 2));
    }
    return sum;
  }

  /** @param {number} x @param {number} y */
  function whole(x, y) {
    let highest = -Infinity;
    for (let i = 0; i < count; i++) if (ws[i] > 0) highest = Math.max(highest, scale * ((xs[i] - x) ** 2 + (ys[i] - y) ** 2));
    let sum = 0;
    for (let i = 0; i < count; i++) sum += ws[i] * Math.exp(scale * ((xs[i] - x) ** 2 + (ys[i] - y) ** 2) - highest);
    return highest + Math.log(sum);
  }

  return (x, y) => {
    const near = nearby(x, y);
    return (near > ENOUGH ? Math.log(near) : whole(x, y)) - constant;
  };
}

/** Places by the squares in which they lie, row after row. @param {Float64Array} places @param {number} least width */
function inBuckets(places, least) {
  const count = places.length / 2;
  const [low, high] = [[Infinity, Infinity], [-Infinity, -Infinity]];
  places.forEach((value, i) => {
    low[i & 1] = Math.min(low[i & 1], value);
    high[i & 1] = Math.max(high[i & 1], value);
  });
  const width = Math.max(least, (high[0] - low[0]) / MOST_BUCKETS, (high[1] - low[1]) / MOST_BUCKETS);
  const [columns, rows] = [0, 1].map((i) => Math.floor((high[i] - low[i]) / width) + 1);
  const bucket = (/** @type {number} */ i) => Math.floor((places[2 * i + 1] - low[1]) / width) * columns + Math.floor((places[2 * i] - low[0]) / width);
  const starts = new Uint32Array(columns * rows + 1), order = new Uint32Array(count);
  for (let i = 0; i < count; i++) starts[bucket(i) + 1]++;
  for (let i = 0; i < columns * rows; i++) starts[i + 1] += starts[i];
  const next = starts.slice();
  for (let i = 0; i < count; i++) order[next[bucket(i)]++] = i;
  return {width, low, columns, rows, starts, order};
}

/**
 * p(x) on a square of size × size middles of pixels over [−reach, reach]², the first row at the top, per unit of area: each node is shared out
 * among its four neighbours, and the whole is blurred by s. A picture, to some per cent.
 * @param {Mixture} mixture @param {number} reach @param {number} size @returns {Float32Array}
 */
export function shade({places, weights, sd}, reach, size) {
  const pixel = (2 * reach) / size, grid = new Float32Array(size * size);
  for (let i = 0; i < weights.length; i++) {
    const x = (places[2 * i] + reach) / pixel - 0.5, y = (reach - places[2 * i + 1]) / pixel - 0.5;
    const [column, row] = [Math.floor(x), Math.floor(y)];
    if (!(column >= 0 && row >= 0 && column < size - 1 && row < size - 1)) continue;
    const [right, down] = [x - column, y - row], at = row * size + column, part = weights[i] / pixel ** 2;
    grid[at] += part * (1 - right) * (1 - down);
    grid[at + 1] += part * right * (1 - down);
    grid[at + size] += part * (1 - right) * down;
    grid[at + size + 1] += part * right * down;
  }
  const near = Math.max(1, Math.ceil((4 * sd) / pixel));
  const bell = Float64Array.from({length: 2 * near + 1}, (_, i) => Math.exp(-0.5 * (((i - near) * pixel) / sd) ** 2));
  const all = bell.reduce((sum, one) => sum + one, 0);
  return blurred(blurred(grid, size, 1, size, bell, all), size, size, 1, bell, all);
}

/** @param {Float32Array} grid @param {number} size @param {number} along @param {number} across @param {Float64Array} bell @param {number} all */
function blurred(grid, size, along, across, bell, all) {
  const near = (bell.length - 1) / 2, result = new Float32Array(grid.length);
  for (let line = 0; line < size; line++) for (let i = 0; i < size; i++) {
    const value = grid[line * across + i * along];
    if (value === 0) continue;
    for (let j = Math.max(0, i - near); j <= Math.min(size - 1, i + near); j++) result[line * across + j * along] += (value * bell[j - i + near]) / all;
  }
  return result;
}
