// @ts-check
// One unit: its weights as pictures, what it does to the decoded image, its activation over the map, and the line of the engine that computes it.

import {actionButton, make, setText} from "../../base/dom.js";
import {sameItems} from "../../base/same_items.js";
import {createDigit} from "../../images/digit_view.js";
import {unitValue, weightsFrom, weightsInto} from "../../model/stages.js";
import {effectOf} from "../../model/trace.js";
import {signedNumber} from "../../words/numbers.js";
import {createCells} from "./stage_view.js";
import {decodedWords, opsText, shapeText} from "./words.js";

/** @typedef {import("../explorer.js").App} App */
/** @typedef {import("../../state/state.js").ChosenUnit} ChosenUnit */
/** @typedef {import("../../model/stages.js").Weights} Weights */
/** @typedef {ReturnType<typeof import("./row.js").createRow>} Row */
/** @typedef {{path: string, line: number, code: string}} EngineLine */

const AT_REST = {vae: ["encode-vae", "std", "sample"], ae: ["encode-ae"]};

/** @param {App} app @param {Row[]} rows @param {() => void} leave the unit is no longer wanted */
export function createUnitCard(app, rows, leave) {
  const {store} = app;
  const title = make("h3", {});
  const close = make("button", {type: "button", class: "lx-close", "aria-label": "No unit", "data-testid": "unit-close", onclick: leave}, "✕");
  const number = make("p", {class: "lxn-number", "data-testid": "unit-value"});
  const layer = actionButton("On the map", () => {
    store.dispatch({type: "layer", layer: "unit", on: !store.state.layers.unit});
    app.commit();
  }, {"data-testid": "unit-layer", title: "Its activation over the latent plane, under the codes"});
  const known = make("p", {class: "lx-hint"});
  const pictures = make("div", {class: "lxn-pictures"});
  const effect = createDigit({"aria-label": "what the unit adds to the decoded picture: with it, less without it", "data-testid": "unit-effect"});
  const strongest = make("span", {class: "lx-tile-note"});
  const code = make("div", {class: "lxn-code", "data-testid": "engine-line"});
  const hint = make("p", {class: "lx-hint"}, "Choose a unit, by pointer or by Tab and the arrow keys: its weights, what it adds to the picture, and where on the map it is active. Orange is above 0, blue below.");
  const element = make("aside", {class: "lxn-card", "aria-label": "A unit", "data-testid": "unit-card"},
    make("div", {class: "lx-panel-head"}, title, close), hint, number, pictures, make("div", {class: "lxn-layer"}, layer, known), code);
  /** @type {{cells: ReturnType<typeof createCells>, weights: Weights}[]} */
  let shown = [];
  /** @type {unknown[]} */
  let builtFor = [null];
  /** @type {unknown[]} */
  let paintedFor = [];

  /** @param {string} name @param {Weights} weights @param {string} testid @param {number} [across] where they are those of the pixels of a picture, its side */
  function weightsPicture(name, weights, testid, across) {
    const cells = createCells({label: name, testid, shape: weights.shape, across});
    shown.push({cells, weights});
    return make("figure", {class: "lx-tile lxn-weights"}, cells.element, make("span", {class: "lx-tile-note"}, `${name}, ±${signedNumber(reachOf(weights))}`));
  }

  /** @param {string[]} names of lines of the engine */
  function showCode(names) {
    const lines = names.flatMap((name) => app.engine[name] ?? []);
    code.replaceChildren(...lines.map(({path, line, code: text}) => make("div", {}, make("span", {class: "lxn-path"}, `${path.replace("vae_engine/", "")}:${line}`), make("code", {}, text))));
  }

  /** @param {ChosenUnit|null} unit */
  function build(unit) {
    shown = [];
    for (const one of [close, number, pictures, layer, known]) one.hidden = unit === null;
    hint.hidden = unit !== null;
    element.toggleAttribute("data-chosen", unit !== null);
    if (!unit) {
      setText(title, "What does a unit know?");
      const kinds = new Set(app.models.map((model) => model.bundle.kind));
      showCode([...new Set([...kinds].flatMap((kind) => AT_REST[kind]))]);
      return;
    }
    const {bundle, short, axes} = app.models[unit.model];
    const stages = rows[unit.model].stages(unit.part);
    const stage = stages[unit.place];
    setText(title, `${short} ${unit.part}, layer ${unit.place + 1}, ${rows[unit.model].name(unit)}`);
    const into = weightsInto(bundle.tensors, stage, unit.unit);
    const from = weightsFrom(bundle.tensors, stage, stages[unit.place + 1], unit.unit);
    pictures.replaceChildren(weightsPicture(`weights in, ${shapeText(into.shape)}`, into, "unit-weights-in"),
      ...(from ? [weightsPicture(`weights out, ${shapeText(from.shape)}`, from, "unit-weights-out", stages[unit.place + 1].across)] : []),
      ...(unit.part === "decoder" ? [make("figure", {class: "lx-tile lxn-weights"}, make("div", {class: "lxn-box"}, effect.element), strongest)] : []));
    for (const {cells} of shown) cells.fit();
    setText(known, unit.part === "decoder" ? `decoded at every ${axes[0][0]}` : "mean over the images with a code there");
    showCode(stage.ops);
    code.title = opsText(stage);
  }

  return {
    element,
    /** There is more or less room. */
    resize: () => (builtFor = [null, null]),
    /** @param {ChosenUnit|null} unit @param {import("../../state/state.js").State} state @param {Uint32Array} ramp */
    render(unit, state, ramp) {
      const key = [unit && `${unit.model} ${unit.part} ${unit.place} ${unit.unit}`, app.models.map(({network}) => network)[unit?.model ?? 0]];
      const anew = !sameItems(key, builtFor);
      if (anew) {
        builtFor = key;
        build(unit);
      }
      layer.setAttribute("aria-pressed", String(state.layers.unit));
      if (!unit) return;
      const row = rows[unit.model];
      const trace = row.trace(unit.part);
      if (!trace) return;
      const {values, stage} = trace.traced[unit.place];
      setText(number, `gives ${signedNumber(unitValue(values, stage, unit.unit), 3)} now`);
      if (anew || ramp !== paintedFor[0]) for (const {cells, weights} of shown) cells.paint(weights.values, reachOf(weights), ramp);
      if (unit.part === "decoder" && (anew || !sameItems([ramp, row.version()], paintedFor))) {
        const change = effectOf(app.models[unit.model].network, trace, unit.place, unit.unit);
        const most = change.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-9);
        effect.showError(change.map((value) => value / most), change.map(() => 0), app.theme);
        setText(strongest, `adds to ${decodedWords(app.models[unit.model].bundle.header.config).symbol}, ±${most < 0.005 ? most.toExponential(0).replace("-", "−") : signedNumber(most)}`);
      }
      paintedFor = [ramp, row.version()];
    },
  };
}

/** @param {Weights} weights */
function reachOf({values}) {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
}
