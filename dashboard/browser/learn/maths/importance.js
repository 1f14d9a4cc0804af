// @ts-check
// How far importance weights can be trusted, as vae_engine/stored/importance.py has it: effective samples, and Pareto k-hat of
// the largest weights (Vehtari et al., arXiv:1507.02646; the fit of Zhang & Stephens, Technometrics 51, 2009).

import {meanOf} from "./sums.js";

/** k-hat above which an estimate is not to be relied on. */
export const TRUSTED = 0.7;
const EXACT = 1e-3; // nats by which all log weights may differ and yet be called equal
const FEWEST = 5; // largest weights to which a tail can be fitted
const GRID = 30;
const [PRIOR_SHAPE, PRIOR_WEIGHT] = [0.5, 10];

/** (Σ w)²/Σ w². @param {ArrayLike<number>} weights their logarithms */
export function effectiveSamples(weights) {
  const highest = highestOf(weights);
  let [sum, squares] = [0, 0];
  for (let k = 0; k < weights.length; k++) {
    const w = Math.exp(weights[k] - highest);
    sum += w;
    squares += w * w;
  }
  return (sum * sum) / squares;
}

/** @param {ArrayLike<number>} values */
function highestOf(values) {
  let highest = -Infinity;
  for (let k = 0; k < values.length; k++) highest = Math.max(highest, values[k]);
  return highest;
}

/** The shape of the weights' tail: 0 of equal ones, infinite where all but a few are nothing, NaN where there are too few to tell. @param {ArrayLike<number>} weights their logarithms */
export function kHat(weights) {
  const ordered = Float64Array.from(weights).sort();
  const top = ordered[ordered.length - 1];
  if (top - ordered[0] < EXACT) return 0;
  const count = Math.ceil(Math.min(ordered.length / 5, 3 * Math.sqrt(ordered.length)));
  if (count < FEWEST) return NaN;
  const beneath = Math.exp(ordered[ordered.length - count - 1] - top);
  const tail = [...ordered.slice(-count)].map((value) => Math.exp(value - top) - beneath).filter((value) => value > 0);
  if (tail.length < FEWEST) return beneath === 0 ? Infinity : NaN;
  return paretoShape(tail);
}

/** The k of a generalised Pareto distribution over exceedances in rising order. @param {number[]} tail */
function paretoShape(tail) {
  const count = tail.length;
  const size = GRID + Math.floor(Math.sqrt(count));
  const quartile = tail[Math.max(Math.floor(count / 4 + 0.5) - 1, 0)];
  const shapeOf = (/** @type {number} */ theta) => meanOf(tail.map((value) => Math.log1p(-theta * value)));
  const thetas = Array.from({length: size}, (_, i) => 1 / tail[count - 1] + (1 - Math.sqrt(size / (i + 0.5))) / (3 * quartile));
  const profile = thetas.map((theta) => {
    const shape = shapeOf(theta);
    return count * (Math.log(-theta / shape) - shape - 1);
  });
  const shares = profile.map((one) => 1 / profile.reduce((sum, other) => sum + Math.exp(other - one), 0));
  const chosen = thetas.reduce((sum, theta, i) => sum + theta * shares[i], 0) / shares.reduce((sum, share) => sum + share, 0);
  return (shapeOf(chosen) * count + PRIOR_SHAPE * PRIOR_WEIGHT) / (count + PRIOR_WEIGHT);
}

/** `exact` of equal weights, `none` where there are too few to tell, else k-hat to two digits. @param {number} value */
export function kHatText(value) {
  return value === 0 ? "exact" : Number.isNaN(value) ? "none" : Number.isFinite(value) ? value.toFixed(2).replace("-", "−") : "∞";
}
