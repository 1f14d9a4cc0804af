// @ts-check
// What both squares of a toy show.

/** @typedef {{told: import("../worker.js").Told, frame: import("../worker.js").Frame|null, settings: import("../settings.js").Settings, shade: Float32Array|null, z: number[]|null, point: number|null}} Scene
 *   shade: the density of the model when it was last measured; z: pointed at in the latent space; point: the held-out point that is pointed at */

const NEAR = 0.25; // of the plane, within which a point is pointed at

/** The held-out point nearest to a place, where one is near. @param {Float32Array} points @param {readonly [number, number]} at */
export function nearestPoint(points, [x, y]) {
  let [nearest, least] = [-1, NEAR ** 2];
  for (let i = 0; i < points.length / 2; i++) {
    const square = (points[2 * i] - x) ** 2 + (points[2 * i + 1] - y) ** 2;
    if (square < least) [nearest, least] = [i, square];
  }
  return nearest < 0 ? null : nearest;
}
