// @ts-check
// Sentences about what is on screen, every one computed from the state.

import {classesOf, manyOf, oneOf} from "./classes.js";
import {logPrior} from "../exact/posterior.js";
import {priorMassBeyond} from "../base/geometry.js";
import {gaussianRadius, isFlat} from "../model/explorer_model.js";
import {signedNumber} from "./numbers.js";
import {codesName} from "./splits.js";

/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {{place: string, gap: string, near: string, far: boolean}} Caption where z lies, how far from data, and which digits are near */

const [MOST, SHARE, FEW] = [50, 0.1, 20]; // how many codes count as near: at most, of all; all of so few

/** Where z lies and what data lies near. @param {ExplorerModel} model @param {Latent} z @returns {Caption} */
export function captionOf(model, z) {
  const gap = model.trained.distance(z[0], z[1]);
  const far = gap > model.usual;
  const {train: {count, of}, plane} = model.bundle;
  const code = plane ? "projected training code" : "training code";
  const some = count < (of ?? 0) ? ` of ${count.toLocaleString("en")} (a sample; there are ${of?.toLocaleString("en")} training images)` : "";
  return {
    place: model.bundle.kind === "vae" ? priorPlace(model, z) : codePlace(model, z),
    gap: far ? `No ${code}${some} within ${roundedDown(gap)} ${model.units}.` : `Nearest ${code}${some} ${shortLength(gap)} away.`,
    near: classesNear(model, z), far,
  };
}

/** @param {ExplorerModel} model @param {Latent} z */
function priorPlace({bundle: {plane}}, z) {
  const radius = Math.hypot(z[0], z[1]);
  return `Radius ${radius.toFixed(2)}; ${shareText(priorMassBeyond(radius))} of the prior${plane ? " on the plane" : ""} beyond it.`;
}

/** @param {ExplorerModel} model @param {Latent} z */
function codePlace(model, z) {
  if (isFlat(model.gaussian)) return "Its codes lie on a line, so no Gaussian measures them.";
  const radius = gaussianRadius(model.gaussian, z);
  return `${shareText(priorMassBeyond(radius))} of the codes' Gaussian beyond it.`;
}

/** @param {ExplorerModel} model @param {Latent} z */
function classesNear({index, bundle}, z) {
  const names = classesOf(bundle);
  const counts = new Uint16Array(names.length);
  const all = bundle.points.labels.length;
  const near = index.neighbours(z[0], z[1], all <= FEW ? all : Math.min(MOST, Math.ceil(SHARE * all)));
  for (const i of near) counts[bundle.points.labels[i]]++;
  const order = [...counts.keys()].sort((a, b) => counts[b] - counts[a]);
  const [first, second] = order;
  const said = (/** @type {number} */ label) => (counts[label] === 1 ? `1 is ${oneOf(names, label)}` : `${counts[label]} are ${manyOf(names, label)}`);
  const codes = codesName(bundle.points.splits);
  const which = near.length < all ? `${near.length} nearest codes` : all === 1 ? `The one ${codes.slice(0, -1)}` : `All ${all} ${codes}`;
  return `${which}: ${said(first)}${counts[second] > near.length / 5 ? `, ${said(second)}` : ""}.`;
}

/** A share as a percentage with two meaningful digits, or more where it would look like all. @param {number} share */
export function shareText(share) {
  if (share > 0.9995) return "100 %";
  if (share >= 0.0095) return `${(share * 100).toFixed(share < 0.1 || share >= 0.995 ? 1 : 0)} %`;
  return share < 1e-5 ? "less than 0.001 %" : `${Number((share * 100).toPrecision(2))} %`;
}

/** Never more than the truth, because it says that nothing is within. @param {number} length */
function roundedDown(length) {
  const unit = length < 1 ? 100 : 10;
  return String(Math.floor(length * unit) / unit);
}

/** @param {number} length */
function shortLength(length) {
  return length < 0.005 ? "less than 0.01" : length.toFixed(2);
}

/** How densely the prior draws at z. @param {Latent} z */
export function priorDensity(z) {
  return `log p(z) = ${signedNumber(logPrior(z[0], z[1]))} nats`;
}

/** The whole state of the two maps for someone who cannot see them. @param {readonly ExplorerModel[]} models @param {readonly Latent[]} z */
export function spokenCaption(models, z) {
  return models.map((model, i) => {
    const {place, gap, near} = captionOf(model, z[i]);
    return `${model.title}: ${model.axes[0][0]}1 ${signedNumber(z[i][0])}, ${model.axes[0][0]}2 ${signedNumber(z[i][1])}. ${place} ${gap} ${near}`;
  }).join(" ");
}
