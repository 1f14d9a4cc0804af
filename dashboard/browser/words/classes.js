// @ts-check
// What the classes of a data set are called, in marks on a map and in sentences.

/** @typedef {readonly string[]} ClassNames by label */

const COLOURS = 10;
const LONGEST_MARK = 2;
const SHARED_LINE = 36; // characters
const DIGITS = Array.from("0123456789");

/** The names of a model's classes; ten digits for one that does not say. @param {{header?: {classes?: string[]}}} bundle @returns {ClassNames} */
export function classesOf({header}) {
  return header?.classes ?? DIGITS;
}

/** Whether the names are as short as digits, so that they can stand on a map themselves. @param {ClassNames} names */
export function areShort(names) {
  return names.every((name) => name.length <= LONGEST_MARK);
}

/** Whether they are the ten digits, or some of them. @param {ClassNames} names */
export function areDigits(names) {
  return names.every((name) => /^\d$/.test(name));
}

/** Whether there are more of them than colours that can be told apart. @param {ClassNames} names */
export function areMany(names) {
  return names.length > COLOURS;
}

/** That dots of several classes have one colour; nothing where each class has its own. @param {ClassNames} names @param {string} [what] they are */
export function sharedText(names, what = "classes") {
  return areMany(names) ? `${COLOURS} colours for ${names.length} ${what}` : "";
}

/** The labels of the classes that a text may mean: the one called so, or all whose name or mark has it in it, in either case of letters; all for no text.
 * @param {ClassNames} names @param {string} text */
export function namesFound(names, text) {
  const labels = names.map((_, label) => label);
  const exact = labels.filter((label) => names[label] === text || markOf(names, label) === text);
  const sought = text.trim().toLowerCase();
  return exact.length ? exact : labels.filter((label) => names[label].toLowerCase().includes(sought));
}

/** Whether the names take a line to themselves. @param {ClassNames} names */
export function fillALine(names) {
  return !areShort(names) && names.join("").length > SHARED_LINE;
}

/** What stands for a class on a map: its name, or its number where the names are long. @param {ClassNames} names @param {number} label */
export function markOf(names, label) {
  return areShort(names) ? names[label] : String(label);
}

/** The classes of some images in their order; long names with how often they occur, the most frequent first. @param {ClassNames} names @param {readonly number[]} labels */
export function labelsText(names, labels) {
  if (areShort(names)) return labels.map((label) => names[label]).join(" ");
  const counts = names.map((_, label) => labels.filter((one) => one === label).length);
  return [...counts.keys()].filter((label) => counts[label]).sort((a, b) => counts[b] - counts[a]).map((label) => `${names[label]} (${counts[label].toLocaleString("en")})`).join(", ");
}

/** A class by itself: digit 7, or coat. @param {string} name */
export function titleOf(name) {
  return /^\d$/.test(name) ? `digit ${name}` : name;
}

/** One image of a class: a 7, or “Coat”. @param {ClassNames} names @param {number} label */
export function oneOf(names, label) {
  return /^\d$/.test(names[label]) ? `${names[label] === "8" ? "an" : "a"} ${names[label]}` : `“${names[label]}”`;
}

/** What several images are: 7s, or “Coat”. @param {ClassNames} names @param {number} label */
export function manyOf(names, label) {
  return /^\d$/.test(names[label]) ? `${names[label]}s` : `“${names[label]}”`;
}
