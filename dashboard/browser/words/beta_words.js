// @ts-check
// Sentences about a model that was trained with some weight β of the KL, computed from its measured numbers.

import {plusMinus} from "./numbers.js";

/** @typedef {{name: string, beta: number|null, metrics: Record<string, any>}} BetaHeader */

const SUBSCRIPTS = "₁₂₃₄₅₆₇₈₉";
const SUM_AT_EVERY_BETA = "nll + KL is −ELBO at every β; training weighs the KL by β.";
const WITHOUT_KL = "β = 0 still samples z, so noise of the encoder's own making smooths the codes; but nothing asks q to stay near N(0, I). It is neither a plain autoencoder, which has no noise, nor a model one may sample from the prior.";

/** What its numbers were measured on. @param {BetaHeader} header */
export function betaProtocol({name, metrics}) {
  return `${name}: ${metrics.split} split, ${metrics.n?.toLocaleString("en")} images, ${metrics.protocol} pixels, ${metrics.samples} samples each (seed ${metrics.seed}).`;
}

/** What β means for it, and of β = 0 what it is and what it is not. @param {BetaHeader} header */
export function betaMeaning({beta}) {
  return beta === 0 ? WITHOUT_KL : SUM_AT_EVERY_BETA;
}

/** Which dimensions of z have collapsed, by their measured KL; nothing where all are active. @param {BetaHeader} header */
export function collapseOf({metrics}) {
  const {parts, active} = byDimension(metrics);
  if (active >= parts.length) return "";
  if (active === 0) return "Every dimension of z has collapsed: q is the prior for every image, and z says nothing.";
  const order = [...parts.keys()].sort((a, b) => parts[a].kl - parts[b].kl);
  const said = (/** @type {number[]} */ some) => some.sort().map((i) => `z${SUBSCRIPTS[i]} (KL ${parts[i].text})`).join(" and ");
  const [gone, left] = [order.slice(0, parts.length - active), order.slice(parts.length - active)];
  return `${said(gone)} has collapsed: along it q is the prior for every image. ${said(left)} has not.`;
}

/** Its measured numbers: the reconstruction, the KL by dimension, and how many dimensions say anything. @param {BetaHeader} header */
export function betaNumbers({metrics}) {
  const {parts, active} = byDimension(metrics);
  const [nll, whole] = ["nll", "kl"].map((name) => (metrics[name] === undefined ? "?" : plusMinus(metrics[name], metrics[`${name}_se`])));
  const kl = parts.map(({text}) => text).join(" and ") || whole;
  const units = parts.length ? ` · ${active} of ${parts.length} units active` : "";
  return `nll ${nll} · KL ${kl} nats${units}`;
}

/** The KL of each dimension with its standard error, and how many are active. @param {Record<string, any>} metrics
 * @returns {{parts: {kl: number, text: string}[], active: number}} */
function byDimension({latent = {}}) {
  const {kl_per_dimension: parts = [], kl_per_dimension_se: errors = [], active_units: active = parts.length} = latent;
  return {parts: parts.map((/** @type {number} */ kl, /** @type {number} */ i) => ({kl, text: plusMinus(kl, errors[i])})), active};
}
