// @ts-check
// The sheet of tasks: each with its answer and own words, which the device keeps; to be printed, or saved as a file for a teacher.

import {actionButton, make, save, setText} from "../base/dom.js";
import {closeTermsByEscape, explainTerms} from "../base/meanings.js";
import {keptValues} from "../book/kept.js";
import {createLeafing} from "../book/leafing.js";
import {newTabLink} from "../book/new_tab.js";
import {prose} from "../book/prose.js";
import {judged, standingOf} from "./checks.js";
import {answerField} from "./field.js";
import {answerKey, AT_HAND, LONGEST_WORDS, NAME, wordsKey} from "./keys.js";
import {shownAnswer} from "./shown.js";

/** @typedef {import("./checks.js").Task} Task */
/** @typedef {import("./checks.js").Standing} Standing */
/** @typedef {{answers: Record<string, string>, words: string, hint: string, stands: Record<string, string>, signs: Record<string, string>, uncheckedHelp: string, wordsMissing: string, shown: Record<string, string>,
 *   done: string, more: Record<string, string>, kept: string, notKept: string, afresh: string[], name: string, print: string, save: string, handIn: string, reveal: string, modelAnswer: string,
 *   keep: [text: string, help: string], putAway: [text: string, help: string], unknown: string, noImage: string, noLink: string, otherModels: string, opening: string, manyImages: string, title: string, notes: string[], leafing: import("../book/leafing.js").Words}} Words */
/** @typedef {{tasks: Task[], words: Words, models: string[]}} Sheet models: those that the tasks are about */

const LONGEST_NAME = 80;

/** @param {HTMLElement} root
 * @param {{sheet: Sheet, facts: Promise<string[]>, models: () => Promise<readonly import("../model/explorer_model.js").ExplorerModel[]>, begun: string, turned: (name: string) => void}} options facts: what is said of each test image; models: the VAE and the autoencoder, which places are judged by; begun: a task, or nothing */
