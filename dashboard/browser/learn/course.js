// @ts-check
// The lectures as steps: what dashboard/learn/content.py tells of each, beside its live view. A prediction is made before the answer is
// shown, and the device keeps it.

import {actionButton, make, setText, showFailure} from "../base/dom.js";
import {closeTermsByEscape, explainTerms} from "../base/meanings.js";
import {keptValues} from "../book/kept.js";
import {createLeafing} from "../book/leafing.js";
import {newTabLink} from "../book/new_tab.js";
import {prose} from "../book/prose.js";
import {createTabs} from "../book/tabs.js";
import {mountLesson} from "./lesson.js";
import {keep, recall, sinceAfresh} from "./parts/kept.js";
import {optionOf, questionCard} from "./question.js";

/** @typedef {import("./question.js").Question} Question */
/** @typedef {{name: string, short: string, title: string, idea: string, tryThis: string, equation: string, why: string, mathematics: string[],
 *   meanings: [word: string, means: string][], engine: {where: string, code: string}, question: Question|null, link: string}} Step texts are HTML; link: a state of Explore */
/** @typedef {import("./question.js").Words & {tabs: string[], inExplore: string, inExploreHelp: string, afresh: string, kept: string[], notKept: string[], unknown: string, noLadder: string,
 *   leafing: import("../book/leafing.js").Words}} Words kept: by the number of answers */
/** @typedef {{steps: Step[], ladder: string, words: Words}} Course ladder: the step that is about the models that differ in β */
/** @typedef {{step: Step, view: HTMLElement, asked: HTMLElement, link: HTMLAnchorElement, waiting: HTMLElement, lesson: ReturnType<typeof mountLesson>|null}} Shown asked: where the question
 *   stands; waiting: what stands in place of the live view */

const OPENING = "The models are on their way …";
const AFRESH = "learn-afresh";
const TABS = ["why", "mathematics", "words", "code"];
const revealed = (/** @type {Step} */ {name}) => `learn-${name}-revealed`;

/**
 * @param {HTMLElement} root
 * @param {object} options
 * @param {Course} options.course
 * @param {string} options.begun the name of the step to begin with; nothing for the first
 * @param {(ladder: boolean, say: (sentence: string) => void) => Promise<import("./lesson.js").LessonModels>} options.models the pair of the steps, or the models of the ladder
 * @param {(state: string, beta: number|null) => string} options.addressOf of Explore in a state; with the model of the ladder that has this β, if one is on show
 * @param {(name: string) => void} options.turned a step was turned to
 */
