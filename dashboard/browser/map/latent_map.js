// @ts-check
// One latent space: points, layers and axes below, cursor and marks above, each on its own canvas so that a move repaints only the marks.

import {classesOf, markOf} from "../words/classes.js";
import {contextOf, make, setText} from "../base/dom.js";
import {paintFieldScale} from "./field_scale.js";
import {fitView, resizedView} from "../base/geometry.js";
import {createBackdrop} from "./backdrop.js";
import {mapKey, paintKey} from "./key.js";
import {createMapModes} from "./modes.js";
import {listenToMap} from "./pointer.js";
import {paintAxes, paintCursor, paintGrid, paintMarks, paintPath, paintPosterior, paintPrior, paintRing} from "./marks.js";
import {paintTruth} from "./posterior.js";
import {paintPoints, paintTraining, unseenText} from "./points.js";
import {sameItems} from "../base/same_items.js";
import {chosenImage, shownImage} from "../state/state.js";

/** @typedef {import("../explore/explorer.js").App} App */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("../state/state.js").Latent} Latent */

const PADDING = 14;
const TOP = 8;
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

  /** @param {number} [sharpness] */
  function resize(sharpness = window.devicePixelRatio || 1) {
    const box = element.getBoundingClientRect();
    if (box.width < 60 || box.height < 60) return;
    ratio = Math.min(SHARPEST, sharpness);
    size = app.large() ? 19 : 13;
    [left, bottom] = [Math.round(size * 3.2), Math.round(size * 3)];
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
    if (state.layers.points || state.layers.glyphs) paintPoints(layer);
    [cachedKey, cachedView] = [key, view];
  }

  let lastViewChange = 0;
  /** @type {View|null} */
  let lastView = null;

  /** @param {State} state @param {View} view @param {Theme} theme */
  function paintBase(state, view, theme) {
    below.setTransform(ratio, 0, 0, ratio, 0, 0);
    below.clearRect(0, 0, base.width, base.height);
    below.translate(left, TOP);
    below.save();
    below.beginPath();
    below.rect(0, 0, view.width, view.height);
    below.clip();
    paintGrid(below, view, theme);
    if (painted === model) backdrop.paint(below, view, state, theme);
    if (cachedView) {
      const zoom = view.scale / cachedView.scale;
      const x = view.width / 2 + (cachedView.cx - view.cx) * view.scale - zoom * cachedView.width / 2;
      const y = view.height / 2 - (cachedView.cy - view.cy) * view.scale - zoom * cachedView.height / 2;
      below.drawImage(cached.canvas, x, y, cached.canvas.width / ratio * zoom, cached.canvas.height / ratio * zoom);
    }
    if (state.layers.prior) paintPrior(below, view, theme, model, size - 1);
    const field = painted === model ? backdrop.field(state) : null;
    element.classList.toggle("lx-shaded", field !== null);
    if (field) paintFieldScale(below, view, theme, size - 1, field, model.units);
    below.restore();
    below.strokeStyle = theme.line;
    below.lineWidth = 1;
    below.strokeRect(-0.5, -0.5, view.width + 1, view.height + 1);
    paintAxes(below, view, theme, size, `z₁, ${model.units}`);
  }

  /** @param {State} state @param {View} view @param {Theme} theme */
  function paintMarksOver(state, view, theme) {
    above.setTransform(ratio, 0, 0, ratio, 0, 0);
    above.clearRect(0, 0, marks.width, marks.height);
    above.translate(left, TOP);
    above.beginPath();
    above.rect(0, 0, view.width, view.height);
    above.save();
    above.clip();
    const {labels, std} = model.bundle.points;
    const names = classesOf(model.bundle);
    const image = state.layers.posterior && app.probe ? app.probe.image(state) : shownImage(state);
    const rests = painted === model;
    const truth = rests && state.layers.posterior && app.probe?.model === model ? app.probe.truth() : null;
    if (rests && state.mode === "walk") paintPath(above, view, theme, app.walk.pathOf(place));
    if (rests && state.mode === "sample") paintMarks(above, view, theme, app.sample.latents(place));
    if (rests && state.mode === "inspect" && image !== null) {
      paintMarks(above, view, theme, app.inspector.neighbours(place).map(model.codeOf));
      const q = state.refined && app.probe?.model === model ? app.probe.truth()?.q : null;
      if (std && !truth) paintPosterior(above, view, theme, q?.mu ?? model.codeOf(image), q?.std ?? [std[2 * image], std[2 * image + 1]]);
    }
    const chosen = chosenImage(state);
    if (chosen !== null) paintRing(above, view, theme, painted.codeOf(chosen), labels[chosen], true, markOf(names, labels[chosen]));
    const other = state.hovered ?? image;
    if (other !== null && other !== state.selected) paintRing(above, view, theme, painted.codeOf(other), labels[other], false, markOf(names, labels[other]));
    paintCursor(above, view, theme, state.z[place], state.held, state.active === place);
    if (truth) paintTruth(above, view, theme, truth);
    above.restore();
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
    if (!sameItems(markKey, markedKey)) paintMarksOver(state, view, theme);
    markedKey = markKey;
  }

  return {
    element, resize, reach, render,
    /** Both canvases as one picture, sharper than the screen needs it, above the key to what it shows. @param {Theme} theme */
    picture(theme) {
      resize(SHARPEST);
      render(store.state, theme);
      const context = contextOf(make("canvas"));
      const font = `${size}px ${theme.font}`;
      context.font = font;
      const key = mapKey(model, store.state, currentView(), size, (text) => context.measureText(text).width);
      Object.assign(context.canvas, {width: base.width, height: base.height + Math.ceil(key.height * ratio)});
      context.fillStyle = theme.background;
      context.fillRect(0, 0, context.canvas.width, context.canvas.height);
      context.drawImage(base, 0, 0);
      context.drawImage(marks, 0, 0);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.font = font;
      context.fillStyle = theme.muted;
      context.fillText("z₂", left + 12, TOP + 6 + size);
      context.translate(left, base.height / ratio);
      paintKey(context, key, theme);
      resize();
      render(store.state, theme);
      return context.canvas;
    },
    view: currentView,
    /** Zooms to a part of the latent space. @param {Latent} low @param {Latent} high */
    frame: (low, high) => store.dispatch({type: "view", model: place, view: bounded(fitView(low, high, whole.width, whole.height, whole.width * FRAME_MARGIN))}),
    backdrop,
  };
}

/** @param {View} a @param {View} b */
function sameView(a, b) {
  return a.scale === b.scale && a.cx === b.cx && a.cy === b.cy && a.width === b.width && a.height === b.height;
}
