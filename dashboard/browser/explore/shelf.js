// @ts-check
// The models that came with the page: those on the maps, and the ladder of models that differ in β. Read when first needed.

import {PlainError} from "../base/errors.js";
import {readBundle, unpackImages, unpackNames} from "../model/bundle.js";
import {createModel, codesBetween, rangeBetween} from "../model/explorer_model.js";
import {createBatchDecoder} from "../model/worker.js";

/** @typedef {import("../model/bundle.js").Bundle} Bundle */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {import("../model/worker.js").BatchDecoder} BatchDecoder */
/**
 * @typedef {object} Glide the first map between two rungs
 * @property {ExplorerModel} nearest the rung that decodes
 * @property {Float32Array} codes on their way from one rung's to the other's
 * @property {[Latent, Latent]} core
 * @property {[Latent, Latent]} reach
 */

/** @param {(ArrayBuffer|Uint8Array)[]} bytes of bundles @param {number[]} shown which of them the maps show @param {number[]} ladder which of them are rungs, by ascending β
 * @param {(() => Promise<Uint8Array>)[]} [encoders] which bring what bundles came without, once something needs it
 * @param {(Promise<Uint8Array>|undefined)[]} [late] decoders of bundles that came without and are shown before these are here */
export function createShelf(bytes, shown, ladder, encoders, late = []) {
  const bundleAt = lazily((/** @type {number} */ index) => Object.assign(readBundle(bytes[index]), {awaited: Boolean(late[index])}));
  const modelAt = lazily((/** @type {number} */ index) => createModel(bundleAt(index), Math.max(0, shown.indexOf(index))));
  /** @type {Map<number, BatchDecoder>} */
  const decoders = new Map();
  /** @type {Promise<Uint8Array|null>|undefined} */
  let images;
  const begun = Promise.all(late.map(async (coming, index) => {
    const decoder = await coming;
    if (decoder) modelAt(index).begin(decoder);
  }));
  begun.catch(() => {}); // the page says so

  return {
    shown: () => shown,
    models() {
      const models = shown.map(modelAt);
      if (models.some(({bundle}) => bundle.side !== models[0].bundle.side)) throw new PlainError("These models take images of different sizes, and a page shows one set of images.");
      return models;
    },
    /** One worker for each map, kept while its model is on show. */
    decoders: () => shown.map((index) => {
      const decoder = decoders.get(index) ?? createBatchDecoder(bytes[index], encoders?.[index], late[index]);
      decoders.set(index, decoder);
      return decoder;
    }),
    /** Whether some model on show cannot decode yet. */
    awaits: () => shown.some((index) => bundleAt(index).awaited),
    /** Resolves when all can. */
    begun,
    /** Has the models on show encode; resolves when they can. */
    complete: () => Promise.all(shown.map(async (index) => {
      await begun;
      const encoder = await encoders?.[index]();
      if (encoder && !modelAt(index).network.encodes) modelAt(index).complete(encoder);
    })),
    images() {
      const holder = bytes.findIndex((_, index) => bundleAt(index).hasImages);
      return (images ??= holder < 0 ? Promise.resolve(null) : unpackImages(bundleAt(holder)));
    },
    /** What the files call the images, where the models say so. */
    names: () => unpackNames(bundleAt(shown[0])),
    ladder: ladder.length ? createLadder(ladder.map(bundleAt), (rung) => modelAt(ladder[rung])) : null,
    /** The rung on the first map. */
    rung: () => ladder.indexOf(shown[0]),
    /** Puts a rung on the first map. @param {number} rung */
    step(rung) {
      decoders.get(shown[0])?.terminate();
      decoders.delete(shown[0]);
      shown[0] = ladder[rung];
    },
    close() {
      for (const decoder of decoders.values()) decoder.terminate();
      decoders.clear();
    },
  };
}

/** @typedef {NonNullable<ReturnType<typeof createLadder>>} Ladder */

/** @param {Bundle[]} bundles of the rungs @param {(rung: number) => ExplorerModel} modelOf */
function createLadder(bundles, modelOf) {
  /** @type {{position: number, glide: Glide}|null} */
  let last = null;

  return {
    headers: bundles.map((bundle) => bundle.header),
    /** @param {string} name */
    find: (name) => bundles.findIndex((bundle) => bundle.name === name),
    /** What the first map shows at a position from 0, the first rung, to the last. @param {number} position @returns {Glide} */
    at(position) {
      if (last?.position === position) return last.glide;
      const below = Math.min(Math.floor(position), bundles.length - 2);
      const [share, lower, upper] = [position - below, modelOf(below), modelOf(below + 1)];
      const glide = {
        nearest: share < 0.5 ? lower : upper,
        codes: codesBetween(lower.bundle.points.codes, upper.bundle.points.codes, share),
        core: rangeBetween(lower.core, upper.core, share),
        reach: rangeBetween([lower.low, lower.high], [upper.low, upper.high], share),
      };
      last = {position, glide};
      return glide;
    },
    /** Makes all rungs ready, one at a time, so that the first glide does not stumble over them. */
    async prepare() {
      for (let rung = 0; rung < bundles.length; rung++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        modelOf(rung);
      }
    },
  };
}

/** A function of an index that is worked out once for each. @template T @param {(index: number) => T} work @returns {(index: number) => T} */
function lazily(work) {
  /** @type {Map<number, T>} */
  const known = new Map();
  return (index) => {
    let value = known.get(index);
    if (value === undefined) known.set(index, (value = work(index)));
    return value;
  };
}
