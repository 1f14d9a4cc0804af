// @ts-check
// The lecture that this device keeps between visits, with what undo goes back to, and the scene on show, which a tab keeps for when it
// is loaded anew. Some browsers keep nothing, as in a private window.

import {lectureText, readLecture} from "./lecture.js";

/** @typedef {import("./lecture.js").Lecture} Lecture */
/** @typedef {{place: number, began: number}} Shown the scene on show, as the lecture counts, and when the presentation began, as `Date.now()` */

export const PLACE = "latent-explorer/lecture";
const EARLIER = `${PLACE}/earlier`;
const SHOWN = "latent-explorer/shown";
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

/** What this tab presented when it was loaded anew; null where it presented nothing. @returns {Shown|null} */
export function keptShown() {
  try {
    const {place, began} = JSON.parse(sessionStorage.getItem(SHOWN) ?? "null");
    return Number.isInteger(place) && Number.isFinite(began) ? {place, began} : null;
  } catch {
    return null;
  }
}

/** @param {Shown|null} shown null once the presentation has ended */
export function keepShown(shown) {
  try {
    if (shown) sessionStorage.setItem(SHOWN, JSON.stringify(shown));
    else sessionStorage.removeItem(SHOWN);
  } catch {} // then a reload begins anew
}
