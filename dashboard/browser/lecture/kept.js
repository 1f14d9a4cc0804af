// @ts-check
// The lecture that this device keeps between visits. Some browsers keep nothing, as in a private window.

import {lectureText, readLecture} from "./lecture.js";

/** @typedef {import("./lecture.js").Lecture} Lecture */

export const PLACE = "latent-explorer/lecture";

/** Null where none is kept, or what is kept makes no sense. @returns {Lecture|null} */
export function keptLecture() {
  try {
    const text = localStorage.getItem(PLACE);
    return text === null ? null : readLecture(text);
  } catch {
    return null;
  }
}

/** Whether it could be kept. @param {Lecture} lecture */
export function keepLecture(lecture) {
  try {
    localStorage.setItem(PLACE, lectureText(lecture));
    return true;
  } catch {
    return false;
  }
}
