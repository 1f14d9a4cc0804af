// @ts-check
// A toy's training as settings have it: its data, its model, and what is looked at. No page, no thread, no time.

import {NumpyGenerator} from "../random/numpy.js";
import {latticeOf} from "./lattice.js";
import {logDensities, measure} from "./measures.js";
import {logDensityOf} from "./mixture.js";
import {pointsOfText} from "./painted.js";
import {BATCH, ToyTrainer} from "./trainer.js";
import {drawToy, momentsOf, paintedToy, TOYS, toyMixture} from "./toys.js";

/** @typedef {import("./settings.js").Settings} Settings */

const [FRESH, HELD, FIXED, ORDER] = [4, 5, 6, 7]; // purposes of randomness
const HELD_OUT = 1000;

/** @param {Settings} settings */
export function createCourse(settings) {
  const {latent, seed} = settings;
  const trainer = new ToyTrainer({latent, seed, noise: settings.noise}, settings.set ? Math.min(BATCH, settings.set) : BATCH);
  const lattice = latticeOf(latent);
  let data = dataOf(settings);

  /** The points of a step. @param {number} step */
  function batch(step) {
    if (!data.seen) return drawToy(data.toy, BATCH, seed, FRESH, step).points;
    const count = data.seen.length / 2, size = trainer.batch, perEpoch = Math.floor(count / size);
    const order = new NumpyGenerator(seed, ORDER, Math.floor(step / perEpoch)).permutation(count).subarray((step % perEpoch) * size);
    return Float32Array.from({length: 2 * size}, (_, i) => /** @type {Float32Array} */ (data.seen)[2 * order[i >> 1] + (i & 1)]);
  }

  return {
    trainer,
    data: () => data,
    /** Other data from now on. @param {Settings} settings */
    take: (settings) => void (data = dataOf(settings)),
    /** @param {Settings} knobs */
    step: ({rate, beta, noise, learned}) => trainer.step(batch(trainer.steps), {rate, beta, noise: learned ? null : noise}),
    steps: () => trainer.steps,
    noise: () => trainer.noise,
    measure: () => measure(trainer, data.held.points, data.truths, data.seen),
    /** What is drawn of the model at every frame. */
    look: () => ({lattice: Float32Array.from(trainer.decode(lattice, lattice.length / latent)), ...trainer.codes(data.held.points)}),
  };
}

/** @param {Settings} settings */
function dataOf({data, points, seed, set}) {
  const toy = data === "painted" ? paintedToy(pointsOfText(points) ?? []) : TOYS[data];
  const mixture = toyMixture(toy), held = drawToy(toy, HELD_OUT, seed, HELD);
  if (data === "painted") held.strands.fill(0); // points by hand are of one kind
  return {
    toy, mixture, held, widest: momentsOf(mixture).widest, truths: logDensities(logDensityOf(mixture), held.points),
    seen: set ? drawToy(toy, set, seed, FIXED).points : null,
  };
}
