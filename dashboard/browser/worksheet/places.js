// @ts-check
// What is to be said of a place or a walk: measured by the models of the page, and judged by the limits and sentences that Python worked
// out from the same models (dashboard/worksheet/limits.py).

import {lerp, priorMassBeyond} from "../base/geometry.js";
import {logPrior} from "../exact/posterior.js";
import {parseLink} from "../state/property_table.js";
import {initialState} from "../state/state.js";
import {shareText} from "../words/captions.js";
import {oneOf} from "../words/classes.js";
import {signedNumber} from "../words/numbers.js";

/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {Record<string, [low: number|null, high: number|null]>} Limits null: no end */
/** @typedef {{kind: "vae"|"ae"|"walk", reach: number, usual: Record<string, number>, near: number, steps: number, limits: Limits, says: [text: string, where: Limits][][], noWalk: string}} PlaceCheck
 *   near: how many codes count as near; steps: places of a walk that are looked at */
/** @typedef {Record<string, number>} Found */

export const KINDS = ["vae", "ae"];
const DIGITS = Array.from({length: 10}, (_, digit) => String(digit));
const SLOT = /\{(\w+):([^}]+)\}/g;

/** @param {PlaceCheck} check @param {string} link @param {readonly ExplorerModel[]} models the VAE and the autoencoder @param {{noLink: string, otherModels: string}} words @returns {import("./checks.js").Verdict} */
export function judgedPlace(check, link, models, words) {
  const refuse = (/** @type {string} */ text) => ({right: false, text, isRefusal: true});
  const [address, hash] = link.split("#");
  if (!hash) return refuse(words.noLink);
  const named = new URLSearchParams(address.split("?")[1] ?? "").get("models");
  if (named && named !== models.map(({bundle}) => bundle.name).join()) return refuse(words.otherModels.replace("{}", named.split(",").join(" and ")));
  const {values, refused} = parseLink(hash, initialState(models.length));
  if (refused.length) return refuse(words.noLink);
  const found = check.kind === "walk" ? ofWalk(check, values.ends ?? [], models) : ofPlace(check, values.z?.[KINDS.indexOf(check.kind)] ?? [0, 0], models[KINDS.indexOf(check.kind)]);
  if (!found) return refuse(check.noWalk);
  const parts = check.says.map((part) => part.find(([, where]) => hold(where, found))?.[0] ?? "");
  return {right: hold(check.limits, found), text: parts.join("").replace(SLOT, (_, name, form) => written(found[name], form))};
}

/** @param {PlaceCheck} check @param {Latent} z @param {ExplorerModel} model @returns {Found} */
function ofPlace({reach, usual, near: count}, z, model) {
  const radius = Math.hypot(...z);
  const distance = model.trained.distance(z[0], z[1]);
  const near = model.index.neighbours(z[0], z[1], count);
  const {labels} = model.bundle.points;
  const undecided = model.decode(z).reduce((sum, ink) => sum + Number(ink > 0.25 && ink < 0.75), 0);
  return {
    radius, beyond: priorMassBeyond(radius), log_prior: logPrior(z[0], z[1]), distance, times: distance / usual[model.bundle.kind],
    undecided, fewest: fewestAround(model.bundle.points.codes, z, reach), near: near.length,
    ...Object.fromEntries(DIGITS.map((_, digit) => [`near_${digit}`, Array.from(near).filter((i) => labels[i] === digit).length])),
  };
}

/** @param {PlaceCheck} check @param {readonly (import("../state/state.js").WalkEnd|null)[]} ends @param {readonly ExplorerModel[]} models @returns {Found|null} */
function ofWalk({steps, usual}, ends, models) {
  const images = ends.flatMap((end) => (end?.kind === "image" ? [end.index] : []));
  const {labels} = models[0].bundle.points;
  if (images.length !== 2 || Math.max(...images) >= labels.length) return null;
  const [from, to] = images.map((image) => labels[image]);
  const lengths = models.flatMap((model) => {
    const [start, end] = images.map(model.codeOf);
    const distance = Math.max(...Array.from({length: steps}, (_, i) => model.trained.distance(...lerp(start, end, i / (steps - 1)))));
    return [[`${model.bundle.kind}_distance`, distance], [`${model.bundle.kind}_times`, distance / usual[model.bundle.kind]]];
  });
  return {from, to, differ: Number(from !== to), ...Object.fromEntries(lengths)};
}

/** How many codes lie within reach in that of the four quarters around a place that has the fewest. @param {Float32Array} codes @param {Latent} z @param {number} reach */
function fewestAround(codes, z, reach) {
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < codes.length; i += 2) {
    if (Math.hypot(codes[i] - z[0], codes[i + 1] - z[1]) < reach) counts[2 * Number(codes[i] > z[0]) + Number(codes[i + 1] > z[1])]++;
  }
  return Math.min(...counts);
}

/** @param {Limits} limits @param {Found} found */
function hold(limits, found) {
  return Object.entries(limits).every(([name, [low, high]]) => (low ?? -Infinity) <= found[name] && found[name] <= (high ?? Infinity));
}

/** @param {number} value @param {string} form */
function written(value, form) {
  if (form === "%") return shareText(value);
  if (form === "a") return oneOf(DIGITS, value);
  return form === "d" ? value.toLocaleString("en") : signedNumber(value, Number(form.slice(1)));
}
