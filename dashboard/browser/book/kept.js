// @ts-check
// Named values of a page that the device keeps, so that a reload and another tab have them: for pages that the browser lays out what
// dashboard/shared/device.py is for those that Streamlit does, in the same form and the same place.

import {mirrored} from "../base/mirrored.js";

/** @typedef {import("../base/registers.js").Registers} Registers */
/** @typedef {import("../base/registers.js").Value} Value */

/** Of books that were closed on this page, for browsers that keep nothing. @type {Map<string, Registers>} */
const closed = new Map();

/** @param {string} book the name of the page @param {() => void} [changed] another tab gave a value */
export function keptValues(book, changed = () => {}) {
  const key = `latent-explorer/${book}`;
  let registers = closed.get(key) ?? {};
  let keeps = true;
  take();
  addEventListener("storage", heard);

  /** @param {StorageEvent} event */
  function heard(event) {
    if (event.key !== key) return;
    take();
    changed();
  }

  function take() {
    const all = mirrored(key, registers);
    keeps = all !== null;
    registers = all ?? registers;
  }

  return {
    /** Whether they outlast this page. */
    keeps: () => keeps,
    /** @param {string} name */
    get: (name) => registers[name]?.[0] ?? null,
    /** @param {Record<string, Value>} values by name */
    set(values) {
      const now = Date.now();
      const given = Object.entries(values).map(([name, value]) => [name, [value, Math.max(now, (registers[name]?.[1] ?? -1) + 1)]]);
      registers = {...registers, ...Object.fromEntries(given)};
      take();
    },
    end() {
      closed.set(key, registers);
      removeEventListener("storage", heard);
    },
  };
}
