// @ts-check
// The state that a page of the explorer begins with.

import {parseLink} from "./property_table.js";
import {reduce} from "./state.js";

/** @typedef {import("./explorer.js").ExplorerOptions} ExplorerOptions */
/** @typedef {import("./explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("./state.js").State} State */

/** What a link does not carry, but the next page of the same visitor may. @typedef {Pick<State, "strokes"|"upload"|"pen"|"views"|"history">} Kept */

/** @param {State} state @returns {Kept} */
export function keptOf({strokes, upload, pen, views, history}) {
  return {strokes, upload, pen, views, history};
}

/** What the link says, as far as it makes sense, and what was kept. @param {ExplorerOptions} options @param {State} plain @param {number} count of images @returns {State} */
export function linkedState(options, plain, count) {
  const {values, refused} = parseLink(options.link ?? location.hash.slice(1), plain);
  const kept = options.kept?.views.length === plain.views.length ? options.kept : {};
  const state = {...plain, ...kept, ...values, held: Object.keys(values).length > 0, notice: options.notice ?? ""};
  if (state.selected !== null && state.selected >= count) state.selected = null;
  if (refused.length) state.notice += `${state.notice && " "}The link had parts that make no sense here (${refused.join(", ")}); they were left out.`;
  return reduce(state, {type: "place", z: state.z});
}

/** The state of a page on which another rung stood: an inspected image is where this one puts it. @param {State} state @param {ExplorerModel[]} models @returns {State} */
export function carriedOver(state, models) {
  const {mode, selected, z} = state;
  const follows = mode === "inspect" && selected !== null;
  return {...state, z: follows ? [models[0].codeOf(selected), ...z.slice(1)] : z, noise: follows ? 0 : state.noise, glide: null, hovered: null, playing: false, notice: ""};
}
