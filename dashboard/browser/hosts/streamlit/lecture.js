// @ts-check
// The desk and the presentation of a lecture as a Streamlit component. It is told where the models are; what they are called and the lecture
// that comes with the program are said apart (see dashboard/lecture/component.py). Streamlit calls it again on every change of data or
// theme, without a cleanup between.

import {make, showFailure} from "../../base/dom.js";
import {isDark} from "../../base/palette.js";
import {PlainError} from "../../base/errors.js";
import {lectureText, readLecture} from "../../lecture/lecture.js";
import {mountEditor} from "../../lecture/editor.js";
import {linkedLecture} from "../../lecture/share.js";
import {fetchModels, libraryOf} from "../served/library.js";

/** @typedef {{data: {json: string}, parentElement: ShadowRoot|HTMLElement}} LectureCall */
/** @typedef {{models: string, names: string[], usual: number[], ladder: number[], lecture: string, address: string}} Setting models: the id of those it is about; address: by which others open the dashboard, as far as it knows */
/** @typedef {{id: string, models: Promise<import("../served/library.js").Fetched>, editor: ReturnType<typeof mountEditor>|null, turn: () => void}} Instance */

const LOCAL = /^(localhost|127\.|\[::1\])/;
const ONLY_HERE = "Only this machine can open this address: for others, start the dashboard with --host 0.0.0.0.";
/** @type {WeakMap<object, Instance>} */
const instances = new WeakMap();

/** @param {LectureCall} call @returns {() => void} cleanup */
export default function lectureComponent(call) {
  const root = /** @type {HTMLElement} */ (call.parentElement.querySelector("#latent-lecture"));
  const library = libraryOf(call.data);
  if (instances.get(root)?.id !== library.id) {
    leave(root);
    const say = (/** @type {string} */ sentence) => {
      if (!instance.editor) root.replaceChildren(make("p", {class: "lx-loading", role: "status"}, sentence));
    };
    /** @type {Instance} */
    const instance = {id: library.id, models: fetchModels(library, say), editor: null, turn: () => open(root, instance).catch((error) => showFailure(root, error))};
    instances.set(root, instance);
    addEventListener("latent-lecture-setting", instance.turn);
    instance.turn();
  }
  return () => leave(root);
}

/** @param {HTMLElement} root @param {Instance} instance */
async function open(root, instance) {
  /** @type {Setting|undefined} */
  const setting = /** @type {any} */ (globalThis).__latentLectureSetting;
  if (setting?.models !== instance.id || instance.editor) return;
  const {names, usual, ladder, lecture, address} = setting;
  const models = await instance.models;
  const linked = await linkedLecture(location.hash.slice(1));
  if (instances.get(root) !== instance || instance.editor) return;
  root.replaceChildren();
  instance.editor = mountEditor(root, {
    library: {...models, names, usual: usual.map((place) => names[place]), ladder, shows: () => true, pages: true, here: "the dashboard"}, bundled: readLecture(lecture), linked, speakerPage: String(new URL("./speaker", location.href)),
    pageOf,
    isDark: () => isDark(getComputedStyle(root).getPropertyValue("--st-background-color").trim()),
    addressOf(link) {
      const url = new URL(link, address || location.href);
      return {url: String(url), doubt: LOCAL.test(url.hostname) ? ONLY_HERE : ""};
    },
  });
}

/** The page that the server makes of a lecture (dashboard/explore/routes.py). @param {import("../../lecture/lecture.js").Lecture} lecture */
async function pageOf(lecture) {
  const answer = await fetch(new URL("./lecture-page", location.href), {method: "POST", headers: {"Content-Type": "application/json"}, body: lectureText(lecture)})
    .catch(() => null);
  if (!answer) throw new PlainError("The server does not answer, and it is what makes the file: try again.");
  const {status, headers} = answer;
  if (status === 400) throw new PlainError((await answer.text()).slice(0, 300));
  const page = answer.ok ? await answer.blob().catch(() => null) : null; // it may break off
  if (!page) throw new PlainError(`The file did not come: the server answers ${status}. Try again.`);
  return {page, leftOut: decodeURIComponent(headers.get("X-Left-Out") ?? "")};
}

/** @param {HTMLElement} root */
function leave(root) {
  const instance = instances.get(root);
  if (!instance) return;
  removeEventListener("latent-lecture-setting", instance.turn);
  instance.editor?.destroy();
  instances.delete(root);
}
