// @ts-check
// Regions of the plane that a hand draws: polygons, the points inside them, and fewer corners for the same shape. Pure functions.
// A polygon is [x0, y0, x1, y1, …]; its last corner is joined to its first.

/**
 * Marks the points inside a polygon. Inside is what the outline winds round (the rule by which canvases fill), so that a loop drawn
 * twice over encloses what it encloses once; of two polygons with a common side a point on it belongs to one.
 * @param {readonly number[]} corners
 * @param {Float32Array} codes [x0, y0, x1, y1, …]
 * @param {Uint8Array} marks one for each point
 * @param {number} mark what the points inside are given
 */
export function markInside(corners, codes, marks, mark) {
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let c = 0; c < corners.length; c += 2) {
    [left, right] = [Math.min(left, corners[c]), Math.max(right, corners[c])];
    [bottom, top] = [Math.min(bottom, corners[c + 1]), Math.max(top, corners[c + 1])];
  }
  const polygon = Float64Array.from(corners);
  for (let i = 0; i < marks.length; i++) {
    const x = codes[2 * i];
    const y = codes[2 * i + 1];
    if (x >= left && x <= right && y >= bottom && y <= top && windings(polygon, x, y)) marks[i] = mark;
  }
}

/** How often a polygon winds round a point. @param {Float64Array} corners @param {number} x @param {number} y */
function windings(corners, x, y) {
  let count = 0;
  let x0 = corners[corners.length - 2];
  let y0 = corners[corners.length - 1];
  for (let c = 0; c < corners.length; c += 2) {
    const x1 = corners[c];
    const y1 = corners[c + 1];
    if (y0 <= y !== y1 <= y) {
      const side = (x1 - x0) * (y - y0) - (x - x0) * (y1 - y0);
      if (y1 > y0 && side > 0) count++;
      if (y1 < y0 && side < 0) count--;
    }
    x0 = x1;
    y0 = y1;
  }
  return count;
}

/** The upright rectangle between two opposite corners. @param {readonly number[]} a @param {readonly number[]} b */
export function rectangleOf([ax, ay], [bx, by]) {
  return [ax, ay, bx, ay, bx, by, ax, by];
}

/**
 * A path of at most so many corners that stays within a tolerance of the one drawn, by Douglas and Peucker's rule; where that is not to be
 * had the tolerance is doubled until it is.
 * @param {readonly number[]} path
 * @param {number} most corners, at least 3
 * @param {number} tolerance in the units of the path
 * @returns {number[]}
 */
export function simplified(path, most, tolerance) {
  const last = path.length / 2 - 1;
  for (let within = tolerance; ; within *= 2) {
    const kept = new Set([0, last]);
    const spans = [[0, last]];
    for (let span = spans.pop(); span; span = spans.pop()) {
      const [from, to] = span;
      const {at, distance} = farthest(path, from, to);
      if (distance <= within) continue;
      kept.add(at);
      spans.push([from, at], [at, to]);
    }
    if (kept.size <= most) return [...kept].sort((a, b) => a - b).flatMap((i) => [path[2 * i], path[2 * i + 1]]);
  }
}

/** The point between two of a path that is farthest from the straight line between them. @param {readonly number[]} path @param {number} from @param {number} to */
function farthest(path, from, to) {
  const [x, y] = [path[2 * from], path[2 * from + 1]];
  const [dx, dy] = [path[2 * to] - x, path[2 * to + 1] - y];
  const square = dx * dx + dy * dy;
  let [at, distance] = [from, 0];
  for (let i = from + 1; i < to; i++) {
    const [px, py] = [path[2 * i] - x, path[2 * i + 1] - y];
    const share = square ? Math.min(1, Math.max(0, (px * dx + py * dy) / square)) : 0;
    const off = Math.hypot(px - share * dx, py - share * dy);
    if (off > distance) [at, distance] = [i, off];
  }
  return {at, distance};
}

const MOST_DECIMALS = 6; // a link has no exponents

/** Corners to a fraction of a pixel, so that a link has exactly those that one sees. @param {readonly number[]} corners @param {number} scale pixels to the unit */
export function roundedCorners(corners, scale) {
  const decimals = Math.min(MOST_DECIMALS, Math.max(0, Math.ceil(Math.log10(scale))));
  return corners.map((value) => Number(value.toFixed(decimals)) || 0);
}
