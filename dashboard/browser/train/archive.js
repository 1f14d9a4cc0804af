// @ts-check
// A training as the one file that the engine unpacks as a run (vae_engine/runs/archive.py): a zip of its parts, none of them packed,
// with the SHA-256 of each in a manifest.

import {crc32, sha256} from "./digests.js";
import {writeSafetensors} from "./safetensors_writer.js";

/** @typedef {import("./run.js").LogEvent} LogEvent */

const FORMAT = "latent-explorer-run-1";
const [IMAGES, DAY] = ["images.safetensors", 0x21]; // 1 January 1980, the day of a zip that tells none
const json = (/** @type {any} */ value) => new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`);

/**
 * @typedef {object} Recorded
 * @property {import("./files.js").Recipe} recipe
 * @property {readonly LogEvent[]} events
 * @property {ReadonlyMap<number, {weights: Uint8Array}>} instants the weights of each snapshot
 * @property {{metrics: Record<string, any>, weights: Uint8Array}|null} finished
 * @property {import("./data.js").DataSet} data images that are the visitor's own travel with the run
 */

/** @param {Recorded} recorded @returns {Uint8Array<ArrayBuffer>} */
export function runFile({recipe: {model, train}, events, instants, finished, data}) {
  const settings = data.own ? {...train, data: IMAGES} : train;
  /** @type {Map<string, Uint8Array>} */
  const parts = new Map([["config.json", json({format: 1, model, train: settings})]]);
  parts.set("events.jsonl", new TextEncoder().encode(events.map((event) => `${JSON.stringify(event)}\n`).join(""))); // what is not finite is null there
  if (finished) {
    parts.set("metrics.json", json({weights_sha256: sha256(finished.weights), metrics: finished.metrics}));
    parts.set("model.safetensors", finished.weights);
  }
  for (const [step, {weights}] of instants) parts.set(`snapshots/step-${String(step).padStart(8, "0")}.safetensors`, weights);
  if (data.own) parts.set(IMAGES, imagesOf(data));
  const manifest = {format: FORMAT, files: Object.fromEntries([...parts].map(([name, content]) => [name, sha256(content)]))};
  return zipFile(new Map([["manifest.json", json(manifest)], ...parts]));
}

/** Images of one's own as vae_engine/data/own.py packs them, in the order of their splits. @param {import("./data.js").DataSet} data */
function imagesOf({train, held, rest, classes, side, inverted}) {
  const splits = {test: rest, validation: held, train};
  const [images, labels] = [joined(Object.values(splits).map((part) => part.images)), joined(Object.values(splits).map((part) => part.labels))];
  const about = {classes, ...(inverted && {inverted}), splits: Object.fromEntries(Object.entries(splits).map(([split, part]) => [split, part.labels.length]))};
  return writeSafetensors(new Map([
    ["images", {dtype: "U8", shape: [labels.length, side, side], data: images}], ["labels", {dtype: "U8", shape: [labels.length], data: labels}],
  ]), {about: JSON.stringify(about)});
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

/** @param {ReadonlyMap<string, Uint8Array>} parts @returns {Uint8Array<ArrayBuffer>} */
export function zipFile(parts) {
  const names = [...parts.keys()].map((name) => new TextEncoder().encode(name));
  const [head, entry, end] = [30, 46, 22];
  const listed = names.reduce((sum, name) => sum + entry + name.length, 0);
  const begin = [...parts.values()].reduce((sum, content, i) => sum + head + names[i].length + content.length, 0);
  const bytes = new Uint8Array(begin + listed + end), view = new DataView(bytes.buffer);
  let [at, list] = [0, begin];
  [...parts.values()].forEach((content, i) => {
    const name = names[i];
    const fields = (/** @type {number} */ from) => {
      view.setUint16(from, 20, true); // the version that is needed
      view.setUint16(from + 8, DAY, true);
      view.setUint32(from + 10, crc32(content), true);
      view.setUint32(from + 14, content.length, true);
      view.setUint32(from + 18, content.length, true);
      view.setUint16(from + 22, name.length, true);
    };
    view.setUint32(at, 0x04034b50, true);
    fields(at + 4);
    bytes.set(name, at + head);
    bytes.set(content, at + head + name.length);
    view.setUint32(list, 0x02014b50, true);
    view.setUint16(list + 4, 20, true);
    fields(list + 6);
    view.setUint32(list + 42, at, true);
    bytes.set(name, list + entry);
    at += head + name.length + content.length;
    list += entry + name.length;
  });
  view.setUint32(list, 0x06054b50, true);
  view.setUint16(list + 8, names.length, true);
  view.setUint16(list + 10, names.length, true);
  view.setUint32(list + 12, listed, true);
  view.setUint32(list + 16, begin, true);
  return bytes;
}
