// @ts-check
// A toy's training on a thread of its own. The page asks for each of its frames: so many steps, or as many as there is time for, and then
// what is to be drawn. Between the frames it rests.

import {sentenceOf} from "../../base/errors.js";
import {shade} from "./mixture.js";
import {createCourse} from "./course.js";
import {REACH} from "./toys.js";

/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./measures.js").Measured} Measured */
/** @typedef {{kind: "begin"|"data", settings: Settings}|{kind: "advance", settings: Settings, steps: number, milliseconds: number, measures: boolean}} Asked
 *   data: other points to train on, the model stays; steps: at most, milliseconds: at most; measures: whether to measure now in any case */
/** @typedef {{points: Float32Array, strands: Uint8Array, seen: Float32Array|null, widest: number, shade: Float32Array}} Told of the data: held-out points, those of a fixed set, the largest variance along any
 *   direction, and the density as a picture */
/** @typedef {{step: number, noise: number, lattice: Float32Array, mu: Float32Array, std: Float32Array, measured: Measured|null, shade: Float32Array|null}} Frame lattice: m(z) of the lattice of z;
 *   mu, std: of q(z|x) of the held-out points; measured: where it was now; shade: likewise, the density of the model */
/** @typedef {{kind: "data", told: Told}|{kind: "frame", frame: Frame}|{kind: "failed", sentence: string}} Reply */
/** @typedef {{postMessage: (message: any, transfer?: any) => void, onmessage: ((event: MessageEvent) => void)|null}} Line */

const REST = 5; // times as long as measuring took, before it is done again
const LEAST_REST = 250; // milliseconds
/** Pixels along a side of a density's picture. */
export const SHADE = 120;

/** @param {Line} scope of a worker */
export function serveToy(scope) {
  /** @type {ReturnType<typeof createCourse>|null} */
  let course = null;
  let again = -Infinity; // when to measure next

  scope.onmessage = ({data}) => {
    try {
      answer(data);
    } catch (error) {
      scope.postMessage({kind: "failed", sentence: sentenceOf(error)});
    }
  };

  /** @param {Asked} asked */
  function answer(asked) {
    if (asked.kind === "begin" || !course) course = createCourse(asked.settings);
    else if (asked.kind === "data") course.take(asked.settings);
    if (asked.kind === "advance") return frame(course, asked);
    const {held: {points, strands}, seen, widest, mixture} = course.data();
    scope.postMessage({kind: "data", told: {points, strands, seen, widest, shade: shade(mixture, REACH, SHADE)}});
    again = -Infinity;
  }

  /** @param {ReturnType<typeof createCourse>} course @param {Extract<Asked, {kind: "advance"}>} asked */
  function frame(course, {settings, steps, milliseconds, measures}) {
    const began = performance.now();
    for (let i = 0; i < steps && performance.now() - began < milliseconds; i++) course.step(settings);
    /** @type {Measured|null} */
    let measured = null;
    /** @type {Float32Array|null} */
    let shaded = null;
    const now = performance.now();
    if (measures || now > again) {
      const found = course.measure();
      measured = found.measured;
      if (settings.shading === "model") shaded = shade(found.mixture, REACH, SHADE);
      const done = performance.now();
      again = done + Math.max(LEAST_REST, REST * (done - now));
    }
    const {lattice, mu, std} = course.look();
    const buffers = [lattice, mu, std, ...(shaded ? [shaded] : [])].map(({buffer}) => buffer);
    scope.postMessage({kind: "frame", frame: {step: course.steps(), noise: course.noise(), lattice, mu, std, measured, shade: shaded}}, buffers);
  }
}
