// @ts-check
// The latent plane and the screen: transforms between them, paths, ellipses, quantiles,
// and nearest neighbours among points. Pure functions.

/** @typedef {[number, number]} Pair */
/**
 * What a canvas shows of the plane: the same scale on both axes, z₂ upwards.
 * @typedef {{scale: number, cx: number, cy: number, width: number, height: number}} View
 *   scale in pixels per latent unit; (cx, cy) the latent point in the middle of width × height pixels
 */

const NUMBER_WIDTH = 3.4; // times the size of the numbers of an axis

/**
 * The view that shows all of [low, high] with `pad` pixels to spare on every side.
 * @param {Pair} low @param {Pair} high @param {number} width @param {number} height @param {number} [pad]
 * @returns {View}
 */
export function fitView(low, high, width, height, pad = 0) {
  const spanX = Math.max(high[0] - low[0], 1e-9);
  const spanY = Math.max(high[1] - low[1], 1e-9);
  const scale = Math.min(Math.max(width - 2 * pad, 1) / spanX, Math.max(height - 2 * pad, 1) / spanY);
  return { scale, cx: (low[0] + high[0]) / 2, cy: (low[1] + high[1]) / 2, width, height };
}

/** All that lies in some ranges. @param {readonly [low: Pair, high: Pair][]} ranges @returns {[Pair, Pair]} */
export function aroundAll(ranges) {
  const end = (/** @type {0|1} */ which, /** @type {(...values: number[]) => number} */ outer) => /** @type {Pair} */ ([0, 1].map((axis) => outer(...ranges.map((range) => range[which][axis]))));
  return [end(0, Math.min), end(1, Math.max)];
}

/** The view of the same part of the plane on a canvas of another size: what spans the shorter side goes on to. @param {View} view @param {number} width @param {number} height @returns {View} */
export function resizedView(view, width, height) {
  return { ...view, scale: view.scale * (Math.min(width, height) / Math.min(view.width, view.height)), width, height };
}

/** @param {View} view @param {number} z1 @param {number} z2 @returns {Pair} */
export function toPixel(view, z1, z2) {
  return [view.width / 2 + (z1 - view.cx) * view.scale, view.height / 2 - (z2 - view.cy) * view.scale];
}

/** @param {View} view @param {number} px @param {number} py @returns {Pair} */
export function toLatent(view, px, py) {
  return [view.cx + (px - view.width / 2) / view.scale, view.cy - (py - view.height / 2) / view.scale];
}

/** The view enlarged by `factor` as far as its scale may go, with the latent point under (px, py) staying there.
 * @param {View} view @param {number} px @param {number} py @param {number} factor @param {Pair} [scales] the least and the largest @returns {View} */
export function zoomAt(view, px, py, factor, [least, most] = [0, Infinity]) {
  const [z1, z2] = toLatent(view, px, py);
  const scale = Math.min(most, Math.max(least, view.scale * factor)), shrunk = view.scale / scale;
  return { ...view, scale, cx: z1 + (view.cx - z1) * shrunk, cy: z2 + (view.cy - z2) * shrunk };
}

/** The view after its content was dragged by (dx, dy) pixels.
 * @param {View} view @param {number} dx @param {number} dy @returns {View} */
export function panBy(view, dx, dy) {
  return { ...view, cx: view.cx - dx / view.scale, cy: view.cy + dy / view.scale };
}

/** Pixels from one number of an axis to the next, at least: fewer on small maps, so that each axis has two, more for large numbers.
 * @param {View} view @param {number} [size] of the numbers in pixels */
export function tickSpacing(view, size = 0) {
  return Math.max(NUMBER_WIDTH * size, Math.min(70, Math.max(48, Math.min(view.width, view.height) / 5)));
}

/**
 * Round numbers for the axes: multiples of 1, 2 or 5 times a power of ten, at least `spacing` pixels apart.
 * @param {View} view @param {number} [spacing]
 * @returns {{x: number[], y: number[], step: number}}
 */