export function mountCourse(root, {course, begun, models, addressOf, turned}) {
  const {steps, words} = course;
  const values = keptValues("learn", heard);
  const leafing = createLeafing(steps.map(({short}, i) => `${i + 1} ${short}`), words.leafing, (to) => {
    turnTo(steps[to].name);
    turned(steps[to].name);
  });
  const notice = make("p", {class: "bk-notice", role: "alert", hidden: true}, words.unknown);
  const page = make("div", {class: "crs-page"});
  const told = make("span");
  const element = make("div", {class: "bk crs"}, leafing.element, notice, page);
  /** Options that were chosen and not revealed yet, by their steps. @type {Map<Step, number>} */
  const chosen = new Map();
  let tab = "";
  let kept = recall();
  /** @type {Shown} */
  let shown;
  root.append(element);
  explainTerms(element);
  const leaveTerms = closeTermsByEscape(element);
  turnTo(begun);

  /** @param {string} name of a step; nothing for the first */
  function turnTo(name) {
    const place = Math.max(0, steps.findIndex((one) => one.name === name));
    const step = steps[place];
    notice.hidden = name === "" || step.name === name;
    shown?.lesson?.destroy();
    const link = newTabLink(words.inExplore, addressOf(step.link, null), words.inExploreHelp);
    shown = {step, view: make("div", {class: "crs-view"}), asked: make("div", {class: "crs-asked"}), link, waiting: make("p", {class: "ls-loading", role: "status"}), lesson: null};
    page.dataset.step = step.name;
    page.replaceChildren(
      make("section", {class: "crs-idea"}, make("h1", {}, titleOf(step)), prose("p", step.idea), prose("div", step.equation, {class: "bk-formula"})),
      make("section", {class: "crs-more"}, createTabs(step.title, partsOf(step, link), tab, (open) => (tab = open))),
      make("section", {class: "crs-live"}, prose("p", step.tryThis, {class: "crs-try"}), shown.view, shown.asked, leafing.onward),
    );
    leafing.show(place);
    ask();
    showLive();
  }

  /** @param {Step} step */
  function titleOf(step) {
    return `${steps.indexOf(step) + 1}. ${step.title}`;
  }

  /** @param {Step} step @param {Node} link */
  function partsOf(step, link) {
    const contents = [
      () => [prose("p", step.why), link, make("p", {class: "bk-note", "data-testid": "kept"}, told, " ", actionButton(words.afresh, beginAfresh, {class: "bk-link"}))],
      () => step.mathematics.map((part) => (part.startsWith("<math display") ? prose("div", part, {class: "bk-formula"}) : prose("p", part))),
      () => [make("dl", {class: "crs-words"}, ...step.meanings.flatMap(([word, means]) => [make("dt", {}, word), make("dd", {}, means)]))],
      () => [prose("p", step.engine.where, {class: "bk-note"}), make("pre", {class: "bk-code", tabindex: "0"}, step.engine.code)],
    ];
    return contents.map((content, i) => ({name: TABS[i], label: words.tabs[i], content}));
  }

  function beginAfresh() {
    const before = Number(values.get(AFRESH)) || 0;
    chosen.clear();
    values.set({...Object.fromEntries(steps.map((step) => [revealed(step), null])), [AFRESH]: before + 1});
    heard();
  }

  /** What was answered, or moved, is another thing now, perhaps by another tab. */
  function heard() {
    ask();
    const now = sinceAfresh(kept, afresh());
    if (now === kept) return;
    kept = now;
    showLive();
  }

  /** How often the visitor has begun afresh; null as long as nobody did. */
  function afresh() {
    const value = values.get(AFRESH);
    return typeof value === "number" ? value : null;
  }

  /** What was predicted when the answer was revealed; null before. @param {Step} step */
  function predictionOf(step) {
    return optionOf(values.get(revealed(step)), step.question);
  }

  function ask() {
    const {step, asked, lesson} = shown;
    const count = steps.filter((one) => predictionOf(one) !== null).length;
    setText(told, (values.keeps() ? words.kept : words.notKept)[count]);
    if (!step.question) return;
    const prediction = predictionOf(step);
    lesson?.setAnswered(prediction !== null);
    asked.replaceChildren(questionCard(step.question, {
      words, prediction, chosen: chosen.get(step) ?? null, choose: (option) => chosen.set(step, option),
      predict(value) {
        chosen.delete(step);
        values.set({[revealed(step)]: value});
        ask();
        asked.querySelector("button")?.focus({preventScroll: true}); // the key that was pressed is gone
      },
      showImage(image) {
        kept = {...kept, image};
        keep(kept);
        showLive();
      },
    }));
  }

  async function showLive() {
    const mine = shown;
    const {step, view, link, waiting} = mine;
    const isMissing = step.name === course.ladder && !step.question;
    kept = sinceAfresh(kept, afresh());
    mine.lesson?.destroy();
    mine.lesson = null;
    setText(waiting, isMissing ? words.noLadder : OPENING);
    view.replaceChildren(waiting);
    if (isMissing) return;
    try {
      const ready = await models(step.name === course.ladder, tell);
      if (shown !== mine || mine.lesson) return;
      view.replaceChildren();
      mine.lesson = mountLesson(view, {
        step: step.name, title: titleOf(step), models: ready, kept, keep: () => keep(kept), answered: predictionOf(step) !== null,
        report: ({readings, link: state}) => link.setAttribute("href", addressOf(state, readings.beta ?? null)),
      });
    } catch (error) {
      if (shown === mine) showFailure(view, error);
    }
  }

  /** Why models are not here yet, wherever the visitor has turned meanwhile. @param {string} sentence or nothing */
  function tell(sentence) {
    if (shown.lesson) shown.lesson.tell(sentence);
    else setText(shown.waiting, sentence || OPENING);
  }

  return {
    /** The name of the one that is on show. */
    step: () => shown.step.name,
    /** As Back and Forward of the browser lead to a step. */
    turnTo,
    /** The colours of the page are others now. */
    retheme: () => shown.lesson?.retheme(),
    destroy() {
      const {lesson} = shown;
      shown = {...shown, lesson: null}; // a live view that is still on its way finds another one on show
      lesson?.destroy();
      leafing.end();
      leaveTerms();
      values.end();
      element.remove();
    },
  };
}
