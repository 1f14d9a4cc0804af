// @ts-check
// What a key means while a lecture is on: those of a presenter's remote control, and a letter for everything else.

/** @typedef {"next"|"previous"|"first"|"last"|"black"|"theme"|"code"|"controls"|"play"|"ring"|"help"|"end"} Act */

/** @type {Record<string, Act>} */
const PAGE_KEYS = {PageDown: "next", PageUp: "previous"};
/** @type {Record<string, Act>} */
const MOVING_KEYS = {ArrowRight: "next", ArrowDown: "next", ArrowLeft: "previous", ArrowUp: "previous", Home: "first", End: "last"};
/** @type {Record<string, Act>} */
const LETTERS = {b: "black", ".": "black", t: "theme", q: "code", c: "controls", p: "play", r: "ring", "?": "help", h: "help"};

const ACTS = new Set(["end", ...[PAGE_KEYS, MOVING_KEYS, LETTERS].flatMap((keys) => Object.values(keys))]);

/** Whether what came from another window is one. @param {any} value @returns {value is Act} */
export const isAct = (value) => ACTS.has(value);

/** @typedef {"none"|"moves"|"presses"|"both"|"types"} Focus what has it: nothing that takes keys, something that arrows move or the space bar presses, or something one types into */

const MOVED_BY_ARROWS = "input[type=range], input[type=radio], select, summary, .lx-plot, .ls-handle, canvas[tabindex]";
const PRESSED_BY_SPACE = "button, input[type=radio], input[type=checkbox], select, summary, .lx-plot, canvas[tabindex], [role=button], [role=option], [role=menuitem]";
const TYPED_INTO = "textarea, input:not([type=range], [type=radio], [type=checkbox])";

/** What keys mean to what has the focus. An element of a page in a frame is none of this window's, so that is not what is asked. @param {any} target @returns {Focus} */
export function focusOf(target) {
  if (!target?.matches) return "none";
  if (target.matches(TYPED_INTO)) return "types";
  const [moves, presses] = [target.matches(MOVED_BY_ARROWS), target.matches(PRESSED_BY_SPACE)];
  if (moves && presses) return "both";
  return moves ? "moves" : presses ? "presses" : "none";
}

/** What a key asks for, or nothing. @param {{key: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean}} event @param {Focus} focus @returns {Act|null} */
export function actOf({key, ctrlKey, metaKey, altKey}, focus) {
  if (ctrlKey || metaKey || altKey) return null;
  if (key === "Escape") return "end";
  if (PAGE_KEYS[key]) return PAGE_KEYS[key];
  if (focus === "types") return null;
  if (key === " ") return focus === "presses" || focus === "both" ? null : "next";
  if (MOVING_KEYS[key]) return focus === "moves" || focus === "both" ? null : MOVING_KEYS[key];
  return LETTERS[key.toLowerCase()] ?? null;
}