export function axisTicks(view, spacing = tickSpacing(view)) {
  const rough = spacing / view.scale;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = roundOff(power * ([1, 2, 5].find((multiple) => multiple * power >= rough) ?? 10));
  const [left, bottom] = toLatent(view, 0, view.height);
  const [right, top] = toLatent(view, view.width, 0);
  return { x: multiples(step, left, right), y: multiples(step, bottom, top), step };
}

/** @param {number} step @param {number} from @param {number} to */
function multiples(step, from, to) {
  const first = Math.ceil(from / step);
  const count = Math.max(0, Math.floor(to / step) - first + 1);
  return Array.from({ length: count }, (_, i) => roundOff((first + i) * step));
}

/** Twelve digits: 3 × 0.1 is to read 0.3, and −0 is to read 0. @param {number} value */
function roundOff(value) {
  return Number(value.toPrecision(12)) || 0;
}

/** The point at share t of the straight path. @param {Pair} a @param {Pair} b @param {number} t @returns {Pair} */
export function lerp(a, b, t) {
  return [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
}

/**
 * The point at share t of the spherical path: angle (the shorter way round) and radius change evenly, so that
 * the path keeps the distance from the origin that prior samples have.
 * @param {Pair} a @param {Pair} b @param {number} t @returns {Pair}
 */
export function slerp(a, b, t) {
  const [radiusA, radiusB] = [Math.hypot(...a), Math.hypot(...b)];
  if (radiusA === 0 || radiusB === 0) return lerp(a, b, t); // the origin has no angle
  const start = Math.atan2(a[1], a[0]);
  const turn = Math.atan2(a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1]);
  const radius = radiusA + t * (radiusB - radiusA);
  return [radius * Math.cos(start + t * turn), radius * Math.sin(start + t * turn)];
}

/** `count` points from a to b, ends included, as [z1, z2, …] for a decoder.
 * @param {Pair} a @param {Pair} b @param {number} count @param {"linear"|"spherical"} shape @returns {Float32Array} */
export function pathPoints(a, b, count, shape) {
  const between = shape === "spherical" ? slerp : lerp;
  const points = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) points.set(between(a, b, count > 1 ? i / (count - 1) : 0), 2 * i);
  return points;
}

/** The k-σ ellipse of N(mu, diag std²) as [z1, z2, …], anticlockwise and not closed.
 * @param {Pair} mu @param {Pair} std @param {number} k @param {number} [count] @returns {Float32Array} */
export function ellipsePoints(mu, std, k, count = 64) {
  const points = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    const angle = (2 * Math.PI * i) / count;
    points[2 * i] = mu[0] + k * std[0] * Math.cos(angle);
    points[2 * i + 1] = mu[1] + k * std[1] * Math.sin(angle);
  }
  return points;
}

/** How many σ a circle reaches that holds a share of N(0, I): the inverse of priorMassBeyond. @param {number} mass */
export function radiusHolding(mass) {
  return Math.sqrt(-2 * Math.log(1 - mass));
}

/** Share of N(0, I) in the plane beyond a radius: e^(−r²/2). @param {number} radius */
export function priorMassBeyond(radius) {
  return Math.exp((-radius * radius) / 2);
}

/**
 * Φ⁻¹(p), the standard normal quantile: ±∞ at 1 and 0. P. J. Acklam's rational approximation, relative error 1.2e−9.
 * @param {number} p
 * @returns {number}
 */
export function inverseNormalCdf(p) {
  if (p > 0.5) return -inverseNormalCdf(1 - p);
  if (p <= 0) return -Infinity;
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return polynomial(q, [-7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734,
      4.374664141464968, 2.938163982698783]) /
      polynomial(q, [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1]);
  }
  const q = p - 0.5;
  const r = q * q;
  return (q * polynomial(r, [-3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2,
    -3.066479806614716e1, 2.506628277459239])) /
    polynomial(r, [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1,
      -1.328068155288572e1, 1]);
}

/** Coefficients from the highest power down. @param {number} x @param {number[]} coefficients */
function polynomial(x, coefficients) {
  return coefficients.reduce((value, coefficient) => value * x + coefficient, 0);
}

