// @ts-check
// What part of a model's latent space is in sight: the same in each of its squares.

import {fitView, resizedView} from "../base/geometry.js";
import {sameItems} from "../base/same_items.js";

/** @typedef {import("../explore/explorer.js").App} App */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {ReturnType<typeof createFinder>} Finder */

export const SETTLED = 90; // milliseconds after the last change of a view
const PADDING = 14;
const FRAME_MARGIN = 0.2; // of the map, around what it is zoomed to
const STILL_ON = 0.4; // of the map's side: how far its middle may leave the codes behind

/** @param {App} app @param {ExplorerModel} model */
export function createFinder(app, model) {
  const {store} = app;
  const {place} = model;
  /** @type {View} */
  let whole = {scale: 1, cx: 0, cy: 0, width: 1, height: 1};
  let wholeOf = model.core;
  let settling = 0;

  const current = () => {
    const wanted = store.state.views[place];
    return wanted ? resizedView(wanted, whole.width, whole.height) : whole;
  };

  /** What numbers on axes can show. @returns {Latent} */
  function scales() {
    return [whole.scale / 4, whole.scale * 400];
  }

  /** Keeps where the codes lie from leaving the map altogether. @param {View} view @returns {View} */
  function bounded(view) {
    const [least, most] = scales();
    const scale = Math.min(most, Math.max(least, view.scale));
    const clamp = (/** @type {number} */ value, /** @type {0|1} */ axis, /** @type {number} */ side) => {
      const room = STILL_ON * side / scale;
      return Math.min(model.high[axis] + room, Math.max(model.low[axis] - room, value));
    };
    return {...view, scale, cx: clamp(view.cx, 0, view.width), cy: clamp(view.cy, 1, view.height)};
  }

  /** @param {View|null} view */
  function show(view) {
    store.dispatch({type: "view", model: place, view: view && bounded(view)});
  }

  return {
    current, scales,
    /** All of the map. */
    whole: () => whole,
    /** As far as codes and samples of the prior lie, and at least all that the whole map shows. @returns {[Latent, Latent]} */
    reach() {
      const [x, y] = [whole.width / 2 / whole.scale, whole.height / 2 / whole.scale];
      const {low, high} = model;
      return [[Math.min(low[0], whole.cx - x), Math.min(low[1], whole.cy - y)], [Math.max(high[0], whole.cx + x), Math.max(high[1], whole.cy + y)]];
    },
    /** By hand: said once the hand rests. @param {View|null} view */
    turn(view) {
      show(view);
      clearTimeout(settling);
      settling = setTimeout(() => {
        app.invalidate();
        app.commit();
      }, SETTLED);
    },
    /** Zooms to a part of the latent space. @param {Latent} low @param {Latent} high */
    frame: (low, high) => show(fitView(low, high, whole.width, whole.height, whole.width * FRAME_MARGIN)),
    /** The squares have another size. @param {number} width @param {number} height */
    fit(width, height) {
      whole = fitView(...wholeOf, width, height, PADDING);
      if (store.state.views[place]?.width === 1) show(current()); // a link gives no size
    },
    /** All of the map is another part than before. @param {[Latent, Latent]} core */
    widen(core) {
      if (!sameItems(core.flat(), wholeOf.flat())) [wholeOf, whole] = [core, fitView(...core, whole.width, whole.height, PADDING)];
    },
  };
}

/** @param {View} a @param {View} b */
export function sameView(a, b) {
  return a.scale === b.scale && a.cx === b.cx && a.cy === b.cy && a.width === b.width && a.height === b.height;
}
