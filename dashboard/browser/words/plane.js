// @ts-check
// What is said of a model of more than two latent dimensions, of which a map shows a plane.

import {whyNotExact} from "../model/plane.js";

/** @typedef {Pick<import("../model/explorer_model.js").ExplorerModel, "title"|"units"|"bundle">} Model */

/** Which plane it is, and how far off it the code of what the page is about lies. @param {Model} model @param {{name: string, off: number}|null} subject @returns {string} */
export function planeText({units, bundle: {plane}}, subject) {
  const away = subject ? `The code of ${subject.name} lies ${subject.off.toPrecision(2)} ${units} off it.` : "";
  return [plane?.told ?? "", away].filter(Boolean).join(" ");
}

/** Why nothing exact is said of models, each reason once. @param {readonly Model[]} models */
export function whyNothingExact(models) {
  return [...new Set(models.map(({bundle}) => (bundle.kind === "vae" ? whyNotExact(bundle) : "")))].filter(Boolean).join(" ");
}
