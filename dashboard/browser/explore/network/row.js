// @ts-check
// One model from x to π: every stage of its encoder, what lies between, every stage of its decoder, with the numbers they have now.

import {softplus} from "../../model/activations.js";
import {hasPosterior} from "../../model/plane.js";
import {stagesOf, unitValue} from "../../model/stages.js";
import {createTrace, reachesOf} from "../../model/trace.js";
import {epsilonOf} from "../../images/digits.js";
import {createDigit} from "../../images/digit_view.js";
import {make} from "../../base/dom.js";
import {explained} from "../../base/meanings.js";
import {sameItems} from "../../base/same_items.js";
import {signedNumber} from "../../words/numbers.js";
import {epsilonTo, isMoved} from "./formula.js";
import {createLinks} from "./links.js";
import {createMiddle} from "./middle.js";
import {createCells, createStage} from "./stage_view.js";
import {countText, decodedWords, meaningOf, opsText, shapeText, stageText, tensorsText, unitText, valuesText} from "./words.js";

/** @typedef {import("../../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../../model/stages.js").Stage} Stage */
/** @typedef {import("../../model/stages.js").PartName} PartName */
/** @typedef {import("../../state/state.js").ChosenUnit} ChosenUnit */
/** @typedef {import("../../state/state.js").Latent} Latent */
/** @typedef {import("../../base/palette.js").Theme} Theme */
/** @typedef {{kind: "image"|"drawing"|"decoded", index: number, x: Float32Array|null}} Subject index: by which ε is numbered; x: null where the decoded image is it */
/** @typedef {{stage: Stage, reach: number, cells: ReturnType<typeof createCells>, view: ReturnType<typeof createStage>, values: Float32Array}} Shown */

/** @typedef {{z: Latent, subject: Subject, noise: number, unit: ChosenUnit|null, theme: Theme, ramp: Uint32Array}} Scene */

/** @type {[string, string]} */
const SIGN_COLOURS = ["rgb(38, 110, 205)", "rgb(222, 98, 0)"];
const PROBES = 48; // codes that the ends of the colours are taken from

