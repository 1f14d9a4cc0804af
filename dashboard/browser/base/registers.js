// @ts-check
// Named values that several tabs write: each with the time of its last change, and of two the later one holds. In this
// order-free form nothing is lost however late a tab hears of another. The counterpart of dashboard/shared/device.py.

/** @typedef {string|number|boolean|null} Value null: emptied */
/** @typedef {Record<string, [Value, number]>} Registers value and time by name */

/** Of each name the later value, of equally late ones the first argument's. @param {Registers} kept @param {Registers} told @returns {Registers} */
export function later(kept, told) {
  const all = {...kept};
  for (const [name, one] of Object.entries(told)) if (!all[name] || one[1] > all[name][1]) all[name] = one;
  return all;
}

/** @param {Registers} a @param {Registers} b */
export function areSame(a, b) {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => b[name]?.[0] === a[name][0] && b[name][1] === a[name][1]);
}

/** What a text says of registers; what makes no sense counts as not there. @param {string|null} text @returns {Registers} */
export function readRegisters(text) {
  /** @type {unknown} */
  let found;
  try {
    found = JSON.parse(text ?? "{}");
  } catch {
    return {};
  }
  return Object.fromEntries(Object.entries(found ?? {}).filter(([, one]) => isRegister(one)));
}

/** @param {unknown} one */
function isRegister(one) {
  return Array.isArray(one) && one.length === 2 && Number.isSafeInteger(one[1])
    && (one[0] === null || ["string", "number", "boolean"].includes(typeof one[0]));
}
