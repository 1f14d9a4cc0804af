// @ts-check
// Collecting scenes: one key on any page takes what is on show as the next scene of the lecture that this device keeps.

import {withScene} from "./desk.js";
import {keepLecture, keptEarlier, keptLecture} from "./kept.js";
import {MODES} from "../state/state.js";
import {instantOf, lectureText, placeOf, readLecture} from "./lecture.js";

/** @typedef {import("./lecture.js").Scene} Scene */
/** @typedef {Record<string, Record<string, string>>} Titles of what a page can show, by the page and by the name in its address */

const SHOWING = new Set(["inspect", "network"]); // modes that are about one image
const PATIENCE = 1500; // milliseconds that the page may take to write its state into its address

/** Shift S, from wherever the focus is but where one types. @param {() => void} collect @returns {() => void} end */
export function listenForScenes(collect) {
  /** @param {KeyboardEvent} event */
  function keyed(event) {
    const target = event.composedPath()[0];
    const types = target instanceof HTMLElement && (target.isContentEditable || target.matches("textarea, select, input:not([type=range], [type=radio], [type=checkbox])"));
    if (types || !event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    event.stopPropagation(); // on a map it would be a mode's key
    collect();
  }
  addEventListener("keydown", keyed, true);
  return () => removeEventListener("keydown", keyed, true);
}

/** Resolves once Explore has written into the address what is on show. */
export async function addressAtRest() {
  const pending = /** @type {any} */ (globalThis).__latentExplorer?.pending;
  for (const end = performance.now() + PATIENCE; pending?.().includes("rest") && performance.now() < end;) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** A link to what is on show. A film says at which instant it stands, unless it follows training.
 * @param {string} page with its query @param {string} hash with its # @param {{following: boolean, steps: (number|null)[]}} [film] */
export function shownLink(page, hash, film) {
  const step = film?.following ? null : film?.steps[0] ?? null;
  if (step === null) return page + hash;
  const state = new URLSearchParams(hash.slice(1));
  state.set("step", String(step));
  return `${page}#${state}`;
}

/** The query of an address of Explore that says which models are on show, too: elsewhere others may open there. @param {string} query with its ? @param {readonly string[]} names */
export function withModels(query, names) {
  const given = new URLSearchParams(query);
  return given.get("models") ? query : `?models=${names.join(",")}${given.size ? `&${given}` : ""}`;
}

/** Adds a scene to the kept lecture, or begins one with it; a sentence that says what came of it. @param {string} link @param {Titles} [titles] */
export function collectScene(link, titles) {
  const kept = keptLecture();
  const lecture = kept ?? {title: "My lecture", scenes: []};
  /** @type {Scene} */
  const scene = {title: firstTitle(link, titles), notes: "", link};
  try {
    readLecture(lectureText(withScene(lecture, scene)));
  } catch {
    return "This page cannot be a scene.";
  }
  if (!keepLecture(withScene(lecture, scene), kept ? [...keptEarlier(), kept] : [])) return "This browser keeps nothing, so scenes cannot be collected in it.";
  return `Scene ${lecture.scenes.length + 1} of “${lecture.title}”: ${scene.title}`;
}

/** What a scene is called until someone says it better: by the page's own title of what it shows. @param {string} link @param {Titles} [titles] */
export function firstTitle(link, titles = {}) {
  const {page, query, state} = placeOf(link);
  const name = capital(page);
  const instant = instantOf(link);
  if (instant) return `${name}: ${query.get("run")}, step ${instant.step.toLocaleString("en")}`;
  if (page !== "explore") {
    const shown = query.get("step") ?? query.get("experiment") ?? query.get("run") ?? query.get("task") ?? "";
    const own = titles[page] ?? {};
    return [name, Object.hasOwn(own, shown) ? own[shown] : shown].filter(Boolean).join(": ");
  }
  const given = new URLSearchParams(state);
  const mode = MODES.find((known) => known === given.get("mode")) ?? MODES[0];
  const image = SHOWING.has(mode) && given.get("image"); // other modes only remember it
  return `${name}: ${capital(mode)}${image ? `, image ${image}` : ""}`;
}

/** @param {string} word */
function capital(word) {
  return word[0].toUpperCase() + word.slice(1);
}
