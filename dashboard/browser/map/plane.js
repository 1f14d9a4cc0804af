// @ts-check
// One model's latent space, seen twice: its codes, and beside them what is decoded in the same place. Both squares show the same part of it,
// with one cursor and the same gestures.

import {make} from "../base/dom.js";
import {aroundAll} from "../base/geometry.js";
import {createBackdrop, NOTHING} from "./backdrop.js";
import {createFinder} from "./finder.js";
import {createLatentMap} from "./latent_map.js";
import {createManifoldMap} from "./manifold_map.js";
import {createMapModes} from "./modes.js";
import {createPainter} from "./painter.js";
import {listenToMap} from "./pointer.js";
import {sameItems} from "../base/same_items.js";
import {axesRoom, TOP} from "./sheet.js";

/** @typedef {import("../explore/explorer.js").App} App */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {ReturnType<typeof createPlane>} Plane */

const LEAST = 60; // of the page, pixels
const SHARPEST = 3; // pixels of a canvas for one of the page

/** All that a map shows: nearly all codes. Those of two VAEs, whose z are both in standard deviations of the prior, stand on one scale.
 * @param {App} app @param {ExplorerModel} model */
function wholeOf({models, glide}, model) {
  const cores = models.map(({place, core}) => (place === 0 ? glide()?.core : null) ?? core);
  return models.every(({bundle}) => bundle.kind === "vae") ? aroundAll(cores) : cores[model.place];
}

/** @param {App} app @param {ExplorerModel} model */
export function createPlane(app, model) {
  const {store} = app;
  const {place} = model;
  const finder = createFinder(app, model);
  const backdrop = createBackdrop(app, model);
  const painter = createPainter(app, model);
  const activate = () => store.dispatch({type: "set", values: {active: place}});
  const codes = createLatentMap(app, model, backdrop, painter, activate);
  const manifold = createManifoldMap(app, model, activate);
  const squares = [codes.square, manifold.square];
  const gestures = {
    ...createMapModes(app, model, finder.current, finder.reach, (z) => codes.pictureAt(z, finder.current())),
    view: finder.current, setView: finder.turn, scales: finder.scales, touched: app.touched,
  };
  for (const {plot} of squares) listenToMap(plot, gestures);
  const showAll = make("button", {type: "button", class: "lx-button lx-show-all", "data-testid": `show-all-${model.id}`, title: "Show all codes again (double-click does the same)",
    onclick: () => {
      finder.turn(null);
      app.commit();
    }}, "Show all");
  const element = make("div", {class: "lx-views"}, ...squares.map((square) => square.element), showAll);
  let [ratio, size, seen] = [1, 0, squares];
  /** What both squares were fitted to: to fit them is to paint them anew. @type {unknown[]} */
  let fitted = [];
  /** The model as it is painted: while its map glides from one rung to another, with the codes on their way. */
  let painted = model;

  function resize() {
    const box = element.getBoundingClientRect();
    seen = squares.filter((square) => square.seen());
    if (box.width < LEAST || box.height < LEAST || !seen.length) return;
    ratio = Math.min(SHARPEST, window.devicePixelRatio || 1);
    size = parseFloat(getComputedStyle(element).getPropertyValue("--lx-axis-size"));
    const [left, bottom] = axesRoom(size);
    const width = Math.floor((box.width - left - TOP - 2 * TOP * (seen.length - 1)) / seen.length);
    const height = Math.floor(box.height - bottom - TOP);
    const room = [...seen, left, bottom, width, height, ratio, size];
    if (sameItems(room, fitted)) return;
    fitted = room;
    // The numbers of z₂ stand left of the first and hold for both.
    for (const map of [codes, manifold]) map.fit({left: map.square === seen[0] ? left : TOP, bottom, width, height, ratio, size});
    finder.fit(width, height);
  }

  /** @param {import("../explore/shelf.js").Glide|null} glide */
  function take(glide) {
    finder.widen(wholeOf(app, model));
    if (!glide) painted = model;
    else if (painted.bundle.points.codes !== glide.codes) {
      const [low, high] = glide.reach;
      painted = {...model, low, high, bundle: {...model.bundle, points: {...model.bundle.points, codes: glide.codes}}, codeOf: (index) => [glide.codes[2 * index], glide.codes[2 * index + 1]]};
    }
  }

  /** @param {State} state @param {Theme} theme */
  function render(state, theme) {
    if (finder.whole().width <= 1) return;
    take(place === 0 ? app.glide() : null);
    const view = finder.current();
    showAll.hidden = state.views[place] === null;
    const worth = painted === model ? app.worths.current()?.[place] ?? null : null;
    const scene = {
      state, view, theme, size, painted, worth, marks: app.selection.marks(), pictures: codes.pictures(state, view, painted),
      shown: painted === model ? backdrop.shown(state) : NOTHING,
    };
    const key = [painted, worth, scene.pictures, scene.shown.field, state.z[place], state.held, state.active === place, state.hovered, state.selected, state.mode,
      state.ends, state.path, state.seed, state.fitted, app.images, theme, view.scale, view.cx, view.cy, ratio, view.width, view.height, state.layers.posterior, app.posteriors.told(model)?.version(),
      app.selection.shapes(), state.mode === "network" && app.network.q(place)];
    if (seen.includes(codes.square)) codes.render(scene);
    if (seen.includes(manifold.square)) manifold.render(scene, finder.whole());
    // Pictures in place of dots and what the codes are coloured by belong to the codes alone.
    for (const square of seen) square.paint(1, key, (context) => painter.above(context, square === codes.square ? scene : {...scene, worth: null, pictures: null}));
  }

  return {
    element, resize, render, backdrop,
    reach: finder.reach,
    frame: finder.frame,
    /** How many squares the page shows of it. */
    seen: () => seen.length,
    inSight: finder.current,
    keyHeight: (/** @type {import("../state/state.js").View} */ view, /** @type {number} */ textSize) => codes.keyHeight(view, textSize, painted),
    /** The codes as a picture. @param {import("./sheet.js").Shape} shape @param {Theme} theme @param {import("./sheet.js").Together|null} together */
    picture: (shape, theme, together) => codes.picture(shape, {
      state: store.state, view: finder.current(), theme, painted, marks: app.selection.marks(), worth: painted === model ? app.worths.current()?.[place] ?? null : null,
    }, together),
  };
}
