// @ts-check
// Learn as a Streamlit component. It is told where the steps and their models are; which step is on show stands in the address, and
// the server hears of nothing. Streamlit calls it again on every change of data or theme, without a cleanup between.

import {rewriteAddress} from "../../base/address.js";
import {make, setText, showFailure} from "../../base/dom.js";
import {mountCourse} from "../../learn/course.js";
import {createStepModels, exploreAt} from "../served/lessons.js";
import {fetchTold} from "../served/library.js";
import {keepFitting} from "./height.js";

/** @typedef {import("../served/library.js").Library} Library */
/** @typedef {{data: {json: string}, parentElement: ShadowRoot|HTMLElement}} CourseCall */
/** @typedef {{steps: string, pair: Library, ladder: Library|null, rungs: [beta: number, name: string][], second: string}} About steps: their address; rungs: of the ladder, ascending;
 *   second: the autoencoder of the pair */
/** @typedef {{json: string, course: ReturnType<typeof mountCourse>|null, end: () => void}} Instance */

const OPENING = "The steps are on their way …";
const LEAST_HEIGHT = 560;

/** @type {WeakMap<object, Instance>} */
const instances = new WeakMap();
let left = ""; // the step that was on show when the page was left

/** @param {CourseCall} call @returns {() => void} cleanup */
export default function courseComponent({data: {json}, parentElement}) {
  const root = /** @type {HTMLElement} */ (parentElement.querySelector("#latent-course"));
  const old = instances.get(root);
  if (old?.json === json) {
    old.course?.retheme();
  } else {
    leave(root);
    instances.set(root, begin(root, json));
  }
  return () => leave(root);
}

/** @param {HTMLElement} root */
function leave(root) {
  instances.get(root)?.end();
  instances.delete(root);
}

/** @param {HTMLElement} root @param {string} json @returns {Instance} */
function begin(root, json) {
  /** @type {About} */
  const {steps, pair, ladder, rungs, second} = JSON.parse(json);
  const {models, end} = createStepModels((isLadder) => (isLadder && ladder) || pair);
  const fitting = keepFitting(root, LEAST_HEIGHT);
  const loading = make("p", {class: "lx-loading", role: "status"}, OPENING);
  /** @type {Instance} */
  const instance = {
    json, course: null,
    end() {
      if (instance.course) left = instance.course.step();
      removeEventListener("popstate", follow);
      fitting.end();
      instance.course?.destroy();
      end();
    },
  };
  root.replaceChildren(loading);
  fetchTold(steps, "the steps", (sentence) => setText(loading, sentence || OPENING)).then((course) => {
    if (instances.get(root) !== instance) return;
    root.replaceChildren();
    instance.course = mountCourse(root, {
      course, begun: asked() || left, models,
      addressOf: (state, beta) => exploreAt(state, beta, rungs, second),
      turned: (name) => rewriteAddress(addressOf(name), true),
    });
    if (!asked()) rewriteAddress(addressOf(instance.course.step()));
    addEventListener("popstate", follow);
  }).catch((error) => {
    if (instances.get(root) === instance) showFailure(root, error);
  });

  function follow() {
    if (asked()) instance.course?.turnTo(asked());
  }

  return instance;
}

/** The step in the address. */
const asked = () => new URLSearchParams(location.search).get("step") ?? "";

/** @param {string} step */
function addressOf(step) {
  const query = new URLSearchParams(location.search);
  query.set("step", step);
  return `${location.pathname}?${query}`;
}