/**
 * Where the n columns (or rows) of a decoded manifold lie: the middle of each cell, lowest first. "linear" divides
 * [low, high] into equal lengths, "prior" divides N(0, 1) into equal masses.
 * @param {number} n @param {"linear"|"prior"} spacing @param {number} low @param {number} high @returns {number[]}
 */
export function manifoldAxis(n, spacing, low, high) {
  return Array.from({ length: n }, (_, i) => {
    const share = (i + 0.5) / n;
    return spacing === "prior" ? inverseNormalCdf(share) : low + share * (high - low);
  });
}

/** The n + 1 borders of those cells; "prior" cells at the ends, which reach to infinity, are cut at [low, high].
 * @param {number} n @param {"linear"|"prior"} spacing @param {number} low @param {number} high @returns {number[]} */
export function manifoldEdges(n, spacing, low, high) {
  return Array.from({ length: n + 1 }, (_, i) => {
    const edge = spacing === "prior" ? inverseNormalCdf(i / n) : low + (i / n) * (high - low);
    return Math.min(Math.max(edge, low), high);
  });
}

/** How far each middle is from the nearer border of its cell. @param {number[]} middles @param {number[]} edges @returns {number[]} */
export function cellReaches(middles, edges) {
  return middles.map((middle, i) => Math.min(middle - edges[i], edges[i + 1] - middle));
}

const POINTS_PER_CELL = 3;
const ROUNDING = 1e-6;

/**
 * Nearest neighbours by a uniform grid of cells: fast enough for every mouse move.
 * @typedef {object} PointIndex
 * @property {(z1: number, z2: number, accept?: (index: number) => boolean) => number} nearest index of the nearest
 *   accepted point, or −1
 * @property {(z1: number, z2: number, radius: number) => number[]} within indices no further than radius, nearest first
 * @property {(z1: number, z2: number, k: number) => number[]} neighbours the k nearest, nearest first
 * @property {(z1: number, z2: number) => number} distance to the nearest point; Infinity where there is none
 */

/**
 * An index of points; equally distant points come in the order of their numbers.
 * @param {Float32Array} codes [x0, y0, x1, y1, …]
 * @returns {PointIndex}
 */
