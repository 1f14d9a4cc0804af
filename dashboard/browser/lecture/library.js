// @ts-check
// The models at hand while a lecture is on, and which scenes they are enough for.

import {readKept} from "../learn/parts/kept.js";
import {LESSON_STEPS} from "../learn/steps.js";
import {instantOf, placeOf, plannedMinutes} from "./lecture.js";

/** @typedef {import("./lecture.js").Scene} Scene */
/** @typedef {import("./still.js").Still} Still */
/**
 * @typedef {object} Library
 * @property {(ArrayBuffer|Uint8Array)[]} bundles
 * @property {string[]} names of their models
 * @property {readonly string[]} usual the models of a link that names none
 * @property {number[]} ladder which of them are rungs, by ascending β
 * @property {(() => Promise<Uint8Array>)[]} [encoders] for each bundle that came without: brings it
 * @property {Promise<Uint8Array|null>} [images] where the first bundle has none
 * @property {Record<string, Still>} [stills] by link, of what cannot be shown alive
 * @property {(link: string) => boolean} shows whether a page is there to be shown in a frame
 * @property {boolean} pages whether scenes are collected on other pages than this
 * @property {string} here what the models are in, as a sentence says it
 */
/** @typedef {{kind: "explore", models: number[], state: string}|{kind: "learn", step: string, models: number[], kept: import("../learn/parts/kept.js").Kept}|{kind: "page", link: string}|{kind: "still", still: Still}} Showing */

export const LESSON_MODELS = ["vae-mnist", "ae-mnist"]; // as in dashboard/stock/material.py

/** How a scene is shown, or a sentence that says why it cannot be. @param {string} link @param {Library} library @returns {Showing|string} */
export function showingOf(link, library) {
  const alive = aliveOf(link, library);
  const still = library.stills?.[link];
  return typeof alive === "string" && still ? {kind: "still", still} : alive;
}

/** The same without stills. @param {string} link @param {Library} library @returns {Showing|string} */
function aliveOf(link, library) {
  const {page, query, state} = placeOf(link);
  if (page === "explore") {
    const asked = query.get("models")?.split(",").filter(Boolean) ?? [];
    const names = asked.length ? asked : library.usual;
    const models = names.map((name) => library.names.indexOf(name));
    if (models.length <= 2 && models.every((model) => model >= 0)) return {kind: "explore", models, state};
    return library.shows(link) ? {kind: "page", link} : `It shows ${names.filter((name) => !library.names.includes(name)).join(" and ")}, which is not in ${library.here}.`;
  }
  const step = query.get("step") ?? "";
  if (page === "learn" && Object.hasOwn(LESSON_STEPS, step)) {
    const names = query.get("models")?.split(",") ?? LESSON_MODELS;
    const models = step === "beta" ? library.ladder : names.map((name) => library.names.indexOf(name));
    if (models.length && models.every((model) => model >= 0)) return {kind: "learn", step, models, kept: begunWith(step, state)};
    // The dashboard's own page shows the step by its own models: of others it would say what is not so.
    if (step !== "beta" && names !== LESSON_MODELS) return `It needs ${names.join(" and ")}, which are not here.`;
    if (!library.shows(link)) return `It needs ${step === "beta" ? "the models of the β ladder" : names.join(" and ")}, which are not in ${library.here}.`;
  }
  return library.shows(link) ? {kind: "page", link} : `It is ${instantOf(link) ? "the film of a run" : "a page of the dashboard"}, which is not in ${library.here}.`;
}

/** How a live view begins: with the image, the numbers and the words that follow the # of its link, which it checks itself. @param {string} step @param {string} state */
function begunWith(step, state) {
  const given = Object.fromEntries([...new URLSearchParams(state)].map(([name, value]) => [name, Number.isNaN(Number(value)) ? value : Number(value)]));
  return readKept(JSON.stringify({image: given.image, views: {[step]: given}}));
}

/** The scenes that can be shown. @param {readonly Scene[]} scenes @param {Library} library */
export function shownScenes(scenes, library) {
  return scenes.filter(({link}) => typeof showingOf(link, library) !== "string");
}

/** Whether a path can go from one state to another without a word lost: a path moves z, and steps along the ladder, but keeps its mode and
 * its other models. @param {string} from @param {string} to @param {Library} library */
export function reaches(from, to, library) {
  const [here, there] = [showingOf(from, library), showingOf(to, library)];
  if (typeof here === "string" || typeof there === "string" || here.kind !== "explore" || there.kind !== "explore") return instantOf(from) !== null && instantOf(to) !== null;
  const [mode, later] = [here, there].map(({state}) => new URLSearchParams(state).get("mode") ?? "move");
  const [first, last] = [here, there].map(({models: [vae, ...others]}) => [library.ladder.includes(vae) ? "ladder" : vae, ...others].join());
  return mode === later && first === last;
}

/** How many scenes, and how many minutes where any are planned. @param {readonly Scene[]} scenes */
export function summaryOf(scenes) {
  const minutes = plannedMinutes(scenes);
  return `${scenes.length} scene${scenes.length === 1 ? "" : "s"}${minutes ? `, ${Number(minutes.toFixed(1))} minutes planned` : ""}`;
}
