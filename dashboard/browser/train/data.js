// @ts-check
// The images that a training is about: those that come with the site (dashboard/site/training.py), or one's own.

import {ensure, isObject, parseJson, readSafetensors, requireTensor} from "../model/safetensors.js";

/** @typedef {import("./trainer.js").Images} Images */
/** @typedef {{name: string, set: string, train: Images, held: Images, rest: Images, classes: string[], side: number, of: Record<string, number>|null, own: boolean, inverted?: boolean}} DataSet name: what it is called; set: what a run calls it;
 *   held: what a training is measured by; rest: what it never sees; of: how many images the whole data set has of each split, where there are more; own: whether they are the visitor's; inverted:
 *   whether dark ink on light paper was made bright */

/** @param {Uint8Array} bytes unpacked @returns {DataSet} @throws {Error} one sentence */
export function readDataSet(bytes) {
  const {tensors, metadata} = readSafetensors(bytes);
  const about = parseJson(metadata?.training);
  ensure(isObject(about) && Array.isArray(about.classes), "it holds no images to train on.");
  const shape = tensors.get("train.images")?.shape ?? [];
  ensure(shape.length === 3 && shape[1] === shape[2], "its images are no squares.");
  const side = shape[1];
  const part = (/** @type {string} */ split) => {
    const labels = tensors.get(`${split}.labels`)?.data ?? new Uint8Array();
    const images = /** @type {Uint8Array} */ (requireTensor(tensors, `${split}.images`, "U8", [labels.length, side, side]).data);
    ensure(labels.every((label) => label < about.classes.length), "a label names no class.");
    return {images, labels: /** @type {Uint8Array} */ (labels), pixels: side ** 2};
  };
  return {name: String(about.title), set: String(about.data), train: part("train"), held: part("held"), rest: {images: new Uint8Array(), labels: new Uint8Array(), pixels: side ** 2}, classes: about.classes.map(String), side, of: about.of ?? null, own: false};
}
