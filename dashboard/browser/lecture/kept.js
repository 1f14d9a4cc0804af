// @ts-check
// The lecture that this device keeps between visits, with what undo goes back to. Some browsers keep nothing, as in a private window.

import {lectureText, readLecture} from "./lecture.js";

/** @typedef {import("./lecture.js").Lecture} Lecture */

export const PLACE = "latent-explorer/lecture";
const EARLIER = `${PLACE}/earlier`;
const ROOM = 1_500_000; // characters of what undo goes back to: a browser keeps some five million of a site

/** Null where none is kept, or what is kept makes no sense. @returns {Lecture|null} */
export function keptLecture() {
  try {
    const text = localStorage.getItem(PLACE);
    return text === null ? null : readLecture(text);
  } catch {
    return null;
  }
}

/** What undo goes back to, the latest last. @returns {Lecture[]} */
export function keptEarlier() {
  try {
    return JSON.parse(localStorage.getItem(EARLIER) ?? "[]").map(readLecture);
  } catch {
    return [];
  }
}

/** Whether it could be kept. Of those before it the latest are, as many as there is room for. @param {Lecture} lecture @param {readonly Lecture[]} earlier the latest last */
export function keepLecture(lecture, earlier) {
  const texts = earlier.map(lectureText);
  let [from, room] = [texts.length, ROOM];
  while (from > 0 && (room -= texts[from - 1].length) >= 0) from--;
  store(EARLIER, JSON.stringify(texts.slice(from))); // first: another tab looks when the lecture changes
  return store(PLACE, lectureText(lecture));
}

/** @param {string} key @param {string} text */
function store(key, text) {
  try {
    localStorage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}
