// @ts-check
// What is to be said of an answer: looked up in the checks that Python worked out from the models (dashboard/worksheet/bands.py).

import {judgedPlace} from "./places.js";

/** @typedef {[low: number|null, high: number|null, right: boolean, says: string]} Band numbers from low to high; null: no end */
/** @typedef {{name: string, place: number, short: string, title: string, form: string, text: string, hint: string, options: string[], asksWords: boolean, there: {label: string, link: string},
 *   numbers: Band[][]|null, images: string|null, places: import("./places.js").PlaceCheck|null, model: {text: string, because: string}|null}} Task text, hint and model are HTML; images: whether each test image will do */
/** @typedef {{right: boolean, text: string, isRefusal?: boolean}} Verdict */
/** @typedef {""|"unread"|"not yet"|"wordless"|"done"|"given"} Standing given: kept, and judged elsewhere */
/** @typedef {import("../base/registers.js").Value} Value */

const GIVEN = "{given}";
const NUMBERED = /^\D*(\d{1,6})\.?$/;

/** @typedef {{facts: readonly string[], models: readonly import("../model/explorer_model.js").ExplorerModel[]}} AtHand what is said of each test image; the VAE and the autoencoder: each
 *   empty until it is here */

/** @param {Task} task @param {Value} raw @param {{noImage: string, manyImages: string, noLink: string, otherModels: string}} words @param {AtHand} atHand
 * @returns {Verdict|null} null where nothing is given that can be judged here */
export function judged(task, raw, words, {facts, models}) {
  if (raw === null || raw === "") return null;
  if (task.places) return models.length ? judgedPlace(task.places, String(raw).trim(), models, words) : null;
  if (task.numbers) return ofNumbers(task.numbers, typeof raw === "number" ? [raw] : String(raw).split(";").map(Number));
  if (!task.images) return null;
  const image = imageOf(String(raw).trim());
  if (image === null) return {right: false, text: words.noImage, isRefusal: true};
  if (image >= task.images.length) return {right: false, text: words.manyImages, isRefusal: true};
  return {right: task.images[image] === "1", text: facts[image] ?? ""};
}

/** Each number by its own bands, of which the first that holds it counts. @param {Band[][]} parts @param {number[]} numbers @returns {Verdict|null} */
function ofNumbers(parts, numbers) {
  if (numbers.length !== parts.length || !numbers.every(Number.isFinite)) return null;
  const found = parts.map((bands, i) => /** @type {Band} */ (bands.find(([low, high]) => (low ?? -Infinity) <= numbers[i] && numbers[i] <= (high ?? Infinity))));
  return {right: found.every(([, , right]) => right), text: found.map(([, , , says], i) => says.replace(GIVEN, asGiven(numbers[i]))).join(" ")};
}

/** @param {number} number */
function asGiven(number) {
  return number.toLocaleString("en", {maximumFractionDigits: 9}).replace("-", "−");
}

/** The test image that a number or a link names. @param {string} text */
export function imageOf(text) {
  const [, state] = text.split("#");
  const named = text.includes("=") ? new URLSearchParams(state ?? "").get("image") : NUMBERED.exec(text)?.[1];
  return named && /^\d{1,6}$/.test(named) ? Number(named) : null;
}

/** @param {Task} task @param {Value} raw @param {Verdict|null} verdict @param {Value} words the student's own @returns {Standing} */
export function standingOf(task, raw, verdict, words) {
  if (!verdict) return (raw === null || raw === "" || task.numbers ? "" : "given");
  if (verdict.isRefusal) return "unread";
  if (!verdict.right) return "not yet";
  return String(words ?? "").trim() || !task.asksWords ? "done" : "wordless";
}
