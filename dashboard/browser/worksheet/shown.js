// @ts-check
// What was given to a task, as a reader wants to see it: of a link the place that it shows, as dashboard/worksheet/export.py has it.

import {parseLink} from "../state/property_table.js";
import {initialState} from "../state/state.js";
import {signedNumber} from "../words/numbers.js";
import {imageOf} from "./checks.js";
import {KINDS} from "./places.js";

/** @typedef {import("./checks.js").Task} Task */
/** @typedef {Record<string, string>} Words sentences with {} for each part */

const NAMES = /** @type {Record<string, string>} */ ({vae: "VAE", ae: "autoencoder"});

/** @param {Task} task @param {import("./checks.js").Value} raw @param {Words} words */
export function shownAnswer({form, options, places}, raw, words) {
  if (raw === null || raw === "") return "";
  if (form === "choice") return options[Number(raw)] ?? "";
  const text = String(raw).trim();
  if (form === "image") {
    const image = imageOf(text);
    return image === null ? text : filled(words.image, image);
  }
  const [, hash] = text.split("#");
  if (!places || !hash) return text;
  const {values, refused} = parseLink(hash, initialState(KINDS.length));
  if (refused.length) return text;
  if (places.kind === "walk") return filled(words.walk, ...(values.ends ?? [null, null]).map((end) => endText(end, words)));
  return filled(words["on map"], placeText(values.z?.[KINDS.indexOf(places.kind)] ?? [0, 0], words), NAMES[places.kind]);
}

/** @param {import("../state/state.js").WalkEnd|null} end @param {Words} words */
function endText(end, words) {
  if (!end) return words.nowhere;
  return end.kind === "image" ? filled(words.image, end.index) : placeText(end.z, words);
}

/** @param {readonly number[]} z @param {Words} words */
const placeText = (z, words) => filled(words.place, ...z.map((one) => signedNumber(one)));

/** @param {string} sentence @param {...(string|number)} parts */
const filled = (sentence, ...parts) => parts.reduce((/** @type {string} */ text, part) => text.replace("{}", String(part)), sentence);
