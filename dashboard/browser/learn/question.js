// @ts-check
// A question of a step: a prediction first, the answer only once one was made, beside what was chosen.

import {actionButton, make, setUnable} from "../base/dom.js";
import {prose} from "../book/prose.js";

/** @typedef {{text: string, options: string[], right: number, verdicts: string[], basis: string, image: {place: number, label: string}|null}} Question
 *   verdicts: what is said to each option, as HTML; image: a test image that bears the answer out */
/** @typedef {{predict: string, reveal: string, chooseFirst: string, again: string, showImageHelp: string}} Words */

const ASKED = "crs-asked";

/** An option of a question by what was kept of it; null for none. What a browser kept may make no sense. @param {unknown} kept @param {Question|null} question */
export const optionOf = (kept, question) => (Number.isInteger(kept) && question?.options[Number(kept)] !== undefined ? Number(kept) : null);

/** @param {Question} question
 * @param {{words: Words, prediction: number|null, chosen: number|null, choose: (option: number) => void, predict: (value: number|null) => void, showImage: (image: number) => void}} options
 *   chosen: an option before its answer was revealed */
export function questionCard(question, {words, prediction, chosen, choose, predict, showImage}) {
  const isOpen = prediction === null;
  const choices = question.options.map((option, i) => make("label", {},
    make("input", {type: "radio", name: "prediction", value: i, checked: i === (prediction ?? chosen), disabled: !isOpen, onchange() {
      choose(i);
      setUnable(reveal, "");
    }}),
    !isOpen && i === question.right ? `${option} ✓` : option));
  const reveal = actionButton(words.reveal, () => predict(choices.findIndex((label) => label.querySelector("input")?.checked)), {class: "bk-button", "data-testid": "reveal"});
  if (chosen === null) setUnable(reveal, words.chooseFirst);
  const asked = make("p", {id: ASKED}, make("strong", {}, `${words.predict}. `), prose("span", question.text));
  const card = make("div", {class: "crs-question", role: "group", "aria-labelledby": ASKED, "data-testid": "question"});
  if (isOpen) {
    card.append(asked, make("div", {class: "crs-options"}, ...choices, reveal));
    return card;
  }
  const {image} = question;
  const told = prose("p", question.verdicts[prediction], {class: "crs-told", "data-testid": "answer"});
  told.append(" ", make("span", {class: "bk-note"}, `(${question.basis})`));
  card.append(make("div", {class: "crs-head"}, asked,
    image && actionButton(image.label, () => showImage(image.place), {class: "bk-link", title: words.showImageHelp, "data-testid": "show-image"}),
    actionButton(words.again, () => predict(null), {class: "bk-link", "data-testid": "again"})),
  make("div", {class: "crs-options"}, ...choices), told);
  return card;
}
