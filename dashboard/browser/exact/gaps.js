// @ts-check
// How much an encoder's answer loses, and why, for one image:
//   gap = log p(x) − ELBO(q) = [log p(x) − ELBO(q*)] + [ELBO(q*) − ELBO(q)], approximation and amortisation gap,
// with q* the diagonal Gaussian of highest ELBO. Source: Cremer et al., arXiv:1801.03558, eq. 3.
//
// Expectations under q are sums over a lattice of ε with z = μ + σε: no sampling noise, and exact to six digits
// for whatever is smooth on the scale of σ.

/** @typedef {import("../base/geometry.js").Pair} Pair */
/** @typedef {Pick<import("./posterior.js").Inference, "logJoint">} Inference whatever knows log p(x, z) */
/** @typedef {{mu: Pair, std: Pair}} Gaussian q(z) = N(mu, diag std²) */
/** @typedef {{elbo: number, nll: number, kl: number}} Bound elbo = −(nll + kl), nats */
/** @typedef {Gaussian & {elbo: number}} FitStep */
/**
 * @typedef {object} Gaps
 * @property {Gaussian & Bound} encoder the encoder's q and its bound
 * @property {Gaussian & Bound} best q* and its bound
 * @property {FitStep[]} path from the encoder's q to the best Gaussian that can be climbed to from there
 */

const FINE_NODES = epsilonLattice(0.5, 5);
/** Fewer points, for what is on the move. */
export const QUICK_NODES = epsilonLattice(1, 4);
const MOST_STEPS = 20;
const ENOUGH = 1e-4; // nats by which a step must still rise
const NARROW = 0.02; // σ from which a mode is left: it looks about the mode and no further
const FARTHEST_STEP = 4; // σ: as far as the lattice sees

/** Lattice points ε within a radius and their weights under N(0, I).
 * @param {number} spacing @param {number} radius @returns {{epsilon: Pair, weight: number}[]} */
function epsilonLattice(spacing, radius) {
  const half = Math.floor(radius / spacing);
  const nodes = [];
  let total = 0;
  for (let i = -half; i <= half; i++) {
    for (let j = -half; j <= half; j++) {
      const epsilon = /** @type {Pair} */ ([i * spacing, j * spacing]);
      const square = epsilon[0] ** 2 + epsilon[1] ** 2;
      if (square > radius * radius) continue;
      nodes.push({ epsilon, weight: Math.exp(-square / 2) });
      total += Math.exp(-square / 2);
    }
  }
  return nodes.map(({ epsilon, weight }) => ({ epsilon, weight: weight / total }));
}

/** The ELBO of q for x and its two parts. A job.
 * @param {Inference} inference @param {Float32Array} x @param {Gaussian} q @param {typeof FINE_NODES} [nodes]
 * @returns {Generator<void, Bound>} */
export function* elboOf(inference, x, q, nodes = FINE_NODES) {
  const { elbo } = yield* expectationsOf(inference, x, q, nodes);
  const kl = 0.5 * [0, 1].reduce((sum, axis) => sum + q.mu[axis] ** 2 + q.std[axis] ** 2 - 1 - 2 * Math.log(q.std[axis]), 0);
  return { elbo, nll: -elbo - kl, kl };
}

/**
 * Both gaps of an image, given its exact posterior. A job.
 * @param {Inference} inference
 * @param {Float32Array} x
 * @param {Gaussian} encoded the encoder's q(z|x)
 * @param {{modes: Pair[]}} exact
 * @returns {Generator<void, Gaps>}
 */
export function* gapsOf(inference, x, encoded, exact) {
  const encoder = { ...encoded, ...(yield* elboOf(inference, x, encoded)) };
  const path = yield* climb(inference, x, encoded);
  const fromMode = yield* climb(inference, x, { mu: exact.modes[0], std: [NARROW, NARROW] });
  let best = null;
  for (const steps of [path, fromMode]) {
    const { mu, std } = steps[steps.length - 1];
    const bound = yield* elboOf(inference, x, { mu, std });
    if (!best || bound.elbo > best.elbo) best = { mu, std, ...bound };
  }
  return { encoder, best: /** @type {Gaussian & Bound} */ (best), path };
}

