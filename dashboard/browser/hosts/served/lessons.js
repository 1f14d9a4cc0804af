// @ts-check
// The models of Learn's steps, for a page that serves them: the pair, and those of the ladder once its step is opened.

import {lessonModels} from "../../learn/models.js";
import {fetchModels} from "./library.js";

/** @typedef {import("./library.js").Library} Library */
/** @typedef {import("../../learn/lesson.js").LessonModels} LessonModels */

/** Fetches each of the two once. @param {(ladder: boolean) => Library} libraryOf @param {(library: Library) => void} [arrived] */
export function createStepModels(libraryOf, arrived = () => {}) {
  /** By whether it is the ladder. @type {Map<boolean, Promise<LessonModels>>} */
  const fetched = new Map();
  return {
    /** @param {boolean} ladder @param {import("./library.js").Say} say @returns {Promise<LessonModels>} */
    models(ladder, say) {
      const known = fetched.get(ladder);
      if (known) return known;
      const library = libraryOf(ladder);
      const models = fetchModels(library, say).then(lessonModels);
      fetched.set(ladder, models);
      models.then(() => arrived(library), () => fetched.delete(ladder)); // the view says why
      return models;
    },
    end() {
      for (const models of fetched.values()) models.then(({decoders}) => decoders.forEach((decoder) => decoder.terminate()), () => {});
    },
  };
}

/** Where Explore is in a state; with the model of the ladder that has this β, if one is on show.
 * @param {string} state @param {number|null} beta @param {readonly [beta: number, name: string][]} rungs @param {string} second the model beside it */
export function exploreAt(state, beta, rungs, second) {
  const rung = rungs.find(([one]) => one === beta);
  return `./${rung ? `?models=${rung[1]},${second}` : ""}#${state}`;
}
