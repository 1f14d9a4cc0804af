// @ts-check
// Toy data: points of the plane near curves, drawn by a law that is known. x = c(u) + s ε with u uniform on [0, 1], ε ~ N(0, I) and c one of
// some strands, so that p(x) = Σ w ∫ N(x; c(u), s² I) du: Gaussians along a skeleton (mixture.js), by quadrature over u.

import {NumpyGenerator} from "../random/numpy.js";
import {TorchGenerator} from "../random/torch.js";
import {legendre} from "./legendre.js";

/** @typedef {[x: number, y: number]} Point */
/** @typedef {{weight: number, at: (u: number) => Point, still?: boolean}} Strand still: one place, whatever u is */
/** @typedef {{strands: Strand[], sd: number}} Toy weights sum to 1 */
/** @typedef {{points: Float32Array, strands: Uint8Array}} Drawn points: n × 2; strands: the place of that of each */

/** What of the plane is shown: [−REACH, REACH]². */
export const REACH = 3;
const NODES = 400; // along a strand, less than half of s apart
const WORD = 2 ** 32;

/** Circles about the origin, each as likely as it is long. @param {number[]} radii */
function rings(radii) {
  const all = radii.reduce((sum, one) => sum + one, 0);
  return radii.map((radius) => ({weight: radius / all, at: (/** @type {number} */ u) => onCircle(radius, 2 * Math.PI * u)}));
}

/** Two half circles, each about an end of the other. @param {number} radius @returns {Strand[]} */
function moons(radius) {
  return [0, 1].map((other) => ({
    weight: 0.5,
    at(u) {
      const [x, y] = onCircle(radius, Math.PI * (u + other));
      return [x - radius * (0.5 - other), y - radius * (0.25 - 0.5 * other)];
    },
  }));
}

/** Arms of Archimedes, nearly uniform along their length. @param {number} arms @param {number} turns @param {number} inner @param {number} outer @returns {Strand[]} */
function spirals(arms, turns, inner, outer) {
  return Array.from({length: arms}, (_, arm) => ({
    weight: 1 / arms,
    at(u) {
      const radius = Math.sqrt(inner ** 2 + u * (outer ** 2 - inner ** 2));
      return onCircle(radius, 2 * Math.PI * (turns * ((radius - inner) / (outer - inner)) + arm / arms));
    },
  }));
}

/** @param {readonly Point[]} places @returns {Strand[]} */
const spots = (places) => places.map((place) => ({weight: 1 / places.length, at: () => place, still: true}));

/** @param {number} radius @param {number} angle @returns {Point} */
const onCircle = (radius, angle) => [radius * Math.cos(angle), radius * Math.sin(angle)];

/** @type {Record<"rings"|"moons"|"spirals"|"gaussians", Toy>} */
export const TOYS = {
  moons: {strands: moons(1.35), sd: 0.1},
  rings: {strands: rings([0.8, 1.9]), sd: 0.1},
  spirals: {strands: spirals(2, 1, 0.3, 2.2), sd: 0.08},
  gaussians: {strands: spots(Array.from({length: 6}, (_, i) => onCircle(1.7, (2 * Math.PI * i) / 6))), sd: 0.2},
};

/** What is taken for the sd of painted points. */
export const PAINTED_SD = 0.1;

/** Points of one's own, taken for a density: a Gaussian round each, all alike. @param {readonly Point[]} places one or more @returns {Toy} */
export const paintedToy = (places) => ({strands: spots(places), sd: PAINTED_SD});

/** The density of a toy. @param {Toy} toy @returns {import("./mixture.js").Mixture} */
export function toyMixture({strands, sd}) {
  const {at, weight} = legendre(NODES), once = {at: [0], weight: [1]};
  const nodes = strands.flatMap((strand) => {
    const rule = strand.still ? once : {at: [...at], weight: [...weight]};
    return rule.at.map((u, i) => ({place: strand.at(u), weight: strand.weight * rule.weight[i]}));
  });
  return {places: Float64Array.from(nodes.flatMap(({place}) => place)), weights: Float64Array.from(nodes, ({weight: one}) => one), sd};
}

/** Points of a toy, fully determined by a key. @param {Toy} toy @param {number} count @param {...number} key @returns {Drawn} */
export function drawToy({strands, sd}, count, ...key) {
  const random = new NumpyGenerator(...key);
  const noise = new TorchGenerator(random.word()).normal(2 * count, sd);
  const drawn = {points: new Float32Array(2 * count), strands: new Uint8Array(count)};
  for (let i = 0; i < count; i++) {
    let place = 0;
    for (let share = random.word() / WORD - strands[0].weight; share >= 0 && place < strands.length - 1; ) share -= strands[++place].weight;
    const [x, y] = strands[place].at(random.word() / WORD);
    drawn.points[2 * i] = x + noise[2 * i];
    drawn.points[2 * i + 1] = y + noise[2 * i + 1];
    drawn.strands[i] = place;
  }
  return drawn;
}

/** Mean and covariance of a mixture: of the largest variance along any direction depends what β collapses. @param {import("./mixture.js").Mixture} mixture */
export function momentsOf({places, weights, sd}) {
  const mean = [0, 0], square = [0, 0, 0];
  weights.forEach((weight, i) => {
    mean[0] += weight * places[2 * i];
    mean[1] += weight * places[2 * i + 1];
  });
  weights.forEach((weight, i) => {
    const [x, y] = [places[2 * i] - mean[0], places[2 * i + 1] - mean[1]];
    square[0] += weight * x * x;
    square[1] += weight * x * y;
    square[2] += weight * y * y;
  });
  const [xx, xy, yy] = [square[0] + sd ** 2, square[1], square[2] + sd ** 2];
  return {mean, covariance: [xx, xy, yy], widest: (xx + yy) / 2 + Math.hypot((xx - yy) / 2, xy)};
}
