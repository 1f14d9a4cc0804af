// @ts-check
// A path through the instants of a run: the film on a page in a frame is moved along its axis of time, as it is when it plays.

import {placeOf} from "../film/clock.js";

/** @typedef {{state: () => {instants: number[], loaded: number[][]}, pass: (place: number) => void, settle: () => void}} DrivenFilm as film/film.js tells of it */

const WHOLE = 5000; // milliseconds that all instants may take to come: from then on those must do that are there

/** @param {() => DrivenFilm|undefined} filmOf the page, undefined while it has none @param {readonly number[]} steps the stops
 * @returns {import("./stage.js").Way} */
export function trainingWay(filmOf, steps) {
  const places = steps.map(placeOf);
  /** @type {DrivenFilm|undefined} */
  let driven;
  return {
    ready(waited) {
      const film = filmOf();
      if (film !== driven) driven = film && isHere(film.state(), waited) ? film : undefined;
      return driven !== undefined;
    },
    pass: (leg, share) => driven?.pass(places[leg] + share * (places[leg + 1] - places[leg])),
    arrive: () => driven?.settle(),
  };
}

/** @param {{instants: number[], loaded: number[][]}} state @param {number} waited */
function isHere({instants, loaded: [loaded]}, waited) {
  return loaded.length > 0 && (loaded.length >= instants.length || waited > WHOLE);
}
