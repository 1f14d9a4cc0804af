// @ts-check
// The words of the toys' page, made of what is measured.

import {plusMinus, signedNumber} from "../../../words/numbers.js";
import {PAINTED_SD} from "../toys.js";

/** @typedef {import("../settings.js").Settings} Settings */
/** @typedef {import("../measures.js").Measured} Measured */
/** @typedef {{latent: 1|2, data: string, steps: number, divergence: import("../measures.js").Mean}} Before another model of the same data */

export const NAMES = {moons: "Moons", rings: "Rings", spirals: "Spirals", gaussians: "Gaussians", painted: "Paint"};
const STRANDS = {moons: "moons", rings: "rings", spirals: "arms", gaussians: "Gaussians"};
const SILENT = 0.02; // nats of KL, below which q says nothing
const [FEW, FAR] = [300, 1.5]; // steps before which, and nats beyond which, a model is still on its way

const HEART = 0.5; // nats by which the points that are trained on are likelier than others, before that is said

/** What is to be known of the data. @param {Settings} settings @param {number} painted points */
export function aboutData({data, set}, painted) {
  const trained = set ? `${set.toLocaleString("en")} points, always the same` : "fresh points in every step";
  if (data !== "painted") return `The law of these points is known, and so is log p of each. Training sees ${trained}; 1,000 others are held out to measure by.`;
  if (!painted) return "Paint points on the left square: drag, or move with the arrow keys and press Space.";
  return `No law drew these ${painted} points. In its place stands a kernel density, a Gaussian of sd ${PAINTED_SD} round each of them: training sees ${trained} drawn from that, and the numbers are measured on 1,000 others of them.`;
}

/** What is seen now. @param {Settings} settings @param {Measured|null} measured @param {number} steps @param {number} noise of the decoder @param {number} widest variance of the data @param {number} sd of the data about their strands */
export function told(settings, measured, steps, noise, widest, sd) {
  if (!measured || !steps) return "Press Train: the line, or grid, is what the decoder makes of the latent space.";
  const {kl, divergence, gap, logPx, seen} = measured;
  const stiff = settings.beta * noise ** 2;
  if (kl.mean < SILENT && stiff > widest) {
    return `Posterior collapse: q(z|x) is the prior, whatever x is, and the decoder has one answer for all. It must be so here: β s² = ${signedNumber(stiff)} is more than ${signedNumber(widest)}, the largest variance of the data along any direction.`;
  }
  if (stiff > widest) return `On its way to collapse: β s² = ${signedNumber(stiff)} is more than ${signedNumber(widest)}, the largest variance of the data, so that no nat of KL pays. It is at ${signedNumber(kl.mean)}.`;
  const far = `log p(x) is ${signedNumber(divergence.mean)} nats below that of the data's law`;
  if (steps < FEW || divergence.mean > FAR) return `On its way: ${far}.`;
  if (seen && seen.mean - logPx.mean > HEART) return `Learned by heart: log p(x) of the ${settings.set} points that it trains on is ${signedNumber(seen.mean)}, of those held out ${signedNumber(logPx.mean)}.`;
  const missed = `The gap of ${signedNumber(gap.mean)} is what q, one Gaussian, misses of p(z|x).`;
  if (settings.latent === 2) return `Two dimensions of z for two of x: ${far}. ${missed}`;
  if (sd > 1.5 * noise) return `A line with noise of s = ${signedNumber(noise)} about it does not fill what is ${signedNumber(sd)} wide: ${far}. Two dimensions come nearer.`;
  if (settings.data === "painted") return `The line runs through the points: ${far}. ${missed}`;
  return `The line folds through the ${STRANDS[settings.data]}: ${far}. From one of them to the next it passes places without data, and what it spends there is lacking elsewhere. ${missed}`;
}

/** The same data with another number of latent dimensions. @param {Before} before @param {Settings} settings */
export function beforeText({latent, data, steps, divergence}, settings) {
  if (data !== settings.data || latent === settings.latent) return "";
  return `Before, with ${latent} latent dimension${latent === 1 ? "" : "s"}: ${signedNumber(divergence.mean)} after ${steps.toLocaleString("en")} steps.`;
}

/** @param {import("../measures.js").Mean|null} mean */
export const meanText = (mean) => (mean ? plusMinus(mean.mean, mean.se) : "–");

/** What stands behind β. @param {number} noise @param {number} widest */
export const betaTip = (noise, widest) => `Weight of the KL in what is minimised, nll + β·KL. With s = ${signedNumber(noise)} q collapses to the prior where β is above ${Number((widest / noise ** 2).toPrecision(2))}: the largest variance of the data by s².`;

/** What a screen reader is told of a square. @param {1|2} latent @param {string} data */
export const planeLabels = (latent, data) => [
  `The plane of the data, ${data}, and what the decoder makes of the latent ${latent === 1 ? "line" : "square"}. Arrow keys move over the points.`,
  `The latent ${latent === 1 ? "line" : "square"}, with q of each point. Arrow keys move z.`,
];