export function mountSheet(root, {sheet, facts, models, begun, turned}) {
  const {tasks, words} = sheet;
  const values = keptValues("worksheet", () => turnTo(shown.name));
  /** @type {import("./checks.js").AtHand} */
  let atHand = {facts: [], models: []};
  let awaited = false; // whether the models are on their way
  let shown = tasks[0];
  const leafing = createLeafing(tasks.map(label), words.leafing, (place) => {
    turnTo(tasks[place].name);
    turned(tasks[place].name);
  });
  const notice = make("p", {class: "bk-notice", role: "alert", hidden: true}, words.unknown);
  const page = make("div", {class: "wks-page"});
  const verdict = make("div", {class: "wks-verdict", role: "status", "data-testid": "verdict"});
  const progress = make("p", {"data-testid": "progress"});
  const bar = make("progress", {max: tasks.length, "aria-hidden": "true"});
  const printed = make("div", {class: "wks-printed"});
  const name = make("input", {type: "text", maxlength: LONGEST_NAME, oninput: () => values.set({[NAME]: name.value.trim() || null})});
  const away = make("div", {class: "wks-away"},
    make("div", {}, bar, progress, make("p", {class: "bk-note"}, values.keeps() ? words.kept : words.notKept), beginAfresh()),
    make("div", {}, make("label", {class: "wks-field"}, words.name, name), make("p", {class: "wks-keys"},
      actionButton(words.print, print, {class: "bk-button", "data-testid": "print"}), actionButton(words.save, saveFile, {class: "bk-button", "data-testid": "save"})),
    prose("p", words.handIn, {class: "bk-note"})));
  const element = make("div", {class: "bk wks"}, leafing.element, notice, page, away, printed);
  root.append(element);
  explainTerms(element);
  closeTermsByEscape(element);
  turnTo(begun);
  facts.then((found) => {
    atHand = {...atHand, facts: found};
    tell();
  }, () => {}); // the verdict stands without them

  /** They come once a place is to be judged. */
  async function bringModels() {
    if (awaited || !tasks.some((task) => task.places && values.get(answerKey(task)))) return;
    awaited = true;
    try {
      atHand = {...atHand, models: await models()};
    } catch {
      awaited = false; // the next answer asks again; until then the teacher judges
    }
    tell();
  }

  /** @param {string} wanted the name of a task; nothing for the first */
  function turnTo(wanted) {
    shown = tasks.find((task) => task.name === wanted) ?? tasks[0];
    notice.hidden = wanted === "" || wanted === shown.name;
    const own = make("textarea", {rows: 4, maxlength: LONGEST_WORDS, oninput: () => give(wordsKey(shown), own.value || null)});
    own.value = String(values.get(wordsKey(shown)) ?? "");
    const {title, text, hint, there, model, form} = shown;
    page.replaceChildren(
      make("section", {class: "wks-about"}, make("h1", {}, headingOf(shown)), prose("p", text, {"data-testid": "task"}),
        make("div", {class: "wks-keys"}, newTabLink(there.label, there.link), keepInSight()),
        make("details", {}, make("summary", {}, words.hint), prose("p", hint))),
      make("section", {class: "wks-work", "aria-label": title},
        answerField(shown, words.answers[form], values.get(answerKey(shown)), (value) => give(answerKey(shown), value)), verdict,
        make("label", {class: "wks-field"}, words.words, own),
        model && make("details", {class: "wks-model"}, make("summary", {}, words.reveal), make("strong", {}, words.modelAnswer), prose("p", model.text), prose("p", model.because))),
    );
    name.value = String(values.get(NAME) ?? "");
    leafing.show(tasks.indexOf(shown));
    tell();
  }

  /** Takes the task along to other pages, or leaves it here. */
  function keepInSight() {
    const isKept = values.get(AT_HAND) === shown.name, [text, help] = isKept ? words.putAway : words.keep;
    return actionButton(text, () => {
      values.set({[AT_HAND]: isKept ? null : shown.name});
      turnTo(shown.name);
    }, {class: "bk-link", title: help, "data-testid": "keep-in-sight"});
  }

  /** @param {string} key @param {import("./checks.js").Value} value */
  function give(key, value) {
    values.set({[key]: value});
    tell();
  }

  /** @param {Task} task */
  function standsOf(task) {
    const raw = values.get(answerKey(task));
    const found = judged(task, raw, words, atHand);
    return {found, stands: standingOf(task, raw, found, values.get(wordsKey(task)))};
  }

  /** What is to be said of the answer, and how far one has come. */
  function tell() {
    bringModels();
    const {found, stands} = standsOf(shown);
    verdict.dataset.stands = stands;
    verdict.hidden = !stands;
    verdict.replaceChildren(make("strong", {}, `${words.stands[stands] ?? ""}.`), ` ${found?.text ?? (shown.places && awaited ? words.opening : words.uncheckedHelp)} ${stands === "wordless" ? words.wordsMissing : ""}`);
    const all = tasks.map((task) => standsOf(task).stands);
    tasks.forEach((task, i) => leafing.rename(i, [label(task), words.signs[all[i]]].filter(Boolean).join(" ")));
    const counted = (/** @type {string} */ one) => all.filter((stand) => stand === one).length;
    bar.value = counted("done");
    setText(progress, [`${words.done.replace("{done}", String(counted("done"))).replace("{all}", String(tasks.length))}${counted("done") ? ` (${words.signs.done})` : ""}`,
      ...Object.entries(words.more).filter(([one]) => counted(one)).map(([one, text]) => `${counted(one)} ${text} (${words.signs[one]})`)].join(", "));
  }

  /** @param {Task} task */
  function label({place, short}) {
    return `${place} ${short}`;
  }

  /** @param {Task} task */
  function headingOf({place, title}) {
    return `${place}. ${title}`;
  }

  function beginAfresh() {
    const [ask, sure, yes, no] = words.afresh;
    const place = make("div", {class: "wks-keys"});
    const rest = () => place.replaceChildren(actionButton(ask, () => place.replaceChildren(make("span", {}, sure), actionButton(no, rest, {class: "bk-button"}), actionButton(yes, empty, {class: "bk-button"})), {class: "bk-link"}));
    const empty = () => {
      values.set(Object.fromEntries([NAME, ...tasks.flatMap((task) => [answerKey(task), wordsKey(task)])].map((key) => [key, null])));
      rest();
      turnTo(shown.name);
    };
    rest();
    return place;
  }

  /** All tasks with what was given to each, on paper only. */
  function print() {
    const who = String(values.get(NAME) ?? "");
    printed.replaceChildren(make("h1", {}, who ? `${words.title} (${who})` : words.title), ...words.notes.map((note) => make("p", {}, note)), ...tasks.map((task) => {
      const {found, stands} = standsOf(task);
      const shown = shownAnswer(task, values.get(answerKey(task)), words.shown);
      return make("section", {}, make("h2", {}, headingOf(task)), prose("p", task.text), shown ? make("p", {class: "wks-given"}, words.shown.given.replace("{}", shown)) : null,
        stands ? make("p", {}, make("strong", {}, `${words.signs[stands]} ${words.stands[stands]}.`), ` ${found?.text ?? ""}`) : null, make("p", {class: "wks-words"}, String(values.get(wordsKey(task)) ?? "")));
    }));
    globalThis.print();
  }

  function saveFile() {
    const who = String(values.get(NAME) ?? "");
    const given = tasks.map((task) => ({task: task.name, answer: values.get(answerKey(task)), words: values.get(wordsKey(task)) ?? ""}));
    save(`${JSON.stringify({title: words.title, name: who, models: sheet.models, tasks: given}, null, 2)}\n`, "application/json", `worksheet${who && `-${who.replace(/[^\p{L}\p{N}]+/gu, "-")}`}.json`);
  }

  return {turnTo};
}
