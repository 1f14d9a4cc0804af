// @ts-check
// z = μ + σ ⊙ ε, read in both directions. Pure.

/** @typedef {import("../../state/state.js").Latent} Latent */
/** @typedef {{mu: Latent, std: Latent|null}} Q an autoencoder's has no σ */

const STAYED = 1e-3; // that z may be off μ + σ·ε and count as drawn: a link rounds

/** z = μ + σ ⊙ ε; without σ, μ itself. @param {Q} q @param {Latent} epsilon @returns {Latent} */
export function drawOf({mu, std}, epsilon) {
  return std ? [mu[0] + std[0] * epsilon[0], mu[1] + std[1] * epsilon[1]] : mu;
}

/** The ε that leads from q to z: the drawn one where z is its, else (z − μ) / σ. @param {Q & {std: Latent}} q @param {Latent} z @param {Latent|null} drawn null where none was
 * @returns {{epsilon: Latent, stayed: boolean}} */
export function epsilonTo(q, z, drawn) {
  const there = drawn && drawOf(q, drawn);
  if (drawn && there && there.every((value, axis) => Math.abs(value - z[axis]) <= STAYED)) return {epsilon: drawn, stayed: true};
  return {epsilon: [(z[0] - q.mu[0]) / q.std[0], (z[1] - q.mu[1]) / q.std[1]], stayed: false};
}

/** KL(N(μ, σ²) ‖ N(0, 1)) = ½(μ² + σ² − 1 − log σ²), nats. @param {number} mu @param {number} std */
export function klOf(mu, std) {
  return 0.5 * (mu * mu + std * std - 1 - 2 * Math.log(std));
}

/** The share of draws of ε ~ N(0, I) that lie as far out or farther: P(|ε| ≥ r) = exp(−r²/2) in two dimensions. @param {Latent} epsilon */
export function shareBeyond([e1, e2]) {
  return Math.exp(-0.5 * (e1 * e1 + e2 * e2));
}

/** @param {Latent} epsilon */
export function rarity(epsilon) {
  const share = shareBeyond(epsilon);
  if (share < 0.001) return "under 0.1 % of draws";
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} % of draws`;
}

/** Whether z stands elsewhere than where the encoder and ε put it. @param {Pick<import("./middle.js").Numbers, "mu"|"std"|"z"|"drawn">} numbers */
export function isMoved({mu, std, z, drawn}) {
  return std ? drawn === null : Math.hypot(z[0] - mu[0], z[1] - mu[1]) >= 5e-3;
}
