// @ts-check
// The live views of the Learn page as a Streamlit component with two kinds of instances: one receives the models and
// shows nothing, the other shows a step with them. Streamlit calls both again on every change, without a cleanup between.

import {readBundle, unpackImages} from "./bundle.js";
import {createModel} from "./explorer_model.js";
import {mountLesson} from "./lesson.js";
import {make} from "./dom.js";
import {unpackBundles} from "./packed_bundles.js";
import {createBatchDecoder} from "./worker.js";

/** @typedef {{step: string, models: string}} StepData */
/** @typedef {{data: Uint8Array|StepData, parentElement: ShadowRoot|HTMLElement, setStateValue: (name: string, value: unknown) => void, key?: string}} LessonCall */
/** @typedef {import("./lesson.js").LessonModels} LessonModels */
/** @typedef {{data: StepData, lesson: ReturnType<typeof mountLesson>|null, call: LessonCall}} LessonInstance */

const LEAST_HEIGHT = 380;
const HEIGHT_SHARE = 0.54; // of the window: the words of a step want the rest
const SETS_KEPT = 2; // sets of models: those of most steps, and a ladder

/** Models by the name of their pack, the newest last. @type {Map<string, Promise<LessonModels>>} */
const received = new Map();
/** Who waits for models that have not come yet. @type {Set<() => void>} */
const waiting = new Set();
/** @type {WeakMap<object, LessonInstance>} */
const lessons = new WeakMap();
/** What stays the same from step to step: the chosen image. @type {import("./lesson.js").Kept} */
const kept = {image: null};

/** @param {LessonCall} call @returns {() => void} cleanup */
export function lessonComponent(call) {
  const root = /** @type {HTMLElement} */ (call.parentElement.querySelector("#latent-lesson"));
  if (call.data instanceof Uint8Array) {
    receiveModels(call.data);
    return forgetModels;
  }
  const old = lessons.get(root);
  if (old && old.data.step === call.data.step && old.data.models === call.data.models) {
    old.call = call;
    old.lesson?.retheme();
  } else {
    old?.lesson?.destroy();
    const instance = {data: call.data, lesson: null, call};
    lessons.set(root, instance);
    show(root, instance);
  }
  return () => {
    lessons.get(root)?.lesson?.destroy();
    lessons.delete(root);
  };
}

/** @param {Uint8Array} data */
function receiveModels(data) {
  const {header, bundles} = unpackBundles(data);
  if (received.has(header.id)) return;
  received.set(header.id, prepare(bundles));
  for (const [id, models] of received) {
    if (received.size <= SETS_KEPT) break;
    received.delete(id);
    models.then(release);
  }
  for (const arrived of [...waiting]) arrived();
}

/** The page was left. */
function forgetModels() {
  for (const models of received.values()) models.then(release);
  received.clear();
}

/** @param {LessonModels} models */
function release(models) {
  for (const decoder of models.decoders.values()) decoder.terminate();
}

/** @param {Uint8Array[]} bundles @returns {Promise<LessonModels>} */
async function prepare(bundles) {
  if (!bundles.length) throw new Error("The models for this step are not here.");
  const models = bundles.map((bytes, place) => createModel(readBundle(bytes), bytes, place));
  const holder = models.find((model) => model.bundle.hasImages) ?? models[0];
  const images = await unpackImages(holder.bundle);
  /** Workers by the place of their model: a ladder has many, of which few are asked. @type {LessonModels["decoders"]} */
  const decoders = new Map();
  return {
    models, images, decoders,
    decoder(place) {
      const decoder = decoders.get(place) ?? createBatchDecoder(bundles[place]);
      decoders.set(place, decoder);
      return decoder;
    },
  };
}

/** Mounts a step as soon as its models are there. @param {HTMLElement} root @param {LessonInstance} instance */
async function show(root, instance) {
  const height = Math.max(LEAST_HEIGHT, Math.round(innerHeight * HEIGHT_SHARE));
  root.style.setProperty("--ls-height", `${height}px`);
  root.replaceChildren(make("p", {class: "ls-loading"}, "The models are on their way …"));
  const {step, models: id} = instance.data;
  while (!received.has(id)) {
    await new Promise((resolve) => {
      const arrived = () => resolve(waiting.delete(arrived));
      waiting.add(arrived);
    });
  }
  try {
    const models = await received.get(id);
    if (!models || lessons.get(root) !== instance) return;
    root.replaceChildren();
    instance.lesson = mountLesson(root, {step, models, kept, report: (report) => instance.call.setStateValue("report", report)});
  } catch (error) {
    root.replaceChildren(make("p", {class: "ls-loading", role: "alert"}, error instanceof Error ? error.message : String(error)));
  }
}
