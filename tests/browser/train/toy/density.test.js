// The toys' densities: known laws, exact sums, and samplers that draw by them.
import assert from "node:assert/strict";
import {test} from "node:test";

import {legendre} from "../../../../dashboard/browser/train/toy/legendre.js";
import {logDensityOf, shade} from "../../../../dashboard/browser/train/toy/mixture.js";
import {modelMixture} from "../../../../dashboard/browser/train/toy/prior_rule.js";
import {drawToy, momentsOf, paintedToy, REACH, TOYS, toyMixture} from "../../../../dashboard/browser/train/toy/toys.js";

const toys = Object.entries({...TOYS, painted: paintedToy([[0, 0], [1, -1], [1.2, -0.9], [-2.5, 2]])});

/** ∫ f over a square of so many steps along a side: for smooth functions that vanish at its edges exact to many digits. */
function integral(f, reach, steps) {
  const width = (2 * reach) / steps;
  let sum = 0;
  for (let i = 0; i < steps; i++) for (let j = 0; j < steps; j++) sum += f(-reach + width * (i + 0.5), -reach + width * (j + 0.5)) * width ** 2;
  return sum;
}

test("the rule of Gauss and Legendre is exact for polynomials of degree 2n − 1, and not of 2n", () => {
  for (const n of [1, 2, 3, 7, 40]) {
    const {at, weight} = legendre(n);
    const moment = (power) => at.reduce((sum, x, i) => sum + weight[i] * x ** power, 0);
    for (let power = 0; power < 2 * n; power++) assert.ok(Math.abs(moment(power) - 1 / (power + 1)) < 1e-14, `${n} nodes, power ${power}`);
    if (n < 7) assert.ok(Math.abs(moment(2 * n) - 1 / (2 * n + 1)) > 1e-9);
  }
});

for (const [name, toy] of toys) {
  const mixture = toyMixture(toy), density = logDensityOf(mixture);
  test(`the density of ${name} integrates to 1, and its picture shows it`, () => {
    assert.ok(Math.abs(integral((x, y) => Math.exp(density(x, y)), REACH + 1, 250) - 1) < 1e-6);
    const size = 120, pixel = (2 * REACH) / size, picture = shade(mixture, REACH, size);
    const highest = picture.reduce((most, one) => Math.max(most, one), 0);
    const far = picture.reduce((most, one, i) => Math.max(most, Math.abs(one - Math.exp(density(-REACH + pixel * (i % size + 0.5), REACH - pixel * (Math.floor(i / size) + 0.5))))), 0);
    assert.ok(far < 0.1 * highest, `${far} of ${highest}`);
  });

  test(`points of ${name} are drawn by its density: moments, and the mean of log p`, () => {
    const count = 10_000, {points, strands} = drawToy(toy, count, 3, 1);
    const {mean, covariance: [xx, xy, yy]} = momentsOf(mixture);
    let entropy = 0, entropy2 = 0;
    const drawn = [0, 0, 0, 0, 0];
    for (let i = 0; i < count; i++) {
      const [x, y] = [points[2 * i], points[2 * i + 1]], log = density(x, y);
      [x, y, (x - mean[0]) ** 2, (x - mean[0]) * (y - mean[1]), (y - mean[1]) ** 2].forEach((value, k) => (drawn[k] += value / count));
      entropy += log / count;
      entropy2 += log ** 2 / count;
    }
    [...mean, xx, xy, yy].forEach((want, k) => assert.ok(Math.abs(drawn[k] - want) < 0.08, `moment ${k}: ${drawn[k]}, not ${want}`)); // 5 standard errors of the widest
    const exact = integral((x, y) => {
      const log = density(x, y);
      return log > -60 ? Math.exp(log) * log : 0;
    }, REACH + 1, 250);
    assert.ok(Math.abs(entropy - exact) < 5 * Math.sqrt((entropy2 - entropy ** 2) / count) + 1e-6, `${entropy}, not ${exact}`);
    toy.strands.forEach(({weight}, place) => assert.ok(Math.abs(strands.reduce((sum, one) => sum + (one === place), 0) / count - weight) < 0.03));
    assert.deepEqual(drawToy(toy, 5, 3, 1).points, drawToy(toy, 5, 3, 1).points);
    assert.notDeepEqual(drawToy(toy, 5, 3, 1).points, drawToy(toy, 5, 3, 2).points);
  });
}

test("a ring's density is that of Rice: a circle of radius r blurred by s is e^(−(ρ²+r²)/2s²) I₀(ρr/s²) / 2πs²", () => {
  const [r, s] = [1.3, 0.4];
  const toy = {strands: [{weight: 1, at: (u) => [r * Math.cos(2 * Math.PI * u), r * Math.sin(2 * Math.PI * u)]}], sd: s};
  const density = logDensityOf(toyMixture(toy));
  for (const rho of [0, 0.3, 1.3, 2.6, 6]) {
    let bessel = 0; // I₀(t) e^(−t), as the mean of e^(t cos a − t)
    for (let i = 0; i < 500; i++) bessel += Math.exp((rho * r / s ** 2) * (Math.cos((2 * Math.PI * i) / 500) - 1)) / 500;
    const want = -((rho - r) ** 2) / (2 * s ** 2) + Math.log(bessel) - Math.log(2 * Math.PI * s ** 2);
    assert.ok(Math.abs(density(rho * Math.cos(1), rho * Math.sin(1)) - want) < 1e-6, `at ${rho}`);
  }
});

test("a linear decoder's log p(x) is that of probabilistic PCA, N(b, A Aᵀ + s² I), wherever x lies and however steep A is", () => {
  for (const [latent, a] of [[1, [1.5, -0.7]], [1, [40, 9]], [2, [1.5, -0.7, 0.4, 2]], [2, [9, 0, 0, 0.1]]]) {
    for (const s of [0.03, 0.1, 1]) {
      const b = [0.3, -0.2];
      const decode = (z, count) => Float64Array.from({length: 2 * count}, (_, i) => {
        const [at, side] = [i >> 1, i & 1];
        return b[side] + a[side] * z[at * latent] + (latent === 2 ? a[2 + side] * z[at * latent + 1] : 0);
      });
      const mixture = modelMixture(decode, latent, s), density = logDensityOf(mixture);
      assert.ok(Math.abs(mixture.weights.reduce((sum, one) => sum + one, 0) - 1) < 5e-5);
      const columns = latent === 1 ? [a] : [a.slice(0, 2), a.slice(2)];
      const [xx, xy, yy] = columns.reduce(([p, q, r], [u, v]) => [p + u * u, q + u * v, r + v * v], [s * s, 0, s * s]);
      const determinant = xx * yy - xy * xy;
      for (const [x, y] of [[0.3, -0.2], [1, -0.5], [-1.1, 0.6], [2, 2], [0, -3]]) {
        const [u, v] = [x - b[0], y - b[1]];
        const square = (yy * u * u - 2 * xy * u * v + xx * v * v) / determinant;
        const want = -0.5 * square - Math.log(2 * Math.PI) - 0.5 * Math.log(determinant);
        if (square < 16) assert.ok(Math.abs(density(x, y) - want) < 1e-3, `${latent}-D, s ${s}, at ${x}, ${y}: ${density(x, y)}, not ${want}`);
      }
    }
  }
});