export function createIndex(codes) {
  const count = codes.length >> 1;
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (let i = 0; i < codes.length; i++) {
    low[i & 1] = Math.min(low[i & 1], codes[i]);
    high[i & 1] = Math.max(high[i & 1], codes[i]);
  }
  const spans = [Math.max(high[0] - low[0], 1e-6), Math.max(high[1] - low[1], 1e-6)];
  // Points on a line leave most of a square grid empty, so the longer side alone also bounds the number of cells.
  const size = Math.max(Math.sqrt((spans[0] * spans[1] * POINTS_PER_CELL) / Math.max(count, 1)), Math.max(...spans) / 1024);
  const columns = Math.floor(spans[0] / size) + 1;
  const rows = Math.floor(spans[1] / size) + 1;
  /** @param {number} z @param {number} axis */
  const cellOf = (z, axis) => {
    const cell = Math.floor((z - low[axis]) / size);
    return Math.min(Math.max(cell, 0), (axis ? rows : columns) - 1);
  };
  const { starts, members } = sortIntoCells(codes, columns * rows, (x, y) => cellOf(y, 1) * columns + cellOf(x, 0));

  /**
   * Visit cells in growing squares around (z1, z2) until no unvisited point can be nearer than `reach()`.
   * @param {number} z1 @param {number} z2 @param {() => number} reach @param {(index: number, distance: number) => void} visit
   */
  function search(z1, z2, reach, visit) {
    const column = cellOf(z1, 0);
    const row = cellOf(z2, 1);
    // From afar a thin cloud of points fills many rings, of which few cells can hold the nearest.
    const beyond = (/** @type {number} */ x, /** @type {number} */ y) =>
      length(Math.max(low[0] + x * size - z1, z1 - low[0] - (x + 1) * size, 0), Math.max(low[1] + y * size - z2, z2 - low[1] - (y + 1) * size, 0)) > reach() + ROUNDING * size;
    for (let ring = 0; ; ring++) {
      const sides = [column - ring, column + ring, row - ring, row + ring];
      for (let y = Math.max(sides[2], 0); y <= Math.min(sides[3], rows - 1); y++) {
        const whole = y === sides[2] || y === sides[3];
        for (let x = sides[0]; x <= sides[1]; x += whole || ring === 0 ? 1 : 2 * ring) {
          if (x < 0 || x >= columns || beyond(x, y)) continue;
          const cell = y * columns + x;
          for (let m = starts[cell]; m < starts[cell + 1]; m++) {
            const index = members[m];
            visit(index, length(codes[2 * index] - z1, codes[2 * index + 1] - z2));
          }
        }
      }
      // Only sides beyond which there are cells left can hide a nearer point.
      let gap = Infinity;
      if (sides[0] > 0) gap = Math.min(gap, z1 - (low[0] + sides[0] * size));
      if (sides[1] < columns - 1) gap = Math.min(gap, low[0] + (sides[1] + 1) * size - z1);
      if (sides[2] > 0) gap = Math.min(gap, z2 - (low[1] + sides[2] * size));
      if (sides[3] < rows - 1) gap = Math.min(gap, low[1] + (sides[3] + 1) * size - z2);
      if (gap === Infinity || gap > reach()) return;
    }
  }

  /** @type {PointIndex["nearest"]} */
  function nearest(z1, z2, accept) {
    let best = -1;
    let least = Infinity;
    search(z1, z2, () => least, (index, distance) => {
      if (distance > least || (distance === least && index > best) || (accept && !accept(index))) return;
      best = index;
      least = distance;
    });
    return best;
  }

  return {
    nearest,
    within(z1, z2, radius) {
      /** @type {Found[]} */
      const found = [];
      search(z1, z2, () => radius, (index, distance) => {
        if (distance <= radius) found.push({ index, distance });
      });
      return found.sort(byDistance).map(({ index }) => index);
    },
    neighbours(z1, z2, k) {
      /** @type {Found[]} */
      const found = [];
      const reach = () => (found.length < k ? Infinity : found[k - 1].distance);
      search(z1, z2, reach, (index, distance) => {
        if (distance > reach()) return;
        const one = { index, distance };
        let at = found.length;
        while (at > 0 && byDistance(one, found[at - 1]) < 0) at--;
        found.splice(at, 0, one); // sorting anew for each took most of a frame where many codes lie close
        found.length = Math.min(found.length, k);
      });
      return found.map(({ index }) => index);
    },
    distance(z1, z2) {
      const index = nearest(z1, z2);
      return index < 0 ? Infinity : Math.hypot(codes[2 * index] - z1, codes[2 * index + 1] - z2);
    },
  };
}

/** @typedef {{index: number, distance: number}} Found */

/** @param {Found} a @param {Found} b */
function byDistance(a, b) {
  return a.distance - b.distance || a.index - b.index;
}

/** Of a vector that is neither huge nor tiny: Math.hypot, which takes any, takes several times as long. @param {number} x @param {number} y */
const length = (x, y) => Math.sqrt(x * x + y * y);

/** Counting sort: the points of cell c are members[starts[c]] … members[starts[c + 1] − 1], in their own order.
 * @param {Float32Array} codes @param {number} cells @param {(x: number, y: number) => number} cellAt */
function sortIntoCells(codes, cells, cellAt) {
  const count = codes.length >> 1;
  const starts = new Uint32Array(cells + 1);
  for (let i = 0; i < count; i++) starts[cellAt(codes[2 * i], codes[2 * i + 1]) + 1]++;
  for (let cell = 0; cell < cells; cell++) starts[cell + 1] += starts[cell];
  const members = new Uint32Array(count);
  const next = starts.slice();
  for (let i = 0; i < count; i++) members[next[cellAt(codes[2 * i], codes[2 * i + 1])]++] = i;
  return { starts, members };
}
