// @ts-check
// The live views of the Learn page as a Streamlit component. It is told where the models are; which step to show with them
// is said apart, by `__latentLessonTurn` and an event (see dashboard/learn/component.py), so that a change of step leaves them be. Streamlit calls it again on every change of data or theme, without a cleanup between.

import {make, setText, showFailure} from "../../base/dom.js";
import {mountLesson} from "../../learn/lesson.js";
import {lessonModels} from "../../learn/models.js";
import {keep, keptNothing, recall, sinceAfresh} from "../../learn/parts/kept.js";
import {fetchModels, libraryOf} from "../served/library.js";
import {closeTermsByEscape} from "../../base/meanings.js";

/** @typedef {{data: {json: string}, parentElement: ShadowRoot|HTMLElement, setStateValue: (name: string, value: unknown) => void, key?: string}} LessonCall */
/** @typedef {import("../../learn/lesson.js").LessonModels} LessonModels */
/** @typedef {{id: string, call: LessonCall, models: Promise<LessonModels>, step: string, answered: boolean, lesson: ReturnType<typeof mountLesson>|null, turn: () => void}} LessonInstance */

closeTermsByEscape();

const OPENING = "The models are on their way …";
const LEAST_HEIGHT = 380;

/** @type {WeakMap<object, LessonInstance>} */
const lessons = new WeakMap();
/** What stays from step to step and from visit to visit: the chosen image, sliders, q. @type {import("../../learn/lesson.js").Kept} */
let kept = keptNothing();
let followed = 0; // how often a test image had been asked for when one was last shown

/** @param {LessonCall} call @returns {() => void} cleanup */
export default function lessonComponent(call) {
  const root = /** @type {HTMLElement} */ (call.parentElement.querySelector("#latent-lesson"));
  const library = libraryOf(call.data);
  const old = lessons.get(root);
  if (old?.id === library.id) {
    old.call = call;
    old.lesson?.retheme();
  } else {
    leaveLesson(root);
    kept = recall();
    const say = (/** @type {string} */ sentence) => {
      if (instance.lesson) instance.lesson.tell(sentence);
      else for (const line of root.querySelectorAll(".ls-loading")) setText(line, sentence || OPENING);
    };
    /** @type {LessonInstance} */
    const instance = {id: library.id, call, models: fetchModels(library, say).then(lessonModels), step: "", answered: false, lesson: null, turn: () => show(root, instance)};
    lessons.set(root, instance);
    addEventListener("latent-lesson-turn", instance.turn);
    instance.turn();
  }
  return () => leaveLesson(root);
}

/** @param {HTMLElement} root */
function leaveLesson(root) {
  const instance = lessons.get(root);
  if (!instance) return;
  lessons.delete(root);
  removeEventListener("latent-lesson-turn", instance.turn);
  instance.lesson?.destroy();
  instance.models.then(({decoders}) => decoders.forEach((decoder) => decoder.terminate()), () => {});
}

/** Shows the step whose turn it is, if it is one for these models. @param {HTMLElement} root @param {LessonInstance} instance */
async function show(root, instance) {
  const {step, title, models: id, answered, afresh, shown} = /** @type {any} */ (globalThis).__latentLessonTurn ?? {};
  if (id !== instance.id) return;
  instance.answered = answered;
  instance.lesson?.setAnswered(answered);
  const old = kept;
  kept = sinceAfresh(old, afresh);
  const [image, asked] = shown ?? [0, 0];
  if (asked !== followed) kept = {...kept, image};
  followed = asked;
  if (kept !== old) keep(kept);
  if (step === instance.step && kept === old) return;
  instance.step = step;
  instance.lesson?.destroy();
  instance.lesson = null;
  root.style.setProperty("--ls-height", `max(${LEAST_HEIGHT}px, 100vh - var(--ls-beside, 374px))`);
  root.replaceChildren(make("p", {class: "ls-loading", role: "status"}, OPENING));
  try {
    const models = await instance.models;
    if (lessons.get(root) !== instance || instance.step !== step) return;
    root.replaceChildren();
    instance.lesson = mountLesson(root, {step, title, models, kept, keep: () => keep(kept), answered: instance.answered, report: (report) => instance.call.setStateValue("report", report)});
  } catch (error) {
    showFailure(root, error);
  }
}