/** @param {ExplorerModel} model @param {{chosen: (unit: ChosenUnit) => void, draw: (anew: boolean) => void}} acts */
export function createRow(model, {chosen, draw}) {
  const {bundle, place, id} = model;
  const {side} = bundle;
  const {spread} = bundle.header.config;
  const decoded = decodedWords(bundle.header.config);
  const element = make("section", {class: "lxn-row", "aria-label": `${model.title}, from x to ${decoded.symbol}`, "data-testid": `network-${id}`});
  const x = createDigit({"aria-label": "x, what the encoder sees", "data-testid": `network-x-${id}`});
  const pi = createDigit({"aria-label": `${decoded.symbol}, the decoded picture`, "data-testid": `network-pi-${id}`});
  const middle = createMiddle({kind: hasPosterior(bundle) ? "vae" : "ae", cut: bundle.kind === "vae" && bundle.plane !== null, spread, id, draw});
  /** @type {import("../../model/networks.js").Network|null} */
  let network = null;
  /** @type {Record<PartName, ReturnType<typeof createTrace>|null>} */
  let traces = {encoder: null, decoder: null};
  /** @type {Record<PartName, Shown[]>} */
  let shown = {encoder: [], decoder: []};
  const mean = new Float32Array(bundle.points.pixels);
  /** Where it was decoded. @type {Latent} */
  let decodedAt = [0, 0];
  /** Whether the encoder has yet to see it. */
  let owing = false;
  /** What each part was run for last, and how often it ran; what is painted. @type {{decoder: unknown[], encoder: unknown[]}} */
  let ranFor = {decoder: [], encoder: []};
  const runs = {decoder: 0, encoder: 0};
  let painted = {theme: /** @type {Theme|null} */ (null), decoder: 0, encoder: 0};
  /** @type {import("./middle.js").Numbers|null} */
  let numbers = null;
  /** @type {{mu: Latent, std: Latent|null}|null} */
  let q = null;
  let resized = false;
  /** @type {unknown[]} */
  let rendered = [];
  let size = {width: 0, height: 0};
  /** Of the picture x in the row, pixels. */
  let pixels = {left: 0, top: 0, width: 0};
  const links = createLinks(() => size);

  /** The network that the model has by now: its encoder may have come later. */
  function build() {
    network = model.network;
    const codes = bundle.points.codes;
    const step = Math.max(1, Math.floor(codes.length / 2 / PROBES));
    const probes = Float32Array.from({length: 2 * Math.min(PROBES, codes.length / 2)}, (_, i) => codes[2 * step * (i >> 1) + (i & 1)]);
    for (const part of /** @type {PartName[]} */ (["encoder", "decoder"])) {
      const stages = stagesOf(bundle, network, part);
      traces[part] = stages.length ? createTrace(network, stages) : null;
      const reaches = stages.length ? reachesOf(network, stages, part === "encoder" ? network.decodeMany(probes) : probes) : [];
      shown[part] = stages.map((stage, i) => showStage(stage, stages.length, reaches[i], /** @type {ReturnType<typeof createTrace>} */ (traces[part]).traced[i].values));
    }
    const frame = (/** @type {HTMLElement} */ digit) => make("div", {class: "lxn-box"}, digit);
    const picture = (/** @type {string} */ title, /** @type {HTMLElement} */ digit, /** @type {string[]} */ lines) => createStage({title, kind: "lxn-picture", picture: frame(digit), lines}).element;
    const encoder = shown.encoder.length ? shown.encoder.map(({view}) => view.element) : [make("p", {class: "lx-hint"}, "The encoder is on its way …")];
    element.replaceChildren(make("h3", {class: "lxn-name"}, model.short), picture("x, what the encoder sees", x.element, ["x", `${side} × ${side}`]),
      make("div", {class: "lxn-part lxn-encoder", role: "group", "aria-label": "Encoder"}, ...encoder), middle.element,
      make("div", {class: "lxn-part", role: "group", "aria-label": "Decoder"}, ...shown.decoder.map(({view}) => view.element)),
      picture(`${decoded.symbol}, the decoded picture: ${decoded.meaning}`, pi.element, [decoded.made, `${side} × ${side}`]), links.element);
    [ranFor, owing, resized] = [{decoder: [], encoder: []}, false, true];
  }

  /** @param {Stage} stage @param {number} count @param {number} reach @param {Float32Array} values @returns {Shown} */
  function showStage(stage, count, reach, values) {
    const products = tensorsText(stage);
    const title = `${stageText(stage, count)}: ${shapeText(stage.from)} → ${shapeText(stage.shape)}, ${opsText(stage)}; ${products && `${products} = `}${countText(stage)}${stage.laid ? "" : stage.layer.op === "fourier" ? " frequencies" : " parameters"}; colours to ±${signedNumber(reach)}`;
    const named = (/** @type {number} */ unit) => unitText(stage, count, unit, spread);
    const cells = createCells({label: `${model.short}, ${title}`, testid: `stage-${id}-${stage.part[0]}${stage.place}`, shape: stage.shape, across: stage.across, named,
      chosen: (unit) => chosen({model: place, part: stage.part, place: stage.place, unit})});
    const head = stage.place === count - 1 ? (stage.part === "encoder" ? (bundle.plane ? "w" : bundle.kind === "ae" ? "code" : "μ, σ") : decoded.raw) : stage.shape.join("×");
    const does = `${head} ${stage.ops.length > 1 || stage.layer.op !== "linear" ? opsText({...stage, ops: stage.ops.filter((op) => op !== "linear")}) : ""}`.trim();
    const view = createStage({title, kind: stage.place === count - 1 && stage.part === "encoder" ? "lxn-head" : "", picture: cells.element,
      lines: [make("span", {}, ...explained([{text: does, means: meaningOf(stage)}])), make("span", {class: "lxn-products"}, products && `${products}\u00a0=`), countText(stage)]});
    return {stage, reach, cells, view, values};
  }

  /** Decoder and encoder, or where the encoder sees what the decoder made, one of them and the other at the next call: both are too much for one frame.
   * @param {Latent} z @param {Subject} subject @param {number} noise */
  function run(z, subject, noise) {
    const {encoder, decoder} = traces;
    const last = shown.decoder[shown.decoder.length - 1].values;
    const follows = encoder !== null && !subject.x;
    if (follows && owing) z = decodedAt;
    else if (!sameItems([...z], ranFor.decoder)) {
      [decodedAt, ranFor.decoder] = [z, [...z]];
      runs.decoder++;
      /** @type {ReturnType<typeof createTrace>} */ (decoder).run(z);
      for (let i = 0; i < mean.length; i++) mean[i] = /** @type {import("../../model/networks.js").Network} */ (network).likelihood.mean(last[i]);
      owing = follows;
      if (owing) return;
    }
    owing = false;
    if (!encoder) return;
    const key = [subject.x ?? runs.decoder];
    if (!sameItems(key, ranFor.encoder)) {
      ranFor.encoder = key;
      runs.encoder++;
      encoder.run(subject.x ?? mean);
      const head = shown.encoder[shown.encoder.length - 1].values;
      const toStd = spread === "softplus" ? softplus : (/** @type {number} */ raw) => Math.exp(0.5 * raw);
      q = {mu: [head[0], head[1]], std: hasPosterior(bundle) ? [toStd(head[2]), toStd(head[3])] : null};
    }
    if (!q) return;
    const {mu, std} = q;
    const head = shown.encoder[shown.encoder.length - 1].values;
    const {epsilon, stayed} = std ? epsilonTo({mu, std}, z, subject.x && epsilonOf(noise, subject.index)) : {epsilon: null, stayed: false};
    numbers = {mu, std, raw: std && [head[2], head[3]], epsilon, z, drawn: stayed ? noise : null};
  }

  /** @param {number} pixel @returns {[number, number]} */
  function placeOfPixel(pixel) {
    const {left, top, width} = pixels;
    return [left + (pixel % side + 0.5) / side * width, top + (Math.floor(pixel / side) + 0.5) / side * width];
  }

  /** Takes the room there is. */
  function fit() {
    const within = element.getBoundingClientRect();
    size = {width: within.width, height: within.height};
    for (const {cells} of [...shown.encoder, ...shown.decoder]) {
      cells.fit();
      cells.locate(within);
    }
    const box = x.element.getBoundingClientRect();
    pixels = {left: box.left - within.left, top: box.top - within.top, width: box.width};
  }

  return {
    element,
    q: () => q,
    /** Whether z stands elsewhere than where the encoder and ε put it. */
    moved: () => numbers !== null && isMoved(numbers),
    /** Changes with every z that it decodes. */
    version: () => runs.decoder,
    trace: (/** @type {PartName} */ part) => traces[part],
    stages: (/** @type {PartName} */ part) => shown[part].map(({stage}) => stage),
    /** What it calls a unit that it has. @param {ChosenUnit} unit */
    name: (unit) => shown[unit.part][unit.place].cells.named(unit.unit),
    resize() {
      resized = true;
    },
    /** Whether it shows this already. @param {Scene} scene */
    shows: (scene) => !resized && network === model.network && sameItems(itemsOf(scene), rendered),
    /** @param {Scene} scene */
    render(scene) {
      const {z, subject, noise, unit: wanted, theme, ramp} = scene;
      if (network !== model.network) build();
      const unit = wanted && wanted.unit < (shown[wanted.part][wanted.place]?.stage.units ?? 0) ? wanted : null; // its encoder may not be here yet
      run(z, subject, noise);
      rendered = owing || !sameItems([...z], ranFor.decoder) ? [] : itemsOf(scene);
      middle.render(numbers, subject.x ? "" : "First choose an image on a map, or draw one: now x is what the decoder makes of z.");
      if (resized) fit();
      const fresh = resized || theme !== painted.theme;
      const anew = {decoder: fresh || runs.decoder !== painted.decoder, encoder: fresh || runs.encoder !== painted.encoder};
      for (const part of /** @type {PartName[]} */ (["encoder", "decoder"])) {
        for (const {stage, reach, cells, values} of shown[part]) {
          if (anew[part]) cells.paint(values, reach, ramp);
          cells.mark(unit?.part === part && unit.place === stage.place ? unit.unit : null);
        }
      }
      if (anew.encoder || (!subject.x && anew.decoder)) x.show(subject.x ?? mean, theme);
      if (anew.decoder) pi.show(mean, theme);
      links.paint(unit, shown[unit?.part ?? "decoder"], bundle.tensors, unit?.part === "encoder" ? {values: subject.x ?? mean, placeOf: placeOfPixel} : null, SIGN_COLOURS);
      painted = {theme, ...runs};
      resized = false;
    },
    /** Its numbers in words, once nothing moves. */
    say() {
      for (const part of /** @type {PartName[]} */ (["encoder", "decoder"])) {
        for (const {stage, cells, view, values} of shown[part]) {
          view.say(valuesText(values));
          cells.say(`${cells.named(cells.current())}: ${signedNumber(unitValue(values, stage, cells.current()))}`);
        }
      }
    },
  };
}

/** @param {Scene} scene */
const itemsOf = ({z, subject, noise, unit, theme, ramp}) => [...z, subject, noise, unit, theme, ramp];
