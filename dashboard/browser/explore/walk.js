// @ts-check
// From A to B: the same two images walked through each latent space and, for comparison, blended pixel by pixel.

import {classesOf, oneOf} from "../words/classes.js";
import {createDigit, createStrip} from "../images/digit_view.js";
import {actionButton, choiceBar, make, setText, setUnable, slider} from "../base/dom.js";
import {lerp, pathPoints, slerp} from "../base/geometry.js";
import {blendPixels, gatherImages} from "../images/image_rows.js";
import {samePlace} from "../base/same_items.js";
import {capital, codesName, imageName} from "../words/splits.js";

/** @typedef {import("./explorer.js").App} App */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {import("../state/state.js").WalkEnd} WalkEnd */
/** @typedef {{image: Float32Array, codes: Latent[]}} Stop what an end means: a picture, and its code in each model */

const STEPS = 11;
const SECONDS = 4;
const NO_ENDS = "First choose both ends: two places on a map, or two at random.";

/** @param {App} app */
export function createWalk(app) {
  const {store, models} = app;
  const {pixels} = models[0].bundle.points;
  const names = [...models.map((model) => model.short), "Pixels"];
  const rows = [...models.map((model) => model.id), "pixels"].map((id, i) => {
    const name = names[i];
    const strip = createStrip({label: `Walk, ${name}`, count: STEPS, side: models[0].bundle.side, testid: `walk-${id}`, chosen: (step) => go(step / (STEPS - 1))});
    return {strip, element: make("div", {class: "lx-row"}, make("span", {class: "lx-row-label"}, name), strip.element)};
  });
  const blend = createDigit({"aria-label": "pixel blend", "data-testid": "walk-blend"});
  const share = slider({min: 0, max: 1, step: 0.005, "aria-label": "share of the walk gone", "data-testid": "walk-t",
    oninput: (/** @type {Event} */ event) => {
      app.touched(event);
      go(Number(share.value));
    }, onchange: app.commit});
  const play = actionButton("▶ Play", () => setPlaying(!store.state.playing), {"data-testid": "walk-play"});
  const paths = choiceBar("Path", [{value: "linear", text: "Linear"}, {value: "spherical", text: "Spherical"}],
    (/** @type {"linear"|"spherical"} */ path) => change({path}));
  const title = make("h3", {});
  const halfway = make("p", {class: "lx-key", "data-testid": "walk-halfway"});
  const element = make("section", {class: "lx-panel lx-walk", "aria-label": "Walk"},
    make("div", {class: "lx-panel-head"}, title, make("span", {class: "lx-actions"},
      actionButton("Two at random", randomEnds, {"data-testid": "walk-random"}),
      actionButton("Swap", () => change({ends: [store.state.ends[1], store.state.ends[0]], t: 1 - store.state.t})))),
    make("div", {class: "lx-walk-bar"}, play, share, paths.element),
    make("div", {class: "lx-walk-rows"}, make("div", {class: "lx-walk-strips"}, ...rows.map((row) => row.element)),
      make("figure", {class: "lx-tile"}, blend.element, make("span", {class: "lx-tile-note"}, "pixel blend"))),
    make("div", {class: "lx-walk-said"}, halfway, make("p", {class: "lx-hint"}, `Choose a place on a map, or drag A and B: on a ${codesName(models[0].bundle.points.splits).slice(0, -1)} an end is that image, elsewhere what the model decodes there.`)));
  let [shown, resolvedKey, forward, ticking] = ["", "", true, false];
  /** @type {(Stop|null)[]} */
  let stops = [null, null];
  const blended = new Float32Array(pixels);

  /** @param {WalkEnd|null} end @returns {Stop|null} */
  function resolve(end) {
    if (!end) return null;
    if (end.kind === "image") {
      if (end.index >= models[0].bundle.points.count) return null;
      const codes = models.map((model) => model.codeOf(end.index));
      return {image: app.images ? gatherImages(app.images, pixels, [end.index]) : new Float32Array(pixels), codes};
    }
    if (!app.encodes()) return null; // not yet
    // A bare point stands for the picture that its own model decodes there; the other model encodes that picture.
    const image = models[end.model].network.decode(end.z[0], end.z[1]).slice();
    return {image, codes: models.map((model) => (model.place === end.model ? end.z : model.network.encode(image).mu))};
  }

  function currentStops() {
    const key = `${JSON.stringify(store.state.ends)} ${app.images !== null} ${models.every((model) => model.network.encodes)}`;
    if (key !== resolvedKey) [resolvedKey, stops] = [key, store.state.ends.map(resolve)];
    return stops;
  }

  /** @param {Latent} a @param {Latent} b @param {number} t @param {State} state */
  function between(a, b, t, state) {
    return (state.path === "spherical" ? slerp : lerp)(a, b, t);
  }

  /** @param {Partial<State>} values */
  function change(values) {
    store.dispatch({type: "set", values});
    go(store.state.t);
    app.commit();
  }

  /** Puts every cursor at share t of its path. @param {number} t */
  function go(t) {
    const [a, b] = currentStops();
    const z = a && b ? models.map((_, i) => between(a.codes[i], b.codes[i], t, store.state)) : a ? a.codes : b ? b.codes : store.state.z;
    store.dispatch({type: "place", z, values: {t, held: true}});
  }

  function randomEnds() {
    const {count} = models[0].bundle.points;
    const first = Math.floor(Math.random() * count);
    const second = count < 2 ? first : (first + 1 + Math.floor(Math.random() * (count - 1))) % count; // two, where there are two
    change({ends: [{kind: "image", index: first}, {kind: "image", index: second}], t: 0});
  }

  /** @param {boolean} playing */
  function setPlaying(playing) {
    store.dispatch({type: "set", values: {playing}});
    if (!playing) app.commit();
  }

  /** @param {number} before @param {number} now */
  function tick(before, now) {
    const {playing, t, mode} = store.state;
    ticking = playing && mode === "walk" && element.isConnected;
    if (!ticking) return;
    let next = t + (forward ? 1 : -1) * (now - before) / 1000 / SECONDS;
    if (next <= 0 || next >= 1) [forward, next] = [next <= 0, Math.min(1, Math.max(0, next))];
    go(next);
    requestAnimationFrame((later) => tick(now, later));
  }

  /** @param {State} state @param {Stop} a @param {Stop} b */
  function fillRows(state, a, b) {
    const blends = new Float32Array(STEPS * pixels);
    for (let step = 0; step < STEPS; step++) blendPixels(a.image, b.image, step / (STEPS - 1), blends, step * pixels);
    const ways = [...models.map((model, i) => model.network.decodeMany(pathPoints(a.codes[i], b.codes[i], STEPS, state.path)).slice()), blends];
    ways.forEach((frames, i) => rows[i].strip.show(frames, app.theme));
    const middle = pixels * (STEPS - 1) / 2;
    const undecided = ways.map((frames, i) => `${frames.subarray(middle, middle + pixels).filter((ink) => ink > 0.25 && ink < 0.75).length} in ${i < models.length ? `the ${names[i]}` : "pixels"}`);
    setText(halfway, `Half way, undecided pixels: ${undecided.join(", ")}`);
  }

  return {
    element, setPlaying,
    enter() {
      if (!store.state.ends[0] && !store.state.ends[1]) randomEnds();
      else go(store.state.t);
    },
    /** @param {number} place @returns {(Latent|null)[]} */
    endCodes: (place) => currentStops().map((stop) => stop && stop.codes[place]),
    /** @param {number} which @param {WalkEnd} end */
    setEnd(which, end) {
      const ends = /** @type {State["ends"]} */ ([...store.state.ends]);
      ends[which] = end;
      store.dispatch({type: "set", values: {ends, playing: false}});
      go(which);
    },
    /** The path in one model, as points to draw. @param {number} place @returns {Latent[]} */
    pathOf(place) {
      const [a, b] = currentStops();
      if (!a || !b) return a ? [a.codes[place]] : [];
      return Array.from({length: 41}, (_, i) => between(a.codes[place], b.codes[place], i / 40, store.state));
    },
    /** The pictures of the walk at `count` steps, row by row as on screen. @param {number} count */
    frames(count) {
      const [a, b] = currentStops();
      if (!a || !b) return null;
      return Array.from({length: count}, (_, i) => {
        const t = i / (count - 1);
        const decoded = models.map((model, m) => model.network.decode(...between(a.codes[m], b.codes[m], t, store.state)).slice());
        return [...decoded, blendPixels(a.image, b.image, t, new Float32Array(pixels))];
      });
    },
    /** @param {State} state */
    render(state) {
      const [a, b] = currentStops();
      if (state.playing && !ticking) {
        ticking = true;
        requestAnimationFrame((now) => tick(now, now));
      }
      share.value = String(state.t);
      share.style.setProperty("--lx-share", `${state.t * 100}%`);
      setText(play, state.playing ? "❚❚ Pause" : "▶ Play");
      paths.show(state.path);
      for (const control of [play, share]) setUnable(control, a && b ? "" : NO_ENDS);
      if (!a || !b) return;
      blend.show(blendPixels(a.image, b.image, state.t, blended), app.theme);
      const step = models.every((_, i) => samePlace(between(a.codes[i], b.codes[i], state.t, state), state.z[i])) ? Math.round(state.t * (STEPS - 1)) : null;
      for (const row of rows) row.strip.mark(step);
      const key = `${resolvedKey} ${state.path} ${app.theme.dark}`;
      if (key === shown) return;
      shown = key;
      setText(title, `${endName(state.ends[0])} → ${endName(state.ends[1])}`);
      fillRows(state, a, b);
    },
  };

  /** @param {WalkEnd|null} end */
  function endName(end) {
    if (!end) return "…";
    const {points} = models[0].bundle;
    return end.kind === "image" ? `${capital(imageName(points.splits, end.index))}, ${oneOf(classesOf(models[0].bundle), points.labels[end.index])}` : `${names[end.model]} point`;
  }
}
