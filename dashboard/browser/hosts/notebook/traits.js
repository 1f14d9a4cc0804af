// @ts-check
// What a notebook knows of an explorer, as traits of its widget (dashboard/notebook/explorer.py): from a report, and as a link. No DOM.

import {PROPERTIES} from "../../state/property_table.js";
import {shapesOfText} from "../../state/region_text.js";

/** @typedef {import("../../state/state.js").State} State */
/** @typedef {import("../../explore/explorer.js").Report} Report */
/** @typedef {{z: State["z"], mode: State["mode"], selection: State["selected"], lasso: State["shapes"]}} Traits */
/** @typedef {keyof Traits} Name */

const ROUNDED = 1e-4; // a link has four decimals

/** How a link has each, and what it is of the state. @type {Record<Name, {key: string, of: (traits: Traits) => Partial<State>}>} */
const KEYS = {
  mode: {key: "mode", of: ({mode}) => ({mode})},
  z: {key: "z", of: ({z}) => ({z})},
  selection: {key: "image", of: ({selection}) => ({selected: selection})},
  lasso: {key: "region", of: ({lasso}) => ({shapes: lasso})},
};
export const NAMES = /** @type {Name[]} */ (Object.keys(KEYS));

/** @param {Report} report @returns {Traits} */
export function traitsOf({z, mode, selection, link}) {
  const places = Object.values(z);
  const lasso = shapesOfText(new URLSearchParams(link).get("region") ?? "", places.length) ?? [];
  return {z: places, mode: /** @type {State["mode"]} */ (mode), selection, lasso};
}

/** The link that shows what a notebook asks for: an image is inspected and a lasso seen in Select, unless another mode is asked for.
 * @param {string} link to what is on show @param {Name[]} changed @param {Traits} traits */
export function linkTo(link, changed, traits) {
  const asked = new URLSearchParams(link);
  for (const name of changed) {
    const {key, of} = KEYS[name];
    const property = PROPERTIES.find((one) => one.key === key);
    asked.set(key, property?.format(/** @type {State} */ (of(traits))) ?? "");
  }
  const mode = changed.includes("selection") && traits.selection !== null ? "inspect" : changed.includes("lasso") && traits.lasso.length ? "select" : "";
  if (mode && !changed.includes("mode") && !(mode === "inspect" && asked.get("mode") === "network")) asked.set("mode", mode);
  if (mode === "inspect" && !changed.includes("z")) asked.delete("z"); // the cursor goes to the image's code
  return asked.toString();
}

/** The traits in which two differ by more than a link's rounding. @param {Traits} one @param {Traits} other @returns {Name[]} */
export function changesBetween(one, other) {
  return NAMES.filter((name) => (name === "z" ? !areNear(one.z, other.z) : JSON.stringify(one[name]) !== JSON.stringify(other[name])));
}

/** @param {State["z"]} a @param {State["z"]} b */
function areNear(a, b) {
  return a.length === b.length && a.flat().every((value, i) => Math.abs(value - b.flat()[i]) <= ROUNDED);
}
