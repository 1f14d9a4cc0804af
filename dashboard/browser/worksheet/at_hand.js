// @ts-check
// The task at hand, in sight above another page on which it is worked on, and the way back with what was found there: what
// dashboard/worksheet/bar.py is for the dashboard. It writes into the answers that the sheet keeps on this device.

import {actionButton, make, setText, setUnable} from "../base/dom.js";
import {keptValues} from "../book/kept.js";
import {prose} from "../book/prose.js";
import {answerKey, AT_HAND, LONGEST_WORDS, wordsKey} from "./keys.js";

/** @typedef {{name: string, title: string, form: string, text: string, onExplore: boolean}} AtHand text: HTML */
/** @typedef {{atHand: string, send: string, sendHelp: string, sendLineHelp: string, back: string, putAway: string, putAwayHelp: string, nothingYet: string, holdFirst: string, noRun: string, otherModels: string,
 *   noImage: string, noDrawing: string, noRoom: string}} Words */
/** @typedef {{tasks: AtHand[], words: Words, models: string[]}} Hand models: those that the tasks are about */
/** @typedef {{link: string, held: boolean, models: readonly string[]}} Explored link: a whole address */
/** @typedef {ReturnType<typeof mountAtHand>} Bar */

/** By which forms what is seen on Explore is an answer. */
const BY_LINK = ["place", "image", "walk", "drawing"];

/**
 * @param {Hand} hand @param {string} asked the task that the address names, or nothing @param {boolean} explores whether the page is Explore, on which only some tasks are done
 * @param {(task: string) => void} back go to the sheet
 */
export function mountAtHand({tasks, words, models}, asked, explores, back) {
  const values = keptValues("worksheet", () => render());
  /** @type {Explored|null} */
  let explored = null;
  let [line, full] = ["", false];
  if (tasks.some(({name}) => name === asked)) values.set({[AT_HAND]: asked});

  const send = actionButton(words.send, () => act(), {class: "bk-button wks-send", "data-testid": "send"});
  const away = actionButton(words.putAway, () => {
    values.set({[AT_HAND]: null});
    render();
  }, {class: "bk-button", title: words.putAwayHelp, "data-testid": "put-away"});
  const title = make("summary"), text = make("div");
  const why = make("p", {class: "wks-why", role: "status"});
  const element = make("section", {class: "bk wks-hand", "aria-label": words.atHand, hidden: true}, make("details", {open: matchMedia("(min-width: 861px)").matches}, title, text), make("div", {class: "wks-keys"}, why, send, away));
  render();

  function current() {
    const task = tasks.find(({name}) => name === values.get(AT_HAND));
    return task && (task.onExplore || !explores) ? task : null;
  }

  /** Why nothing is to be sent now; nothing where it can be. @param {AtHand} task */
  function refusal({form}) {
    if (!explores) return line ? (full ? words.noRoom : "") : words.noRun;
    if (!BY_LINK.includes(form)) return "";
    if (!explored) return words.nothingYet;
    if (form === "place" && !explored.held) return words.holdFirst;
    if (explored.models.join() !== models.join()) return words.otherModels.replace("{}", explored.models.join(" and "));
    const given = new URLSearchParams(explored.link.split("#")[1] ?? "");
    if (form === "image" && !given.get("image")) return words.noImage;
    return form === "drawing" && !given.get("drawing") ? words.noDrawing : "";
  }

  function act() {
    const task = current();
    if (!task) return;
    if (explores && explored && BY_LINK.includes(task.form)) values.set({[answerKey(task)]: explored.link});
    if (!explores) {
      const said = String(values.get(wordsKey(task)) ?? "").split("\n").filter(Boolean);
      const all = [...said, ...(said.includes(line) ? [] : [line])].join("\n");
      full = all.length > LONGEST_WORDS;
      if (full) return render();
      values.set({[wordsKey(task)]: all});
    }
    back(task.name);
  }

  function render() {
    const task = current();
    element.hidden = !task;
    if (!task) return;
    setText(title, `${words.atHand}: ${task.title}`);
    if (text.dataset.task !== task.name) text.replaceChildren(prose("p", task.text));
    text.dataset.task = task.name;
    const sends = !explores || BY_LINK.includes(task.form), refused = refusal(task);
    setText(send, sends ? words.send : words.back);
    send.title = !sends ? "" : explores ? words.sendHelp : words.sendLineHelp;
    setUnable(send, refused);
    setText(why, refused);
  }

  return {
    element,
    /** What is seen on Explore now. @param {Explored} now */
    explored(now) {
      explored = now;
      render();
    },
    /** What was trained, as a line of a student's own words. @param {string} now */
    trained(now) {
      [line, full] = [now, false];
      render();
    },
  };
}
