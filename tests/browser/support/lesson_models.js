// Models whose exact answers are known, for the tests of the live views' mathematics.
import { seededNormal } from "../../../dashboard/browser/images/digits.js";
import { logGaussian, logStandardNormal, normalDraws, pointsOf } from "../../../dashboard/browser/learn/maths/sums.js";

export const ANYTHING = new Float32Array(784);

/** A network for which log p(x, z) = logPx + log N(z; posterior), whatever x: its posterior and log p(x) are given. */
export function knownNetwork(posterior, logPx) {
  return {
    forEachRaw(z, take) {
      for (let k = 0; k < z.length / 2; k++) take(Float64Array.of(z[2 * k], z[2 * k + 1]), 0, k);
    },
    likelihood: {
      logProb: (_, raw) => logPx + logGaussian(posterior, raw[0], raw[1]) - logStandardNormal(raw[0], raw[1]),
    },
  };
}

/** ε, z ~ q and nothing else. */
export function samplesOf(q, count, seed = 1) {
  const epsilon = normalDraws(seededNormal(seed), count);
  return { epsilon, z: pointsOf(q, epsilon) };
}

/** KL(q ‖ p) of two diagonal Gaussians. */
export function klBetween(q, p) {
  return [0, 1].reduce((sum, a) => sum + Math.log(p.std[a] / q.std[a]) + (q.std[a] ** 2 + (q.mu[a] - p.mu[a]) ** 2) / (2 * p.std[a] ** 2) - 0.5, 0);
}
