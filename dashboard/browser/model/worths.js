// @ts-check
// What an image is worth to a model, as one number for each image: from what its bundle has on record and, for the rest, from
// the reconstruction term, which is worked out from the images (here as a job). No DOM.

/** @typedef {import("./bundle.js").Points} Points */
/** @typedef {"elbo"|"log_px"|"gap"|"kl"|"nll"|"modes"} WorthName as in the glossary; nats per image, and modes of p(z|x) */

const AT_ONCE = 24; // images decoded between pauses

/** Gauss and Hermite's three nodes for N(0, 1) and their weights, along both axes: exact for polynomials in ε up to the fifth degree. */
const NODES = [[-Math.sqrt(3), 1 / 6], [0, 2 / 3], [Math.sqrt(3), 1 / 6]];
const LATTICE = NODES.flatMap(([e1, w1]) => NODES.map(([e2, w2]) => ({epsilon: [e1, e2], weight: w1 * w2})));

/**
 * What gives the numbers of all images, or null where they are not to be had.
 * @param {Points} points
 * @param {WorthName} name
 * @param {Float32Array|null} nll the reconstruction terms, where the record has none and they were worked out
 * @returns {(() => ArrayLike<number>)|null}
 */
export function worthsOf({count, codes, std, truths}, name, nll) {
  if (!std) return name === "nll" && nll ? () => nll : null;
  const each = (/** @type {(i: number) => number} */ value) => () => Float32Array.from({length: count}, (_, i) => value(i));
  const kl = (/** @type {number} */ i) => klOf([codes[2 * i], codes[2 * i + 1]], [std[2 * i], std[2 * i + 1]]);
  if (name === "kl") return each(kl);
  if (truths) {
    const {logPx, elbo, modes} = truths;
    return {elbo: () => elbo, log_px: () => logPx, gap: each((i) => logPx[i] - elbo[i]), modes: () => modes, nll: each((i) => -elbo[i] - kl(i))}[name];
  }
  if (!nll) return null;
  return name === "nll" ? () => nll : name === "elbo" ? each((i) => -nll[i] - kl(i)) : null;
}

/** KL(N(μ, diag σ²) ‖ N(0, I)) = ½ Σ (μ² + σ² − 1 − ln σ²), nats. @param {number[]} mu @param {number[]} std */
export function klOf(mu, std) {
  return 0.5 * mu.reduce((sum, value, axis) => sum + value ** 2 + std[axis] ** 2 - 1 - 2 * Math.log(std[axis]), 0);
}

/**
 * The reconstruction terms of some images: E[−log p(x|z)] under q(z|x), by nine nodes; of an autoencoder −log p(x|z) at its code. A job.
 * @param {import("./networks.js").Network} network
 * @param {Points} points
 * @param {number} first image
 * @param {Float32Array} x what the encoder saw of it and of those that follow, k × side²
 * @returns {Generator<void, Float32Array>} k, nats per image
 */
export function* reconstructionTerms(network, {codes, std}, first, x) {
  const nodes = std ? LATTICE : [{epsilon: [0, 0], weight: 1}];
  const {pixels} = network;
  const terms = new Float32Array(x.length / pixels);
  for (let start = 0; start < terms.length; start += AT_ONCE) {
    const images = Array.from({length: Math.min(AT_ONCE, terms.length - start)}, (_, i) => start + i);
    const z = Float32Array.from(images.flatMap((i) => nodes.flatMap(({epsilon}) => [0, 1].map((axis) => {
      const at = 2 * (first + i) + axis;
      return codes[at] + (std ? std[at] * epsilon[axis] : 0);
    }))));
    network.forEachRaw(z, (raw, at, index) => {
      const [image, node] = [start + Math.floor(index / nodes.length), index % nodes.length];
      terms[image] -= nodes[node].weight * network.likelihood.logProb(x.subarray(image * pixels, (image + 1) * pixels), raw, at);
    });
    yield;
  }
  return terms;
}
