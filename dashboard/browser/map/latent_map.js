// @ts-check
// One latent space: points, layers and axes below, cursor and marks above, each on its own canvas so that a move repaints only the marks.

import {contextOf, make, setText} from "../base/dom.js";
import {fitView, resizedView} from "../base/geometry.js";
import {createBackdrop, NOTHING} from "./backdrop.js";
import {mapKey} from "./key.js";
import {createMapModes} from "./modes.js";
import {listenToMap} from "./pointer.js";
import {createPainter} from "./painter.js";
import {paintPoints, paintTraining, unseenText} from "./points.js";
import {sameItems} from "../base/same_items.js";
import {axesRoom, slideSheet, TOP} from "./sheet.js";

/** @typedef {import("../explore/explorer.js").App} App */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("../state/state.js").Latent} Latent */

const PADDING = 14;
const FRAME_MARGIN = 0.2; // of the map, around what it is zoomed to
const SETTLED = 90;
const STILL_ON = 0.4; // of the map's side: how far its middle may leave the codes behind
const SHARPEST = 3; // pixels of the canvas for one of the page

/** @param {App} app @param {ExplorerModel} model */
export function createLatentMap(app, model) {
  const {store} = app;
  const place = model.place;
  const base = make("canvas", {class: "lx-map-base", "aria-hidden": "true"});
  const marks = make("canvas", {class: "lx-map-marks", "aria-hidden": "true"});
  const plot = make("div", {
    class: "lx-plot", tabindex: "0", role: "application", "aria-roledescription": "latent map", "data-testid": `latent-map-${model.id}`,
    "aria-label": `Latent map of the ${model.title}. Arrow keys move the point that is decoded; Shift is coarse, Alt is fine, 0 is the origin, R a random point, plus and minus zoom.`,
    onfocus: () => store.dispatch({type: "set", values: {active: place}}),
  });
  const showAll = make("button", {type: "button", class: "lx-button lx-show-all", "data-testid": `show-all-${model.id}`, title: "Show all codes again (double-click does the same)",
    onclick: () => {
      store.dispatch({type: "view", model: place, view: null});
      app.commit();
    }}, "Show all");
  const outside = make("span", {class: "lx-out"});
  const element = make("div", {class: "lx-map"}, base, marks, plot, showAll, outside, make("span", {class: "lx-axis", "aria-hidden": "true"}, "z₂"));
  const [below, above, cached] = [contextOf(base), contextOf(marks), contextOf(make("canvas"))];
  const backdrop = createBackdrop(app, model);
  const painter = createPainter(app, model);
  let [size, left, bottom, ratio] = [13, 44, 30, 1];
  /** @type {View} */
  let whole = {scale: 1, cx: 0, cy: 0, width: 1, height: 1};
  /** @type {View|null} where the cached points were painted for */
  let cachedView = null;
  /** @type {unknown[][]} what each layer was last painted from */
  let [paintedKey, cachedKey, markedKey] = [[], [], []];
  let settling = 0;
  let wholeOf = model.core;
  /** The model as it is painted: while its map glides from one rung to another, with the codes on their way. */
  let painted = model;

  const currentView = () => {
    const wanted = store.state.views[place];
    return wanted ? resizedView(wanted, whole.width, whole.height) : whole;
  };
  /** As far as codes and samples of the prior lie, and at least all that the whole map shows. @returns {[Latent, Latent]} */
  function reach() {
    const [x, y] = [whole.width / 2 / whole.scale, whole.height / 2 / whole.scale];
    const {low, high} = model;
    return [[Math.min(low[0], whole.cx - x), Math.min(low[1], whole.cy - y)], [Math.max(high[0], whole.cx + x), Math.max(high[1], whole.cy + y)]];
  }
  const modes = createMapModes(app, model, currentView, reach);
  listenToMap(plot, {
    ...modes,
    view: currentView,
    touched: app.touched,
    scales,
    setView(view) {
      store.dispatch({type: "view", model: place, view: view && bounded(view)});
      clearTimeout(settling);
      settling = setTimeout(() => {
        app.invalidate();
        app.commit();
      }, SETTLED);
    },
  });

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

  function resize() {
    const box = element.getBoundingClientRect();
    if (box.width < 60 || box.height < 60) return;
    ratio = Math.min(SHARPEST, window.devicePixelRatio || 1);
    size = app.large() ? 19 : 13;
    [left, bottom] = axesRoom(size);
    for (const canvas of [base, marks]) {
      canvas.width = Math.round(box.width * ratio);
      canvas.height = Math.round(box.height * ratio);
    }
    const [width, height] = [Math.floor(box.width - left - TOP), Math.floor(box.height - bottom - TOP)];
    Object.assign(cached.canvas, {width: Math.ceil(width * ratio), height: Math.ceil(height * ratio)});
    Object.assign(plot.style, {left: `${left}px`, top: `${TOP}px`, width: `${width}px`, height: `${height}px`});
    element.style.setProperty("--lx-left", `${left}px`);
    element.style.setProperty("--lx-axis-size", `${size}px`);
    whole = fitView(...wholeOf, width, height, PADDING);
    if (store.state.views[place]?.width === 1) store.dispatch({type: "view", model: place, view: bounded(currentView())}); // a link gives no size
    cachedView = null;
    paintedKey = markedKey = [];
  }

  /** @param {import("../explore/shelf.js").Glide|null} glide */
  function take(glide) {
    const core = glide?.core ?? model.core;
    if (core !== wholeOf) [wholeOf, whole] = [core, fitView(...core, whole.width, whole.height, PADDING)];
    if (!glide) painted = model;
    else if (painted.bundle.points.codes !== glide.codes) {
      const [low, high] = glide.reach;
      painted = {...model, low, high, bundle: {...model.bundle, points: {...model.bundle.points, codes: glide.codes}}, codeOf: (index) => [glide.codes[2 * index], glide.codes[2 * index + 1]]};
    }
  }

  /** Points are painted once for a view; while the view is on the move their picture is moved instead. @param {State} state @param {View} view @param {Theme} theme */
  function refreshPoints(state, view, theme) {
    const key = [painted, state.layers, state.classes, state.focus, theme, ratio];
    const same = sameItems(key, cachedKey);
    if (same && cachedView && (sameView(cachedView, view) || performance.now() - lastViewChange < SETTLED)) return;
    cached.setTransform(1, 0, 0, 1, 0, 0);
    cached.clearRect(0, 0, cached.canvas.width, cached.canvas.height);
    cached.setTransform(ratio, 0, 0, ratio, 0, 0);
    const layer = {context: cached, view, ratio, theme, state, model: painted};
    if (state.layers.training && painted === model) paintTraining(layer);
    paintPoints(layer);
    [cachedKey, cachedView] = [key, view];
  }

  let lastViewChange = 0;
  /** @type {View|null} */
  let lastView = null;

  /** @param {State} state @param {View} view @param {Theme} theme @returns {import("./painter.js").Scene} */
  function sceneOf(state, view, theme) {
    return {state, view, theme, size, painted, shown: painted === model ? backdrop.shown(state) : NOTHING};
  }

  /** @param {CanvasRenderingContext2D} context */
  function wipe(context) {
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.translate(left, TOP);
  }

  /** @param {State} state @param {View} view @param {Theme} theme */
  function paintBase(state, view, theme) {
    const scene = sceneOf(state, view, theme);
    element.classList.toggle("lx-shaded", scene.shown.field !== null);
    wipe(below);
    painter.below(below, scene, () => backdrop.paint(below, view, scene.shown, theme), () => {
      if (!cachedView) return;
      const zoom = view.scale / cachedView.scale;
      const x = view.width / 2 + (cachedView.cx - view.cx) * view.scale - zoom * cachedView.width / 2;
      const y = view.height / 2 - (cachedView.cy - view.cy) * view.scale - zoom * cachedView.height / 2;
      below.drawImage(cached.canvas, x, y, cached.canvas.width / ratio * zoom, cached.canvas.height / ratio * zoom);
    });
  }

  /** @param {State} state @param {Theme} theme */
  function render(state, theme) {
    if (whole.width <= 1) return;
    take(place === 0 ? app.glide() : null);
    const view = currentView();
    showAll.hidden = state.views[place] === null;
    if (!lastView || !sameView(lastView, view)) [lastView, lastViewChange] = [view, lastView ? performance.now() : 0];
    if (painted === model) backdrop.request(state, view);
    refreshPoints(state, view, theme);
    const key = [cachedView, cachedKey, view.scale, view.cx, view.cy, state.spacing, state.manifoldSize, backdrop.version()];
    if (!sameItems(key, paintedKey)) {
      paintBase(state, view, theme);
      setText(outside, unseenText(painted, view, state));
      paintedKey = key;
    }
    const markKey = [painted, state.z[place], state.held, state.active === place, state.hovered, state.selected, state.mode,
      state.ends, state.path, state.seed, state.fitted, app.images, theme, view.scale, view.cx, view.cy, ratio, left, view.width, view.height, state.layers.posterior, app.probe?.version()];
    if (sameItems(markKey, markedKey)) return;
    wipe(above);
    painter.above(above, sceneOf(state, view, theme));
    markedKey = markKey;
  }

  /** What is on screen: as it stands there, sharper than the screen needs it, or as a slide. @param {import("./sheet.js").Shape} shape @param {View} view @param {Theme} theme
   * @returns {import("./sheet.js").Sheet} */
  function sheetOf(shape, view, theme) {
    const ruler = contextOf(make("canvas"));
    const keyOf = (/** @type {View} */ inSight, /** @type {number} */ textSize) => {
      ruler.font = `${textSize}px ${theme.font}`;
      return mapKey(painted, store.state, inSight, textSize, (text) => ruler.measureText(text).width);
    };
    if (shape !== "screen") return slideSheet(shape, view, keyOf);
    const key = keyOf(view, size);
    return {width: base.width / ratio, height: TOP + view.height + bottom + key.height, ratio: SHARPEST, size, left, bottom, view, key};
  }

  /** The map as it can be saved, once all of its layers are worked out for the shape; null where other layers were asked for in the meantime.
   * @param {import("./sheet.js").Shape} shape @param {Theme} theme @returns {Promise<import("./picture.js").MapPicture|null>} */
  async function picture(shape, theme) {
    const {state} = store;
    const [sheet, now, rests] = [sheetOf(shape, currentView(), theme), painted, painted === model];
    const {view} = sheet;
    const shown = rests ? await backdrop.whole(state, view) : NOTHING;
    if (!shown) return null;
    const training = rests && state.layers.training;
    return {
      sheet, painter,
      scene: {state, view, theme, size: sheet.size, painted: now, shown},
      paintShaded: shown.manifold || shown.field || training ? (context) => {
        backdrop.paint(context, view, shown, theme);
        if (training) paintTraining({context, view, ratio: sheet.ratio, theme, state, model});
      } : null,
    };
  }

  return {
    element, resize, reach, render,
    picture,
    /** Zooms to a part of the latent space. @param {Latent} low @param {Latent} high */
    frame: (low, high) => store.dispatch({type: "view", model: place, view: bounded(fitView(low, high, whole.width, whole.height, whole.width * FRAME_MARGIN))}),
    backdrop,
  };
}

/** @param {View} a @param {View} b */
function sameView(a, b) {
  return a.scale === b.scale && a.cx === b.cx && a.cy === b.cy && a.width === b.width && a.height === b.height;
}
