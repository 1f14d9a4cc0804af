// @ts-check
// The models of the live views, made ready once for all of them.

import {PlainError} from "../base/errors.js";
import {readBundle, unpackImages} from "../model/bundle.js";
import {createModel} from "../model/explorer_model.js";
import {createBatchDecoder} from "../model/worker.js";

/** @typedef {import("./lesson.js").LessonModels} LessonModels */

/** @param {{bundles: (ArrayBuffer|Uint8Array)[], encoders?: (() => Promise<Uint8Array>)[], images?: Promise<Uint8Array|null>}} given encoders: for each bundle
 *   that came without, brings it; images: where no bundle has them @returns {Promise<LessonModels>} */
export async function lessonModels({bundles, encoders, images}) {
  if (!bundles.length) throw new PlainError("The models for this step are not here.");
  const models = bundles.map((bytes, place) => createModel(readBundle(bytes), place));
  const holder = models.find((model) => model.bundle.hasImages) ?? models[0];
  const shown = (await images) ?? await unpackImages(holder.bundle);
  /** Workers by the place of their model: a ladder has many, of which few are asked. @type {LessonModels["decoders"]} */
  const decoders = new Map();
  return {
    models, images: shown, decoders,
    decoder(place) {
      const decoder = decoders.get(place) ?? createBatchDecoder(bundles[place], encoders?.[place]);
      decoders.set(place, decoder);
      return decoder;
    },
  };
}
