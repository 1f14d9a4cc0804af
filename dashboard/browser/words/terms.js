// @ts-check
// The words of the subject in a text, each with what it means; dashboard/shared/glossary.py marks them from the same table.

import GLOSSARY from "./glossary.json" with {type: "json"};
import {explained} from "../base/meanings.js";

/** @typedef {{means: string, said?: string}} Entry said: how a text says it; what has no such pattern stands in lists only */
/** @typedef {import("../base/meanings.js").Piece} Piece */

const ENTRIES = /** @type {[string, Entry][]} */ (Object.entries(GLOSSARY)).filter(([, {said}]) => said)
  .sort(([one], [other]) => other.length - one.length);
const LETTER = String.raw`[\p{L}\p{N}_-]`;
// What stands about a word is looked at once for all words: for each of them it would cost the first picture 20 ms.
const PATTERN = new RegExp(`(?<!${LETTER})(?:${ENTRIES.map(([, {said}]) => `(${said})`).join("|")})(?!${LETTER})`, "gu");

/** A text in pieces, of which the words of the glossary mean something where they first stand. @param {string} text @returns {Piece[]} */
export function piecesOf(text) {
  const seen = new Set();
  const pieces = [];
  let from = 0;
  for (const {0: word, index, ...groups} of text.matchAll(PATTERN)) {
    const place = ENTRIES.findIndex((_, i) => groups[i + 1] !== undefined);
    if (seen.has(place)) continue;
    seen.add(place);
    pieces.push({text: text.slice(from, index), means: ""}, {text: word, means: ENTRIES[place][1].means});
    from = index + word.length;
  }
  return [...pieces, {text: text.slice(from), means: ""}].filter((piece) => piece.text);
}

/** A text whose words explain themselves. @param {string} text */
export const marked = (text) => explained(piecesOf(text));

/** `setText` for a text whose words explain themselves. @param {Element} element @param {string} text */
export function setMarked(element, text) {
  if (element.textContent !== text) element.replaceChildren(...marked(text));
}
