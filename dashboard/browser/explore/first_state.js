// @ts-check
// The state that a page of the explorer begins with.

import {rememberedPad} from "./draw/memory.js";
import {drawingOfText} from "../state/drawing_text.js";
import {formatLink, parseLink} from "../state/property_table.js";
import {classesOf} from "../words/classes.js";
import {stagesOf} from "../model/stages.js";
import {columnIn, reduce} from "../state/state.js";

/** @typedef {import("./explorer.js").ExplorerOptions} ExplorerOptions */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").Latent} Latent */

/** What a link does not carry, but the next page of the same visitor may. @typedef {Pick<State, "strokes"|"upload"|"inked"|"drawn"|"pen"|"views"|"history">} Kept */

/** @param {State} state @returns {Kept} */
export function keptOf({strokes, upload, inked, drawn, pen, views, history}) {
  return {strokes, upload, inked, drawn, pen, views, history};
}

/** What the link says, as far as it makes sense, and what was kept: by the page before or, after a reload, by the browser. @param {ExplorerOptions} options @param {string} link @param {State} plain @param {ExplorerModel[]} models @returns {State} */
export function linkedState(options, link, plain, models) {
  const {values, refused, lacking} = believed(parseLink(link, plain), models);
  const kept = options.kept?.views.length === plain.views.length ? options.kept : options.apart ? {} : rememberedPad(link);
  const zoomed = values.views && options.kept && sameInLinks(options.kept.views, values.views, plain) ? options.kept.views : values.views; // a link rounds
  const state = {...plain, ...kept, ...values, ...(zoomed && {views: zoomed}), ...redrawn(values, kept), held: values.z !== undefined, notice: options.notice ?? ""};
  // A link written by hand may name an image and no place; one made with other models names the places of those.
  if (options.anew || !values.z) Object.assign(state, atInspected(state, models));
  if (refused.length) state.notice += `${state.notice && " "}The link had parts that make no sense here (${refused.join(", ")}); they were left out.`;
  if (lacking !== null) state.notice += `${state.notice && " "}The data of this model have no column “${lacking}”: its codes have the colours of their classes.`;
  const placed = reduce(state, {type: "place", z: state.z});
  return zoomed && !options.anew ? {...placed, views: zoomed} : placed; // it says itself what is in sight
}

/** A link has the pixels of a drawing, and the strokes they came from only where these are still known. @param {Partial<State>} linked @param {Partial<Kept>} kept @returns {Partial<State>} */
function redrawn({inked}, kept) {
  return inked && inked !== kept.inked ? {strokes: [], upload: drawingOfText(inked)} : {};
}

/** @param {State["views"]} a @param {State["views"]} b @param {State} plain */
function sameInLinks(a, b, plain) {
  return formatLink({...plain, views: a}, plain) === formatLink({...plain, views: b}, plain);
}

const OUTERMOST = 3; // times the range of a model's codes, from their middle: a drawing may be encoded outside, but not beyond all bounds

/** What of a link makes sense for these models. @param {ReturnType<typeof parseLink>} parsed @param {ExplorerModel[]} models */
function believed({values: {z, selected, ends, unit, classes, colour, ...values}, refused}, models) {
  const {count, columns} = models[0].bundle.points;
  const wanted = colour === undefined ? null : columnIn(colour);
  const lacking = wanted === null || columns.some(({name}) => name === wanted) ? null : wanted;
  const names = classesOf(models[0].bundle);
  const shown = classes?.filter((label) => label < names.length);
  const near = (/** @type {ExplorerModel} */ {low, high}, /** @type {Latent} */ at) => at.every((value, axis) => Math.abs(value - (low[axis] + high[axis]) / 2) <= OUTERMOST * (high[axis] - low[axis]));
  const known = {
    z: z?.every((at, i) => near(models[i], at)),
    image: selected === undefined ? undefined : selected === null || selected < count,
    ends: ends?.every((end) => !end || (end.kind === "image" ? end.index < count : near(models[end.model], end.z))),
    classes: classes === undefined ? undefined : classes === null || shown?.length !== 0,
    unit: unit === undefined ? undefined : unit === null || hasUnit(models[unit.model], unit),
  };
  return {
    lacking,
    values: {...values, ...(colour !== undefined && lacking === null && {colour}), ...(known.classes && {classes: shown && shown.length < names.length ? shown : null}), ...(known.unit && {unit}), ...(known.z && {z}), ...(known.image && {selected}), ...(known.ends && {ends})},
    refused: [...refused, ...Object.entries(known).filter(([, holds]) => holds === false).map(([key]) => key)],
  };
}

/** An encoder that is still on its way is believed to have it. @param {ExplorerModel} model @param {import("../state/state.js").ChosenUnit} unit */
function hasUnit({bundle, network}, {part, place, unit}) {
  const stages = stagesOf(bundle, network, part);
  return stages.length === 0 || unit < (stages[place]?.units ?? 0);
}

/** The state of a page on which another rung stood: an inspected image is where this one puts it. @param {State} state @param {ExplorerModel[]} models @returns {State} */
export function carriedOver(state, models) {
  return {...state, ...atInspected(state, models), glide: null, hovered: null, notice: ""};
}

/** While an image is inspected, or followed through the networks, the points are its codes. @param {State} state @param {ExplorerModel[]} models @returns {Partial<State>} */
function atInspected({mode, selected}, models) {
  return (mode === "inspect" || mode === "network") && selected !== null ? {z: models.map((model) => model.codeOf(selected)), noise: 0, held: true} : {};
}
