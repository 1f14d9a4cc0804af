// @ts-check
// Where the answer to a task is given.

import {make} from "../base/dom.js";

/** @typedef {import("./checks.js").Task} Task */
/** @typedef {import("./checks.js").Value} Value */

const LONGEST = 4000; // characters of an answer

/** @param {Task} task @param {string} label @param {Value} value @param {(value: Value) => void} give */
export function answerField(task, label, value, give) {
  const {form, name, options} = task;
  if (form === "choice") {
    return make("fieldset", {class: "wks-choice"}, make("legend", {}, label), ...options.map((option, i) =>
      make("label", {}, make("input", {type: "radio", name: `answer-${name}`, checked: value === i, onchange: () => give(i)}), ` ${option}`)));
  }
  if (form === "number" || form === "numbers") {
    // The browser reads numbers as people write them where it is at home.
    const parts = String(value ?? "").split(";");
    const inputs = parts.slice(0, 1).concat(form === "numbers" ? [parts[1] ?? ""] : []).map((part, i) => make("input", {
      type: "number", step: "any", class: "wks-number", value: part.trim(), "aria-label": form === "numbers" ? `${label} (${i + 1})` : label,
      oninput: () => give(inputs.some((one) => one.value) ? inputs.map((one) => one.value).join("; ") : null),
    }));
    return make("div", {class: "wks-field"}, make("span", {}, label), make("div", {class: "wks-numbers"}, ...inputs));
  }
  const input = make("input", {type: "text", maxlength: LONGEST, value: String(value ?? ""), oninput: () => give(input.value.trim() || null)});
  return make("label", {class: "wks-field"}, label, input);
}
