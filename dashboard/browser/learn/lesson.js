// @ts-check
// One live view of the Learn page: mounts the step's parts, redraws them when something changed, and says what they
// show once nobody has touched them for a while.

import {sentenceOf} from "../base/errors.js";
import {actionButton, make, savePicture, setText} from "../base/dom.js";
import {pictureOf} from "./picture.js";
import {LESSON_STEPS} from "./steps.js";
import {isDark, readTheme} from "../base/palette.js";
import {formatLink} from "../state/property_table.js";
import {explainTerms} from "../base/meanings.js";
import {onceAtRest} from "../base/rest.js";
import {initialState} from "../state/state.js";

/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../model/worker.js").BatchDecoder} BatchDecoder */
/** @typedef {Record<string, number|null>} Readings */
/** @typedef {import("./parts/kept.js").Kept} Kept */
/** @typedef {{models: ExplorerModel[], images: Uint8Array, decoders: Map<number, BatchDecoder>, decoder: (place: number) => BatchDecoder}} LessonModels */
/** @typedef {{step: string, readings: Readings, link: string}} LessonReport */
/** @typedef {{step: string, title: string, models: LessonModels, kept: Kept, keep: () => void, answered: boolean, report: (report: LessonReport) => void}} LessonOptions keep: `kept` changed */
/**
 * @typedef {object} Lesson what a step's view is given
 * @property {ExplorerModel[]} models
 * @property {ExplorerModel} model the first
 * @property {BatchDecoder} decoder of the first model
 * @property {(place: number) => BatchDecoder} decoderOf
 * @property {Uint8Array} images
 * @property {Theme} theme
 * @property {string} second a second colour beside the theme's accent
 * @property {Kept} kept
 * @property {import("./parts/kept.js").Left} left how this step was left before
 * @property {() => number} textSize pixels of the numbers of maps and charts, as the style sheets say
 * @property {() => number} sharpness pixels of a canvas to one of the page
 * @property {() => void} invalidate draw again in the next frame
 * @property {() => void} commit someone let go, or an answer came: draw, and say it when things have settled
 * @property {(error: unknown) => null} fail say what went wrong
 * @property {() => boolean} alive
 */
/**
 * @typedef {object} LessonView what a step's view gives
 * @property {Node[]} elements
 * @property {() => void} render
 * @property {() => Readings} readings
 * @property {() => Partial<import("../state/state.js").State>} place what Explore is to show of it
 * @property {() => import("./parts/kept.js").Left} [left] what to keep of how it is left
 * @property {() => void} [resize]
 * @property {ExplorerModel[]} [models] of which it shows something; without it the first of the lesson
 */

const LARGE_VIEW = 1250;
const SHARPEST = 3;
const SLIDE = 1920; // pixels that a saved picture is to have across, as far as its canvases can be that sharp

let mounted = 0;

/** @param {HTMLElement} root @param {LessonOptions} options */
export function mountLesson(root, {step, title, models, kept, keep, answered, report}) {
  let [frame, last, alive, textSize] = [0, "", true, 0];
  const asker = `view ${++mounted}`; // a lecture has several views of the same models, each with questions of its own
  const decoderOf = (/** @type {number} */ place) => models.decoder(place).apart(asker);
  const resting = onceAtRest(settle);
  const notice = make("p", {class: "lx-notice", role: "alert", hidden: true, "data-testid": "lesson-notice"});
  const stage = make("div", {class: "ls-stage"});
  const picture = actionButton("⤓", save, {class: "lx-button ls-save", "data-testid": "save-picture", "aria-label": "Save this view as a picture",
    title: "Saves what is shown here, below the step's title, as a PNG for a slide"});
  const element = make("div", {class: "lx ls", "data-testid": `lesson-${step}`}, stage, picture, notice);
  /** Of a picture that is being made; otherwise that of the screen. @type {number|null} */
  let sharp = null;
  root.append(element);
  const lesson = /** @type {Lesson} */ ({
    models: models.models, model: models.models[0], images: models.images, kept, left: kept.views[step] ?? {},
    decoder: decoderOf(0), decoderOf,
    textSize: () => textSize,
    sharpness: () => sharp ?? Math.min(SHARPEST, window.devicePixelRatio || 1),
    invalidate, commit, alive: () => alive,
    fail(error) {
      tell(sentenceOf(error));
      return null;
    },
  });
  takeTheme();
  setAnswered(answered);
  const view = LESSON_STEPS[step](lesson);
  stage.classList.add(`ls-${step}`);
  stage.append(...view.elements);
  explainTerms(element);

  /** @param {string} sentence or nothing */
  function tell(sentence) {
    setText(notice, sentence);
    notice.hidden = !sentence;
  }

  function takeTheme() {
    const hosted = getComputedStyle(element).getPropertyValue("--st-background-color").trim();
    const dark = hosted ? isDark(hosted) : matchMedia("(prefers-color-scheme: dark)").matches;
    element.dataset.theme = dark ? "dark" : "light";
    lesson.theme = readTheme(element);
    lesson.second = getComputedStyle(element).getPropertyValue("--ls-second").trim();
  }

  /** Numbers that answer the question of the step are hidden until it was answered. @param {boolean} is */
  function setAnswered(is) {
    element.toggleAttribute("data-answered", is);
  }

  function invalidate() {
    if (!frame && alive) frame = requestAnimationFrame(draw);
  }

  function draw() {
    frame = 0;
    view.render();
  }

  function commit() {
    invalidate();
    resting.begin();
  }

  function settle() {
    const plain = initialState(2);
    const link = formatLink({...plain, ...view.place()}, plain);
    const found = {step, readings: view.readings(), link};
    remember();
    invalidate(); // what moved may have been shown with fewer digits than it is reported with
    const text = JSON.stringify(found);
    if (text === last) return;
    last = text;
    report(found);
  }

  /** Also when the step or the page is left before things have settled. */
  function remember() {
    if (view.left) kept.views[step] = view.left();
    keep();
  }

  function resized() {
    element.classList.toggle("ls-large", element.clientWidth >= LARGE_VIEW);
    textSize = parseFloat(getComputedStyle(element).getPropertyValue("--lx-axis-size"));
    view.resize?.();
    invalidate();
  }

  function save() {
    sharp = Math.min(SHARPEST, Math.max(2, SLIDE / element.clientWidth));
    try {
      view.resize?.();
      view.render();
      const source = namesOf(view.models ?? [lesson.model]);
      savePicture(pictureOf(stage, {title, source, theme: lesson.theme, ratio: sharp}), `learn-${step}.png`);
    } catch (error) {
      lesson.fail(error);
    } finally {
      sharp = null;
      resized();
    }
  }

  const observer = new ResizeObserver(resized);
  observer.observe(element);
  addEventListener("pagehide", remember);
  resized();
  commit();
  const hook = {step: () => step, readings: () => view.readings()};
  Object.assign(globalThis, {__latentLesson: hook});

  return {
    setAnswered, tell,
    retheme() {
      takeTheme();
      resized();
    },
    destroy() {
      remember();
      removeEventListener("pagehide", remember);
      alive = false;
      cancelAnimationFrame(frame);
      resting.end();
      observer.disconnect();
      element.remove();
    },
  };
}

/** @param {ExplorerModel[]} models */
function namesOf(models) {
  const names = models.map((model) => model.bundle.name);
  return names.length > 2 ? `${names[0]} to ${names[names.length - 1]}` : names.join(" and ");
}
