// @ts-check
// Which classes are shown: a list of their labels in ascending order, or null for all of them. No DOM.

/** @typedef {readonly number[]|null} Classes */

const MOST = 100;

/** @param {{classes: Classes}} state @param {number} label */
export function showsClass({classes}, label) {
  return classes === null || classes.includes(label);
}

/** Clicking a class shows it alone, clicking more adds them, and taking the last away, or adding the last there is, shows all again.
 * @param {Classes} classes @param {number} label @param {number} [of] how many there are @returns {Classes} */
export function toggled(classes, label, of) {
  if (classes === null) return [label];
  const next = classes.includes(label) ? classes.filter((one) => one !== label) : [...classes, label].sort((a, b) => a - b);
  return next.length && next.length !== of ? next : null;
}

/** As a link has them: a number whose bit k is set when class k is shown. @param {Classes} classes */
export function textOfClasses(classes) {
  return classes === null ? "" : String(classes.reduce((bits, label) => bits | (1n << BigInt(label)), 0n));
}

/** @param {string} text @returns {Classes|undefined} undefined for what says nothing of classes */
export function classesOfText(text) {
  if (text === "") return null;
  const bits = /^\d{1,31}$/.test(text) ? BigInt(text) : 0n;
  if (bits <= 0n || bits >> BigInt(MOST)) return undefined;
  return Array.from({length: MOST}, (_, label) => label).filter((label) => bits >> BigInt(label) & 1n);
}
