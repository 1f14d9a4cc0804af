// @ts-check
// What a key means while a lecture is on: those of a presenter's remote control, and a letter for everything else.

/** @typedef {"next"|"previous"|"first"|"last"|"black"|"theme"|"code"|"controls"|"play"|"ring"|"help"|"end"} Act */

/** @type {Record<string, Act>} */
const PAGE_KEYS = {PageDown: "next", PageUp: "previous"};
/** @type {Record<string, Act>} */
const MOVING_KEYS = {ArrowRight: "next", ArrowDown: "next", ArrowLeft: "previous", ArrowUp: "previous", Home: "first", End: "last"};
/** @type {Record<string, Act>} */
const LETTERS = {b: "black", ".": "black", t: "theme", q: "code", c: "controls", p: "play", r: "ring", "?": "help", h: "help"};

/** What a key asks for, or nothing. @param {{key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean}} event
 * @param {"none"|"moves"|"types"} focus what has it: nothing that takes keys, something that arrows move, or something one types into @returns {Act|null} */
export function actOf({key, ctrlKey, metaKey, altKey}, focus) {
  if (ctrlKey || metaKey || altKey) return null;
  if (key === "Escape") return "end";
  if (PAGE_KEYS[key]) return PAGE_KEYS[key];
  if (focus === "types") return null;
  if (MOVING_KEYS[key]) return focus === "moves" ? null : MOVING_KEYS[key];
  return LETTERS[key.toLowerCase()] ?? null;
}
