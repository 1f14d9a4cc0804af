// @ts-check
// The explorer as a Streamlit component. It is told where the models are; what is shown of them is said apart, by
// `__latentExplorerSetting` and an event (see dashboard/explore/component.py). Streamlit calls it again on every change of data or
// theme, without a cleanup between.

import {make, setText, showFailure} from "../../base/dom.js";
import {answersOf, refusalOf} from "../../model/asked.js";
import {mountExplorer} from "../../explore/explorer.js";
import {libraryOf} from "../served/library.js";
import {begin, comingModels, shelfFor} from "./begun.js";
import {keepFitting} from "./height.js";

/** @typedef {import("../../explore/explorer.js").Choice} Choice */
/** @typedef {{data: {json: string}, parentElement: ShadowRoot|HTMLElement, setStateValue: (name: string, value: unknown) => void,
 *   setTriggerValue: (name: string, value: unknown) => void, key?: string}} ComponentCall */
/** @typedef {{models: string, shown: number[], ladder: number[], choices: Choice[][], link: string, visit: number, notice: string, lesson: string, turn: number,
 *   engine: Record<string, import("../../explore/network/card.js").EngineLine>}} Setting models: the id of those it is about; visit changes
 *   when the link is to be followed, turn when a choice was dealt with */
/** @typedef {ReturnType<ReturnType<typeof mountExplorer>["standing"]>} Standing */
/**
 * @typedef {object} Instance
 * @property {string} id of its models
 * @property {ComponentCall} call the latest
 * @property {import("./begun.js").Ready|null} models once they are here
 * @property {Standing|undefined} carried the state of the models that stood here before
 * @property {Setting|null} setting the latest
 * @property {string|null} asked what was chosen and is shown here, but the server has not heard of yet
 * @property {ReturnType<typeof mountExplorer>|null} explorer
 * @property {() => void} turn
 * @property {ReturnType<typeof keepFitting>} fitting
 */

const OPENING = "Opening the models …";
const LEAST_HEIGHT = 560;

/** @type {WeakMap<object, Instance>} */
const instances = new WeakMap();
/** States of explorers that left the page, so that coming back finds them as they were. @type {Map<string, Standing>} */
const left = new Map();
let visited = 0;

export {begin};

/** @param {ComponentCall} call @returns {() => void} cleanup */
export default function explorerComponent(call) {
  const root = /** @type {HTMLElement} */ (call.parentElement.querySelector("#latent-explorer"));
  const library = libraryOf(call.data);
  const old = instances.get(root);
  if (old?.id === library.id) {
    old.call = call;
    old.explorer?.update({});
  } else {
    const carried = old?.explorer?.standing();
    leave(root);
    const loading = make("p", {class: "lx-loading", role: "status"}, OPENING);
    root.replaceChildren(loading);
    /** @type {Instance} */
    const instance = {id: library.id, call, models: null, carried, setting: null, asked: null, explorer: null, turn: () => attempt(root, instance), fitting: keepFitting(root, LEAST_HEIGHT)};
    instances.set(root, instance);
    addEventListener("latent-explorer-setting", instance.turn);
    const say = (/** @type {string} */ sentence) => (instance.explorer ? instance.explorer.update({notice: sentence}) : setText(loading, sentence || OPENING));
    comingModels(library, say).then(async (models) => {
      if (await isRefused(models, root, instance)) return;
      instance.models = models;
      if (instances.get(root) === instance) instance.turn();
    }).catch((error) => {
      if (instances.get(root) === instance) showFailure(root, error);
    });
  }
  return () => leave(root);
}

/** Asks models of others' code for their numbers, tells the server what they answered, and the page why one is not shown. @param {import("./begun.js").Ready} models @param {HTMLElement} root @param {Instance} instance */
async function isRefused(models, root, instance) {
  const answers = await answersOf(models);
  if (!answers.length || instances.get(root) !== instance) return false;
  const refusal = refusalOf(answers);
  if (refusal) showFailure(root, refusal);
  instance.call.setTriggerValue("asked", answers);
  return refusal !== null;
}

/** Streamlit would show whatever is thrown, with its trace. @param {HTMLElement} root @param {Instance} instance */
function attempt(root, instance) {
  try {
    follow(root, instance);
  } catch (error) {
    showFailure(root, error);
  }
}

/** Shows what the page says is to be shown, if it says so of these models. @param {HTMLElement} root @param {Instance} instance */
function follow(root, instance) {
  /** @type {Setting|undefined} */
  const setting = /** @type {any} */ (globalThis).__latentExplorerSetting;
  if (!instance.models || setting?.models !== instance.id || setting === instance.setting) return;
  const {choices, notice, lesson, shown, ladder, engine} = setting;
  const before = instance.setting;
  instance.setting = setting;
  const arrives = setting.visit !== visited;
  visited = setting.visit;
  if (instance.explorer && before && !arrives) {
    // What was chosen here is shown already; an answer to an earlier choice must not take it back.
    if (String(shown) === instance.asked) instance.asked = null;
    const told = notice !== "" && (notice !== before.notice || setting.turn !== before.turn);
    instance.explorer.update({choices, ...(told ? {notice} : {}), ...(instance.asked === null ? {shown} : {})});
    return;
  }
  const last = instance.carried ?? left.get(instance.id);
  const link = arrives ? setting.link : (instance.carried?.link ?? (location.hash.slice(1) || last?.link));
  instance.explorer?.destroy();
  root.replaceChildren();
  root.classList.toggle("lx-presented", new URLSearchParams(location.search).has("presented")); // a scene of a lecture
  instance.explorer = mountExplorer(root, {
    ...instance.models, shelf: shelfFor(instance.models, shown, ladder), shown, ladder, choices, notice, lesson, engine, link, kept: last?.kept, anew: instance.carried !== undefined,
    onReport: (report) => instance.call.setStateValue("report", report),
    onChoose(names, shown) {
      instance.asked = shown ? String(shown) : null;
      instance.call.setTriggerValue("models", names);
    },
  });
  instance.fitting.fit();
}

/** @param {HTMLElement} root */
function leave(root) {
  const instance = instances.get(root);
  if (!instance) return;
  if (instance.explorer) left.set(instance.id, instance.explorer.standing());
  removeEventListener("latent-explorer-setting", instance.turn);
  instance.fitting.end();
  instance.explorer?.destroy();
  instances.delete(root);
}
