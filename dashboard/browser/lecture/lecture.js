// @ts-check
// A lecture as a file: scenes in their order, each a link to a state of ours with a title and what the speaker says. A file
// comes from anywhere, so everything in it is checked, and nothing of it is ever run. dashboard/lecture/lecture.py reads
// the same files by the same rules; tests/fixtures/lectures.json is replayed by both.

import {PlainError} from "../base/errors.js";

/** @typedef {{link: string, seconds: number}} Keyframe a state to arrive at, and how long the way there takes */
/** @typedef {{title: string, notes: string, link: string, minutes?: number, path?: Keyframe[]}} Scene minutes: planned */
/** @typedef {{title: string, scenes: Scene[]}} Lecture */
/** @typedef {{page: string, query: URLSearchParams, state: string}} Place what a link leads to; page: "explore", "learn" … */

export const FORMAT = "latent-explorer lecture";
const VERSION = 1;
export const MOST = {text: 400_000, scenes: 100, title: 160, notes: 3000, link: 2400, minutes: 60, seconds: 60};
export const MOST_KEYFRAMES = 20;
const FILM = /^(\.\/train\?(?:[^#]*&)?run=[^#&]+[^#]*)#(?:.*&)?step=(\d{1,8})(?:&.*)?$/;
const LINK = /^\.\/(explore|learn|lab|train|runs|models|worksheet)?(\?[\w.,:;=&%+~-]*)?(#[\w.,:;=&%+~-]*)?$/;

/** The lecture in the text of a file. Throws PlainError, one sentence. @param {string} text @returns {Lecture} */
export function readLecture(text) {
  if (text.length > MOST.text) throw new PlainError(`This file is too large to be a lecture, which has at most ${MOST.text.toLocaleString("en")} characters.`);
  let given;
  try {
    given = JSON.parse(text);
  } catch {
    throw new PlainError("This is no lecture: the file is not JSON.");
  }
  if (!isRecord(given) || given.format !== FORMAT) throw new PlainError(`This is no lecture: its format is not “${FORMAT}”.`);
  if (given.version !== VERSION) throw new PlainError(`This lecture has another version than ${VERSION}, the only one known here.`);
  if (!isText(given.title, MOST.title)) throw new PlainError(`The lecture's title must be a text of at most ${MOST.title} characters.`);
  if (!Array.isArray(given.scenes) || given.scenes.length > MOST.scenes) throw new PlainError(`A lecture needs a list of scenes, at most ${MOST.scenes}.`);
  return {title: given.title, scenes: given.scenes.map(readScene)};
}

/** @param {any} given @param {number} place @returns {Scene} */
function readScene(given, place) {
  const wrong = (/** @type {string} */ what) => new PlainError(`Scene ${place + 1}: ${what}`);
  if (!isRecord(given)) throw wrong("it is no scene.");
  const {title, notes, link, minutes, path} = given;
  if (!isText(title, MOST.title) || !title.trim()) throw wrong(`the title must be a text of 1 to ${MOST.title} characters.`);
  if (!isText(notes, MOST.notes)) throw wrong(`the notes must be a text of at most ${MOST.notes} characters.`);
  if (!isLink(link)) throw wrong("the link must lead to a page of this program, as ./learn?step=beta does.");
  if (minutes !== undefined && !isWithin(minutes, 0, MOST.minutes)) throw wrong(`the minutes must be a number from 0 to ${MOST.minutes}.`);
  if (path !== undefined && !isPath(path, link)) throw wrong(`the path must be a list of 1 to ${MOST_KEYFRAMES} states of Explore, or of instants of one run's film, each with seconds above 0 and up to ${MOST.seconds}.`);
  return {title, notes, link, ...(minutes !== undefined && {minutes}),
    ...(path !== undefined && {path: path.map((/** @type {Keyframe} */ {link, seconds}) => ({link, seconds}))})};
}

/** The text of the file. @param {Lecture} lecture */
export function lectureText({title, scenes}) {
  return `${JSON.stringify({format: FORMAT, version: VERSION, title, scenes}, null, 1)}\n`;
}

/** Where a checked link leads. @param {string} link @returns {Place} */
export function placeOf(link) {
  const [, page = "explore", query = "", state = ""] = LINK.exec(link) ?? [];
  return {page, query: new URLSearchParams(query), state: state.slice(1)};
}

/** The run's film and the step of it that a checked link shows, or null for one that shows no instant of a film. @param {string} link */
export function instantOf(link) {
  const [, film, step] = FILM.exec(link) ?? [];
  return film === undefined ? null : {film, step: Number(step)};
}

/** Whether a path may lead from one state to another: both of Explore, or instants of the same film. @param {string} from @param {string} to */
export function leadsTo(from, to) {
  const [here, there] = [instantOf(from), instantOf(to)];
  return here ? here.film === there?.film : [from, to].every((link) => placeOf(link).page === "explore");
}

/** Minutes planned from the first scene to the end of one, or nothing where none are. @param {readonly Scene[]} scenes @param {number} [last] */
export function plannedMinutes(scenes, last = scenes.length - 1) {
  return scenes.slice(0, last + 1).reduce((sum, {minutes = 0}) => sum + minutes, 0);
}

/** @param {unknown} path @param {string} link */
function isPath(path, link) {
  return Array.isArray(path) && path.length >= 1 && path.length <= MOST_KEYFRAMES
    && path.every((one) => isRecord(one) && isLink(one.link) && leadsTo(link, one.link) && isWithin(one.seconds, 0, MOST.seconds) && one.seconds > 0);
}

/** @param {unknown} link */
const isLink = (link) => isText(link, MOST.link) && LINK.test(link);
/** @param {unknown} value @param {number} most @returns {value is string} */
const isText = (value, most) => typeof value === "string" && value.length <= most;
/** @param {unknown} value @param {number} low @param {number} high @returns {value is number} */
const isWithin = (value, low, high) => typeof value === "number" && value >= low && value <= high;
/** @param {unknown} value @returns {value is Record<string, any>} */
const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
