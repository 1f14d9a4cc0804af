// @ts-check
// Which images are selected: those whose codes lie in what was drawn on either map, by hand or by keys, and which the legend shows.

import {markInside, rectangleOf, roundedCorners, simplified} from "../../base/regions.js";
import {sameItems} from "../../base/same_items.js";
import {MOST_CORNERS} from "../../state/region_text.js";
import {showsClass} from "../../state/classes.js";
import {meanCode} from "./measures.js";

/** @typedef {import("../explorer.js").App} App */
/** @typedef {import("../../state/state.js").Latent} Latent */
/** @typedef {import("../../state/state.js").Shape} Shape */
/** @typedef {"new"|"add"|"take"} How a shape changes what is selected */
/**
 * @typedef {object} Growing a shape on its way
 * @property {number} place of the map
 * @property {How} how
 * @property {"lasso"|"rectangle"} tool
 * @property {number[]} path where the hand has been, latent
 * @property {number} scale pixels to the unit
 */

const MOST_IN_ONE = 32; // corners of a lasso
const MOST_LIVE = 20_000; // images of which those inside are marked while the hand still draws
const NEARLY = 0.8; // pixels by which its corners may leave the hand's path
const FULL = `A selection has at most ${MOST_CORNERS} corners, so that a link can hold it. Clear it, or draw all of it in one go.`;

/** @param {App} app */
export function createSelection(app) {
  const {store, models} = app;
  /** @type {Growing|null} */
  let growing = null;
  /** @type {Shape[]} with the one on its way */
  let preview = [];
  /** @type {How} what a hand without Shift and Alt draws */
  let usual = "new";
  /** @type {{key: unknown[], marks: Uint8Array, indices: Uint32Array}} */
  let found = {key: [], marks: new Uint8Array(0), indices: new Uint32Array(0)};

  /** @returns {readonly Shape[]} */
  const shapes = () => (growing ? preview : store.state.shapes);

  function search() {
    const {classes, shapes: standing} = store.state;
    const {count, labels} = models[0].bundle.points;
    const searched = count > MOST_LIVE ? standing : shapes();
    const key = [searched, classes];
    if (sameItems(key, found.key)) return found;
    const marks = new Uint8Array(count);
    for (const {model, take, corners} of searched) markInside(corners, models[model].bundle.points.codes, marks, take ? 0 : 1);
    if (classes !== null) for (let i = 0; i < count; i++) if (!showsClass(store.state, labels[i])) marks[i] = 0;
    const indices = new Uint32Array(count);
    let all = 0;
    for (let i = 0; i < count; i++) if (marks[i]) indices[all++] = i;
    found = {key, marks, indices: indices.subarray(0, all)};
    return found;
  }

  /** @param {Growing} grown */
  function shapeOf({place, how, tool, path, scale}) {
    const corners = tool === "rectangle" ? rectangleOf(path, path.slice(-2)) : simplified(path, MOST_IN_ONE, NEARLY / scale);
    return {model: place, take: how === "take", corners: roundedCorners(corners, scale)};
  }

  /** @param {Growing|null} next */
  function grow(next) {
    growing = next;
    preview = next ? [...(next.how === "new" ? [] : store.state.shapes), shapeOf(next)] : [];
    app.invalidate();
  }

  /** The shape on its way becomes one of those that stand, and the points go to the mean of what is selected. */
  function finish() {
    const drawn = preview;
    grow(null);
    const last = drawn[drawn.length - 1].corners;
    if (last.length < 6) return;
    if (drawn.reduce((sum, {corners}) => sum + corners.length / 2, 0) > MOST_CORNERS) {
      store.dispatch({type: "set", values: {notice: FULL}});
      return;
    }
    store.dispatch({type: "set", values: {shapes: drawn, notice: ""}});
    const {indices} = search();
    if (indices.length) store.dispatch({type: "place", z: models.map((model) => meanCode(model.bundle.points.codes, indices)), values: {held: true}});
    app.commit();
  }

  return {
    shapes,
    /** Indices of the images, ascending. */
    indices: () => search().indices,
    /** 1 for each image that is selected; null where nothing is drawn, or another mode is on. */
    marks: () => (store.state.mode === "select" && shapes().length ? search().marks : null),
    growing: () => growing !== null,
    usual: () => usual,
    /** @param {How} how */
    setUsual(how) {
      usual = how;
      app.invalidate();
    },
    /** @param {number} place @param {Latent} z @param {How|null} how as the keys held say @param {number} scale */
    press: (place, z, how, scale) => grow({place, how: how ?? usual, tool: store.state.tool, path: [...z], scale}),
    /** @param {Latent} z */
    drag(z) {
      if (growing) grow({...growing, path: [...growing.path, ...z]});
    },
    /** @param {boolean} clicked */
    release(clicked) {
      if (growing && !clicked) finish();
      else grow(null);
    },
    cancel: () => grow(null),
    /** By keys a rectangle begins at the point, and ends there. @param {number} place @param {How|null} how @param {number} scale */
    corner(place, how, scale) {
      if (growing) finish();
      else grow({place, how: how ?? usual, tool: "rectangle", path: [...store.state.z[place]], scale});
    },
    /** Takes back the shape on its way, or all that is selected; whether there was any. */
    clear() {
      if (!growing && !store.state.shapes.length) return false;
      if (growing) grow(null);
      else store.dispatch({type: "set", values: {shapes: []}});
      return true;
    },
  };
}
