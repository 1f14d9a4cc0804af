// Models of one, two and three images: every view has finite numbers to show, or a sentence.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { PlainError } from "../../../dashboard/browser/base/errors.js";
import { createIndex, ellipsePoints, fitView } from "../../../dashboard/browser/base/geometry.js";
import { toItsEnd } from "../../../dashboard/browser/base/slices.js";
import { gapsOf } from "../../../dashboard/browser/exact/gaps.js";
import { Inference } from "../../../dashboard/browser/exact/posterior.js";
import { tileRange } from "../../../dashboard/browser/map/backdrop.js";
import { rampTexts } from "../../../dashboard/browser/map/field_scale.js";
import { gaussianOutline, ownLabel } from "../../../dashboard/browser/map/marks.js";
import { readBundle } from "../../../dashboard/browser/model/bundle.js";
import { aggregateDensity, distanceField, entropyField, gridOver } from "../../../dashboard/browser/model/density.js";
import { createModel, drawFrom, isFlat } from "../../../dashboard/browser/model/explorer_model.js";
import { captionOf, spokenCaption } from "../../../dashboard/browser/words/captions.js";
import { golden } from "../support/python.js";

const folder = golden();
const PLACES = [[0, 0], [0.5, -0.25], [40, -40]];
const finite = (values, what) => assert.ok([...values].length && [...values].every(Number.isFinite), `${what}: ${[...values].slice(0, 6)}`);
const speaks = (text) => {
  assert.doesNotMatch(text, /NaN|Infinity|undefined|null|\b1 are\b/);
  assert.match(text, /\S/);
};

/** The bundle with its first images only; `apart` puts their codes on one place, on a line, or in a triangle. */
function few(bundle, count, apart) {
  const codes = Float32Array.from({ length: 2 * count }, (_, i) => 0.5 + apart * [0, 0, 1, 0.5, -1, 2][i]);
  const { points } = bundle;
  return { ...bundle, train: { count, codes }, points: { ...points, count, codes, splits: { test: count }, std: points.std && points.std.slice(0, 2 * count), labels: points.labels.slice(0, count),
    low: [Math.min(...codes.filter((_, i) => i % 2 === 0)), Math.min(...codes.filter((_, i) => i % 2))], high: [Math.max(...codes.filter((_, i) => i % 2 === 0)), Math.max(...codes.filter((_, i) => i % 2))] } };
}

for (const name of ["fourier-gelu-softplus", "ae-gaussian"]) {
  const whole = readBundle(readFileSync(join(folder, `${name}.bundle`)));
  for (const [count, apart] of [[1, 0], [2, 0], [2, 1], [3, 0], [3, 1]]) {
    test(`${name} with ${count} images ${apart ? "apart" : "on one place"}`, () => {
      const bundle = few(whole, count, apart);
      const model = createModel(bundle, 0);
      finite([model.usual, ...model.core.flat(), ...model.low, ...model.high, ...tileRange(model).flat()], "ranges");
      finite([...model.gaussian.mean, ...model.gaussian.factor, ...drawFrom(model.gaussian, [1, -1])], "the fitted Gaussian");
      assert.equal(isFlat(model.gaussian), count < 3 || apart === 0);
      finite(gaussianOutline(model.gaussian, 2).flat(), "its outline");
      speaks(ownLabel(model, true));
      const view = fitView(...model.core, 300, 200, 10);
      const grid = gridOver(view, 20);
      for (const field of [aggregateDensity(bundle.points, grid), distanceField(createIndex(bundle.train.codes), grid), entropyField(model.network, grid)]) {
        finite(field, "a field");
        rampTexts({ name: "density", least: Math.min(...field), most: Math.max(...field) }).forEach(speaks);
      }
      if (bundle.points.std) finite(ellipsePoints(model.codeOf(0), [bundle.points.std[0], bundle.points.std[1]], 2), "an ellipse");
      for (const z of PLACES) {
        assert.equal(model.index.neighbours(...z, 8).length, count);
        Object.values(captionOf(model, z)).filter((part) => typeof part === "string").forEach(speaks);
        speaks(spokenCaption([model], [z]));
      }
    });
  }
}

test("of few images, however far out they lie, the posterior is finite or refused in a sentence", () => {
  const whole = readBundle(readFileSync(join(folder, "fourier-gelu-softplus.bundle")));
  const model = createModel(few(whole, 1, 1), 0);
  for (const scale of [1, 30]) {
    const inference = new Inference({ ...model.network, encode: (x) => ({ ...model.network.encode(x), mu: [scale, -scale] }) }, model.bundle.points);
    toItsEnd(inference.prepare());
    for (const x of [new Float32Array(784), Float32Array.from({ length: 784 }, (_, i) => (i % 28 === 14 ? 1 : 0))]) {
      try {
        const posterior = toItsEnd(inference.exact(x));
        const { best, encoder } = toItsEnd(gapsOf(inference, x, inference.encode(x), posterior));
        finite([posterior.logPx, ...posterior.density, ...posterior.contours, best.elbo, encoder.elbo], "the posterior");
      } catch (error) {
        assert.ok(error instanceof PlainError, String(error));
      }
    }
  }
});
