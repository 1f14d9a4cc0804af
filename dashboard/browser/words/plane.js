// @ts-check
// What is said of a model of more than two latent dimensions, of which a map shows a plane.

import {whyNotExact} from "../model/plane.js";
import {imageName} from "./splits.js";

/** @typedef {Pick<import("../model/explorer_model.js").ExplorerModel, "title"|"units"|"bundle">} Model */

/** Its name, which plane it is, how far off it an image's code lies, where one is meant, and why nothing exact is said. @param {Model} model @param {number|null} image @returns {string[]} */
export function planeTexts({title, units, bundle}, image) {
  const {plane, kind, points} = bundle;
  if (!plane) return [];
  const away = image === null || !points.off ? "" : `The code of ${imageName(points.splits, image)} lies ${points.off[image].toPrecision(2)} ${units} off it.`;
  return [`${title}: codes are shown at their nearest points on it`, plane.told, away, kind === "vae" ? whyNotExact(bundle) : ""].filter(Boolean);
}
