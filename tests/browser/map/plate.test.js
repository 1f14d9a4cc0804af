// @ts-check
// The plate's numbers stand where its tiles were decoded, and its caption says where that was.
import assert from "node:assert/strict";
import test from "node:test";

import {inverseNormalCdf, manifoldAxis, manifoldEdges} from "../../../dashboard/browser/base/geometry.js";
import {captionOf} from "../../../dashboard/browser/explore/plate.js";
import {decodedAt, ticksAlong, tilesTo} from "../../../dashboard/browser/map/plate.js";

/** @param {"linear"|"prior"} spacing */
function manifold(spacing, size = 20) {
  const [middles, edges] = [manifoldAxis(size, spacing, -3, 3.5), manifoldEdges(size, spacing, -3, 3.5)];
  return /** @type {any} */ ({size, x: edges, y: edges, middles: spacing === "prior" ? [middles, middles] : null});
}

for (const spacing of /** @type {const} */ (["linear", "prior"])) {
  test(`a number of an axis lies in the middle of the tile that is decoded there: ${spacing}`, () => {
    const [middles] = decodedAt(manifold(spacing));
    middles.forEach((z, i) => assert.ok(Math.abs(tilesTo(middles, z) - (i + 0.5)) < 1e-9));
    const ticks = ticksAlong(middles);
    assert.ok(ticks.length >= 5 && ticks.includes(0) && ticks.length <= 11);
    for (const z of ticks) assert.ok(tilesTo(middles, z) > 0 && tilesTo(middles, z) < 20);
  });
}

test("at equal steps the numbers are equally far apart, for equal prior mass closest where the prior is thinnest", () => {
  const gaps = (/** @type {"linear"|"prior"} */ spacing) => {
    const [middles] = decodedAt(manifold(spacing));
    const places = ticksAlong(middles).map((z) => tilesTo(middles, z));
    return places.slice(1).map((place, i) => place - places[i]);
  };
  assert.ok(Math.max(...gaps("linear")) - Math.min(...gaps("linear")) < 1e-9);
  assert.ok(gaps("prior")[0] < gaps("prior")[2] / 2);
});

test("the caption names model, spacing and range", () => {
  const model = /** @type {any} */ ({name: "My run", units: "prior sd", axes: ["z₁", "z₂"], bundle: {kind: "vae"}});
  const end = (-inverseNormalCdf(0.025)).toFixed(2);
  assert.equal(captionOf(model, manifold("prior"), "prior"),
    `Variational autoencoder, My run: decoded at 20 × 20 z, each for 1/400 of N(0, I); z₁ from −${end} to ${end}, z₂ from −${end} to ${end} prior sd.`);
  assert.match(captionOf(model, manifold("linear"), "linear"), /at equal steps over its codes; z₁ from −2\.84 to 3\.34,/);
});