/** Climb the ELBO from a Gaussian by Newton's method; every step is better than the one before. A job.
 * @param {Inference} inference @param {Float32Array} x @param {Gaussian} start @returns {Generator<void, FitStep[]>} */
function* climb(inference, x, start) {
  let here = { ...start, ...(yield* expectationsOf(inference, x, start, QUICK_NODES)) };
  const path = [here];
  for (let gain = Infinity; gain > ENOUGH && path.length <= MOST_STEPS; ) {
    const aim = newtonStep(here);
    gain = 0;
    for (let share = 1; share > 0.01 && gain <= 0; share /= 2) {
      const next = partOfStep(here, aim, share);
      const found = yield* expectationsOf(inference, x, next, QUICK_NODES);
      gain = found.elbo - here.elbo;
      if (gain > 0) path.push((here = { ...next, ...found }));
    }
  }
  return path.map(({ mu, std, elbo }) => ({ mu, std, elbo }));
}

/** @typedef {{elbo: number, gradient: Pair, curvature: [number, number, number]}} Expectations of log p(x, z) under q:
 *   with the entropy of q its ELBO; its mean gradient; its mean second derivatives [h11, h12, h22] */

/** Both derivatives come from the values alone, by Stein's identities E[f′] = E[f ε]/σ and E[f″] = E[f (ε² − 1)]/σ². A job.
 * @param {Inference} inference @param {Float32Array} x @param {Gaussian} q @param {typeof FINE_NODES} nodes
 * @returns {Generator<void, Expectations>} */
function* expectationsOf(inference, x, { mu, std }, nodes) {
  const z = Float32Array.from(nodes.flatMap(({ epsilon }) => [mu[0] + std[0] * epsilon[0], mu[1] + std[1] * epsilon[1]]));
  const joint = yield* inference.logJoint(x, z);
  const mean = nodes.reduce((sum, { weight }, k) => sum + weight * joint[k], 0);
  let g1 = 0, g2 = 0, h11 = 0, h12 = 0, h22 = 0;
  nodes.forEach(({ epsilon: [e1, e2], weight }, k) => {
    const value = weight * (joint[k] - mean);
    g1 += value * e1;
    g2 += value * e2;
    h11 += value * (e1 * e1 - 1);
    h12 += value * e1 * e2;
    h22 += value * (e2 * e2 - 1);
  });
  const [s1, s2] = std;
  const entropy = 1 + Math.log(2 * Math.PI * s1 * s2);
  return { elbo: mean + entropy, gradient: [g1 / s1, g2 / s2], curvature: [h11 / s1 ** 2, h12 / (s1 * s2), h22 / s2 ** 2] };
}

/** Where Newton's method would go: μ to the maximum of the mean parabola, σ to its width, both within sight.
 * @param {Gaussian & Expectations} here @returns {Gaussian} */
function newtonStep({ mu, std, gradient, curvature: [h11, h12, h22] }) {
  const determinant = h11 * h22 - h12 * h12;
  const concave = h11 < 0 && h22 < 0 && determinant > 0;
  const move = concave
    ? [(h12 * gradient[1] - h22 * gradient[0]) / determinant, (h12 * gradient[0] - h11 * gradient[1]) / determinant]
    : [std[0] ** 2 * gradient[0], std[1] ** 2 * gradient[1]];
  const share = Math.min(1, FARTHEST_STEP / Math.max(Math.abs(move[0] / std[0]), Math.abs(move[1] / std[1]), 1e-9));
  /** @param {number} spread @param {number} second */
  const width = (spread, second) => Math.min(Math.max(second < 0 ? 1 / Math.sqrt(-second) : 2 * spread, spread / 3), 3 * spread);
  return { mu: [mu[0] + share * move[0], mu[1] + share * move[1]], std: [width(std[0], h11), width(std[1], h22)] };
}

/** @param {Gaussian} from @param {Gaussian} to @param {number} share @returns {Gaussian} */
function partOfStep(from, to, share) {
  /** @param {0|1} axis */
  const mu = (axis) => from.mu[axis] + share * (to.mu[axis] - from.mu[axis]);
  /** @param {0|1} axis */
  const std = (axis) => from.std[axis] * (to.std[axis] / from.std[axis]) ** share;
  return { mu: [mu(0), mu(1)], std: [std(0), std(1)] };
}
