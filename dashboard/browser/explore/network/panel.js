// @ts-check
// Inside the network: one drawing from x to π for each model, with the numbers of every stage as they are now.

import {make} from "../../base/dom.js";
import {signedRamp} from "../../base/palette.js";
import {epsilonOf, observeFixed} from "../../images/digits.js";
import {samePlace} from "../../base/same_items.js";
import {withLayer} from "../../state/state.js";
import {createUnitCard} from "./card.js";
import {drawOf} from "./formula.js";
import {createKnowledge} from "./knowledge.js";
import {createRow} from "./row.js";
import {createSource} from "./source.js";

/** @typedef {import("../explorer.js").App} App */
/** @typedef {import("../../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../../state/state.js").State} State */
/** @typedef {import("../../state/state.js").Latent} Latent */
/** @typedef {import("../../state/state.js").ChosenUnit} ChosenUnit */
/** @typedef {import("./row.js").Subject} Subject */

const A_DRAWING = 65_536; // in place of the number of an image, by which its ε are numbered
const MOST_DRAWS = 9999;
const REST = 300; // milliseconds without a change after which the numbers are told

/** @param {App} app */
export function createNetworkPanel(app) {
  const {store, models} = app;
  const rows = models.map((model) => createRow(model, {chosen: chooseUnit, draw}));
  const source = createSource(app);
  const card = createUnitCard(app, rows, closeUnit);
  const element = make("section", {class: "lx-panel lxn", "aria-label": "Inside the network"}, source.element, make("div", {class: "lxn-rows"}, ...rows.map((row) => row.element)), card.element);
  /** The last image or drawing as each model sees it. @type {{key: string, subjects: Subject[]}} */
  let seen = {key: "", subjects: []};
  let ramp = {theme: app.theme, colours: new Uint32Array()};
  let telling = 0;
  new ResizeObserver(() => {
    for (const one of [...rows, card, source]) one.resize();
    app.invalidate();
  }).observe(element);
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && store.state.unit) closeUnit();
  });

  /** @param {ChosenUnit} unit */
  function chooseUnit(unit) {
    const {layers, unit: before} = store.state;
    store.dispatch({type: "set", values: {unit, layers: before ? layers : withLayer(layers, "unit", true)}});
    app.commit();
  }

  function closeUnit() {
    store.dispatch({type: "set", values: {unit: null, layers: withLayer(store.state.layers, "unit", false)}});
    app.commit();
  }

  /** What each encoder has before it. @param {State} state @returns {Subject[]} */
  function subjectsOf({selected, inked}) {
    const kind = selected !== null && app.images ? "image" : selected === null && inked ? "drawing" : "decoded";
    const key = `${kind} ${kind === "image" ? selected : kind === "drawing" ? app.draw.version() : ""}`;
    if (key !== seen.key) seen = {key, subjects: models.map((model) => subjectOf(model, kind, selected ?? 0))};
    return seen.subjects;
  }

  /** @param {ExplorerModel} model @param {Subject["kind"]} kind @param {number} index @returns {Subject} */
  function subjectOf({bundle: {points}}, kind, index) {
    if (kind === "image" && app.images) return {kind, index, x: observeFixed(app.images, index, points)};
    const x = kind === "drawing" ? app.draw.seenBy(points.protocol) : null;
    return {kind: x ? "drawing" : "decoded", index: A_DRAWING, x};
  }

  /** Where each model puts the image, moved by ε in those that have a spread. @param {Subject[]} subjects @param {number} noise @returns {Latent[]} */
  function placesOf(subjects, noise) {
    return models.map((model, i) => {
      const {x, index} = subjects[i];
      if (!x || !model.network.encodes) return store.state.z[i];
      return drawOf(model.network.encode(x), epsilonOf(noise, index));
    });
  }

  /** ε anew, or 0. @param {boolean} anew */
  function draw(anew) {
    const subjects = subjectsOf(store.state);
    if (!subjects[0].x) return;
    const noise = anew ? store.state.noise % MOST_DRAWS + 1 : 0;
    store.dispatch({type: "place", z: placesOf(subjects, noise), values: {noise, held: true}});
    app.commit();
  }

  /** Puts z where the encoder does, from the image's kept code, which is rounded. @param {State} state @param {Subject[]} subjects */
  function refine({selected, z, noise}, subjects) {
    if (selected === null || noise !== 0 || !models.every((model, i) => subjects[i].x && model.network.encodes && samePlace(model.codeOf(selected), z[i]))) return;
    const there = placesOf(subjects, 0);
    if (!there.every((one, i) => samePlace(one, z[i]))) store.dispatch({type: "place", z: there});
  }

  function tell() {
    clearTimeout(telling);
    telling = setTimeout(() => rows.forEach((row) => row.say()), REST);
  }

  return {
    element, draw,
    knows: createKnowledge(app),
    /** The q that a model's encoder gives now; the same object as long as it is the same. @param {number} place */
    q: (place) => rows[place].q(),
    /** A test image becomes x, and z its mean. @param {number} index */
    choose(index) {
      if (index < 0) return;
      const subjects = models.map((model) => subjectOf(model, app.images ? "image" : "decoded", index));
      const z = placesOf(subjects, 0).map((there, i) => (subjects[i].x && models[i].network.encodes ? there : models[i].codeOf(index)));
      store.dispatch({type: "select", index, z});
    },
    enter() {
      app.encodes();
      app.draw.look();
    },
    /** @param {State} state */
    render(state) {
      if (ramp.theme !== app.theme || !ramp.colours.length) ramp = {theme: app.theme, colours: signedRamp(app.theme.dark)};
      const subjects = subjectsOf(state);
      refine(state, subjects);
      rows.forEach((row, i) => {
        const scene = {z: state.z[i], subject: subjects[i], noise: state.noise, unit: state.unit?.model === i ? state.unit : null, theme: app.theme, ramp: ramp.colours};
        if (row.shows(scene) || !app.turns.take(row, Infinity)) return; // a frame has room for one
        row.render(scene);
        if (!row.shows(scene)) app.invalidate();
      });
      source.render(state, subjects[0].kind, models.filter((_, i) => rows[i].moved()).map((model) => model.short));
      const {unit} = state;
      const stage = unit && rows[unit.model].stages(unit.part)[unit.place];
      card.render(stage && unit.unit < stage.units ? unit : null, state, ramp.colours);
      tell();
    },
  };
}
