// @ts-check
// What is said of a model of more than two latent dimensions, of which a map shows a plane.

import {whyNotExact} from "../model/plane.js";

/** @typedef {Pick<import("../model/explorer_model.js").ExplorerModel, "title"|"units"|"bundle">} Model */

/** Which plane it is, how far off it the code of what the page is about lies, and why nothing exact is said.
 * @param {Model} model @param {{name: string, off: number}|null} subject @returns {string[]} */
export function planeTexts({title, units, bundle}, subject) {
  const {plane, kind} = bundle;
  if (!plane) return [];
  const away = subject ? `The code of ${subject.name} lies ${subject.off.toPrecision(2)} ${units} off it.` : "";
  return [`${title}: codes are shown at their nearest points on it`, plane.told, away, kind === "vae" ? whyNotExact(bundle) : ""].filter(Boolean);
}
