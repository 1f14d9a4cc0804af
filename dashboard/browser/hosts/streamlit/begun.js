// @ts-check
// What the first page will show, fetched and made ready while Streamlit's own scripts are still on their way (dashboard/shell/ahead.py).

import {createShelf} from "../../explore/shelf.js";
import {fetchModels} from "../served/library.js";

/** @typedef {import("../served/library.js").Library} Library */
/** @typedef {import("../served/library.js").Fetched} Fetched */
/** @typedef {import("../served/library.js").Say} Say */
/** @typedef {ReturnType<typeof createShelf>} Shelf */
/** @typedef {Fetched & {shelf?: Shelf}} Ready shelf: of the models that the page was expected to show */

/** What was begun, until somebody takes it. @type {{id: string, heard: string, say: Say, models: Promise<Ready>}|null} */
let begun = null;

/** Begin with what the page will show, unless it is told otherwise later. @param {{library: Library, shown: number[], ladder: number[]}} expected */
export function begin({library, shown, ladder}) {
  const one = {
    id: library.id, heard: "",
    say(/** @type {string} */ sentence) {
      one.heard = sentence;
    },
    models: fetchModels(library, (sentence) => one.say(sentence)).then(ready),
  };
  one.models.catch(() => {}); // who takes it is told
  begun = one;

  /** @param {Fetched} models @returns {Ready} */
  function ready(models) {
    const shelf = createShelf(models.bundles, [...shown], ladder, models.encoders);
    shelf.models();
    return {...models, shelf};
  }
}

/** The models of a library: those begun with, or else fetched now. @param {Library} library @param {Say} say @returns {Promise<Ready>} */
export function comingModels(library, say) {
  if (begun?.id !== library.id) return fetchModels(library, say);
  const {models, heard} = begun;
  begun.say = say;
  begun = null;
  if (heard) say(heard);
  return models;
}

/** The shelf that was made ready, if it is that of these places. @param {Ready} models @param {number[]} shown @param {number[]} ladder */
export function shelfFor({shelf}, shown, ladder) {
  return shelf && String(shelf.shown()) === String(shown) && Boolean(shelf.ladder) === ladder.length > 0 ? shelf : undefined;
}
