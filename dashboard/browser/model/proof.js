// @ts-check
// Whether the networks that this page runs give the numbers of the model that they were made of: asked of models that others'
// code wrote, before one is shown. vae_engine/exchange/imports/probe.py makes the questions and says what follows. No DOM.

import {BATCH, lengthOf} from "./machine.js";
import {ensure, parseJson, readSafetensors, requireTensor} from "./safetensors.js";

/** @typedef {import("./networks.js").Network} Network */
/** @typedef {import("./stages.js").PartName} PartName */
/** @typedef {{encoder: number, decoder: number}} Differs by how much each part differs at most, relative where numbers exceed 1 */
/** @typedef {{differs: Differs, complaint: string}} Proved complaint: how it gives other numbers, a clause; empty where it does not */

/** @type {PartName[]} */
const PARTS = ["encoder", "decoder"];

/**
 * Runs both parts on all inputs of a probe. Pauses after every batch.
 * @param {Network} network that encodes @param {import("./bundle.js").Bundle["header"]} header of its bundle @param {Uint8Array} probe
 * @returns {Generator<void, Proved, void>}
 */
export function* proved(network, header, probe) {
  const {tensors, metadata} = readSafetensors(probe);
  const within = Number(parseJson(metadata?.probe)?.within);
  const differs = {encoder: 0, decoder: 0};
  let complaint = "";
  for (const part of PARTS) {
    const rows = rowsOf(tensors, part, network);
    const want = numbersOf(tensors, part);
    differs[part] = yield* farthest(network, part, rows, want, rows.length / widthOf(part, network));
    if (!(differs[part] <= within)) complaint ||= `its ${part} gives other numbers than its own, by ${differs[part].toPrecision(2)}${whereParted(network, header, part, rows, tensors, within)}`;
  }
  return {differs, complaint};
}

/** @param {PartName} part @param {Network} network */
const widthOf = (part, network) => (part === "encoder" ? network.pixels : 2);

/** @param {Map<string, import("./safetensors.js").Tensor>} tensors @param {PartName} part @param {Network} network */
function rowsOf(tensors, part, network) {
  if (part === "decoder") return numbersOf(tensors, "z");
  const {shape, data} = tensors.get("x") ?? {shape: [], data: []};
  return Float32Array.from(requireTensor(tensors, "x", "U8", [shape[0], network.pixels]).data, (value) => value / 255);
}

/** @param {Map<string, import("./safetensors.js").Tensor>} tensors @param {string} name */
function numbersOf(tensors, name) {
  const {shape, data} = tensors.get(name) ?? {shape: []};
  ensure(data instanceof Float32Array, `its tensor ${name} is missing.`);
  return /** @type {Float32Array} */ (requireTensor(tensors, name, "F32", shape).data);
}

/** @param {Network} network @param {PartName} part @param {Float32Array} rows @param {Float32Array} want @param {number} count @returns {Generator<void, number, void>} */
function* farthest(network, part, rows, want, count) {
  const {heap} = network.kernel;
  const {input, steps} = partOf(network, part);
  const [width, wide] = [rows.length / count, want.length / count];
  let most = 0;
  for (let first = 0; first < count; first += BATCH) {
    const taken = Math.min(BATCH, count - first);
    heap.set(rows.subarray(first * width, (first + taken) * width), input);
    const at = steps.reduce((from, step) => step.run(from, taken), input);
    most = Math.max(most, difference(heap.subarray(at, at + taken * wide), want.subarray(first * wide, (first + taken) * wide)));
    yield;
  }
  return most;
}

/** The first layer whose numbers are not those wanted, as far as they are told: of the first inputs, evenly spread. @param {Network} network @param {any} header @param {PartName} part @param {Float32Array} rows
 * @param {Map<string, import("./safetensors.js").Tensor>} tensors @param {number} within */
function whereParted(network, header, part, rows, tensors, within) {
  const {heap} = network.kernel;
  const {input, steps} = partOf(network, part);
  const first = rows.subarray(0, BATCH * widthOf(part, network));
  const count = first.length / widthOf(part, network);
  heap.set(first, input);
  let at = input;
  for (const [index, step] of steps.entries()) {
    at = step.run(at, count);
    const want = numbersOf(tensors, `${part}.${index}`);
    const length = count * lengthOf(step.shape);
    const found = Float32Array.from(want, (_, i) => heap[at + Math.floor((i * length) / want.length)]);
    if (!(difference(found, want) <= within)) return `, first at layer ${index} (${header.layers[part][index].op})`;
  }
  return "";
}

/** @param {Network} network @param {PartName} part */
const partOf = (network, part) => /** @type {import("./networks.js").Part} */ (network.parts[part]);

/** The largest difference, relative where numbers exceed 1; NaN where one is. @param {Float32Array} found @param {Float32Array} want */
function difference(found, want) {
  return want.reduce((most, value, i) => Math.max(most, Math.abs(found[i] - value) / Math.max(1, Math.abs(value))), 0);
}
