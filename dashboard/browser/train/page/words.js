// @ts-check
// The words of the page Train, made of what is the case.

import {plusMinus} from "../../words/numbers.js";

/** @typedef {ReturnType<import("../session.js").Session["state"]>} State */
/** @typedef {import("../run.js").LogEvent} LogEvent */

/** @param {number} number */
const whole = (number) => Math.round(number).toLocaleString("en");

/** What is about to be done. @param {import("../data.js").DataSet} data @param {boolean} isVae */
export function aboutData({name, train, held, classes, own, inverted}, isVae) {
  const kinds = classes.length > 1 ? ` of ${classes.length} classes` : "";
  const what = isVae ? "A variational autoencoder" : "A plain autoencoder";
  return `${whole(train.labels.length)} images${kinds} (${name}) are here, and ${whole(held.labels.length)} more that it never trains on and is measured by. ${what} learns to put them on a map of two dimensions, in this browser: no image${own ? " of yours" : ""} and no model leaves this device.${inverted ? " Dark ink on light paper was made bright on dark." : ""}`;
}

/** How far it is. @param {State} state @param {{seconds: number}} train */
export function progressText({step, seconds, progress, finished, failed, holding, held}, train) {
  if (failed) return failed;
  const done = `${whole(step)} steps in ${seconds.toFixed(0)} s`;
  if (finished) return finished.reason === "stopped" ? `Stopped: ${done}.` : `Finished: ${done}.`;
  if (holding) return held ? `Paused after ${done}.` : "Pausing …";
  return `${done}, ${Math.max(0, Math.ceil(train.seconds * (1 - progress)))} s to go`;
}

/** How fast, by the steps told last. @param {readonly LogEvent[]} events */
export function speedText(events) {
  const last = events.filter(({type}) => type === "step").slice(-5);
  if (last.length < 2) return "";
  return `${whole(last.reduce((sum, event) => sum + event.images_per_second, 0) / last.length)} images/s`;
}

/** How good, as held-out images say. @param {readonly LogEvent[]} events @param {boolean} isVae */
export function qualityText(events, isVae) {
  const last = [...events].reverse().find(({terms}) => terms);
  if (!last) return isVae ? "Held-out ELBO after the first pass" : "Held-out nll after the first pass";
  const {terms} = last;
  return isVae ? `Held-out ELBO ${plusMinus(terms.elbo, terms.elbo_se, 1)} nats per image` : `Held-out nll ${plusMinus(terms.nll, terms.nll_se, 1)} nats per image`;
}

/** A run as a line of a student's own words; nothing before it was measured. @param {import("../files.js").Recipe} recipe @param {string} data @param {number} step @param {readonly LogEvent[]} events */
export function runLine({model, train}, data, step, events) {
  if (!events.some(({terms}) => terms)) return "";
  const isVae = model.kind === "vae", beta = isVae ? `, β ${train.beta}` : "";
  return `${isVae ? "VAE" : "Autoencoder"} trained in the browser (${data}${beta}, seed ${train.seed}), ${whole(step)} steps: ${qualityText(events, isVae)}`;
}
