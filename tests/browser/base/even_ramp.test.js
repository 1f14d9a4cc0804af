// The colours of numbers can be put in order by lightness alone, and equal steps of the number are equal steps to the eye.
import assert from "node:assert/strict";
import { test } from "node:test";

import { evenRamp, okLab } from "../../../dashboard/browser/base/even_ramp.js";

const ROUNDING = 0.004; // OKLab of half a level of red, green or blue, twice

/** What someone sees to whom red and green look alike (Viénot 1999): linear red and green become one. */
function withoutRedAndGreen([red, green, blue]) {
  const linear = [red, green, blue].map((value) => (value / 255) ** 2.2);
  const one = 0.11238 * linear[0] + 0.88762 * linear[1];
  return [one, one, Math.max(0, 0.00401 * linear[0] - 0.00401 * linear[1] + linear[2])].map((value) => 255 * value ** (1 / 2.2));
}

for (const dark of [false, true]) {
  const ramp = evenRamp(32, dark);
  const labs = ramp.map(okLab);

  test(`lightness rises with every step, ${dark ? "dark" : "light"}`, () => {
    for (let i = 1; i < labs.length; i++) assert.ok(labs[i][0] > labs[i - 1][0] + 0.005, `${i}`);
    assert.ok(labs[31][0] - labs[0][0] > 0.4);
    assert.ok(ramp.flat().every((value) => Number.isInteger(value) && value >= 0 && value <= 255));
  });

  test(`and does so for who cannot tell red from green, ${dark ? "dark" : "light"}`, () => {
    const seen = ramp.map((rgb) => okLab(withoutRedAndGreen(rgb))[0]);
    for (let i = 1; i < seen.length; i++) assert.ok(seen[i] > seen[i - 1], `${i}`);
  });

  test(`neighbours are equally far apart, ${dark ? "dark" : "light"}`, () => {
    const steps = labs.slice(1).map((lab, i) => Math.hypot(...lab.map((value, axis) => value - labs[i][axis])));
    const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
    assert.ok(steps.every((step) => Math.abs(step - mean) < ROUNDING), `${Math.min(...steps)} ${mean} ${Math.max(...steps)}`);
  });
}

test("okLab knows white, black and grey", () => {
  assert.ok(Math.hypot(...okLab([255, 255, 255]).map((value, i) => value - [1, 0, 0][i])) < 1e-3);
  assert.deepEqual(okLab([0, 0, 0]), [0, 0, 0]);
  const [, a, b] = okLab([119, 119, 119]);
  assert.ok(Math.hypot(a, b) < 1e-3);
});
