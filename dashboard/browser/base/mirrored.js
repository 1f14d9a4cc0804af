// @ts-check
// Registers in the browser's own storage.

import {areSame, later, readRegisters} from "./registers.js";

/** @typedef {import("./registers.js").Registers} Registers */

/** The later ones of what is stored and what the page has, from now on stored; null where the browser stores nothing.
 * @param {string} key @param {Registers} registers */
export function mirrored(key, registers) {
  try {
    const stored = readRegisters(localStorage.getItem(key));
    const all = later(stored, registers);
    if (!areSame(all, stored)) localStorage.setItem(key, JSON.stringify(all));
    return all;
  } catch {
    return null;
  }
}
