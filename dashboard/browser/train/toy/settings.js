// @ts-check
// Everything that is set of a toy, as one value and as a link: a declared table, whose rows check what they are given.

import {pointsOfText} from "./painted.js";
import {LEAST_NOISE} from "./trainer.js";

/** @typedef {"moons"|"rings"|"spirals"|"gaussians"|"painted"} Data */
/** @typedef {"none"|"model"|"data"} Shading */
/** @typedef {{data: Data, latent: 1|2, beta: number, noise: number, learned: boolean, rate: number, set: number, seed: number, shading: Shading, points: string}} Settings
 *   noise: s of the decoder, where it is not learned; set: how many points are trained on, 0 for fresh ones in each step; points: those painted by hand, as a text */
/** @typedef {{parse: (text: string) => any}} Row undefined for what makes no sense */

/** @type {Settings} */
export const USUAL = {data: "moons", latent: 1, beta: 1, noise: 0.1, learned: false, rate: 0.003, set: 0, seed: 0, shading: "none", points: ""};
export const SETS = [0, 1000, 100, 30];
export const [MOST_BETA, MOST_NOISE, LEAST_RATE, MOST_RATE, MOST_SEED] = [500, 1, 1e-4, 3e-2, 999_999];

/** @param {readonly any[]} values @returns {Row} */
const choice = (values) => ({parse: (text) => values.find((value) => String(value) === text)});

/** @param {number} low @param {number} high @returns {Row} */
const number = (low, high) => ({parse: (text) => (/^\d{1,6}(\.\d{1,6})?$/.test(text) && Number(text) >= low && Number(text) <= high ? Number(text) : undefined)});

/** @type {Record<keyof Settings, Row>} */
const TABLE = {
  data: choice(["moons", "rings", "spirals", "gaussians", "painted"]), latent: choice([1, 2]), beta: number(0, MOST_BETA), noise: number(LEAST_NOISE, MOST_NOISE), learned: choice([true, false]),
  rate: number(LEAST_RATE, MOST_RATE), set: choice(SETS), seed: {parse: (text) => (/^\d{1,6}$/.test(text) ? Number(text) : undefined)}, shading: choice(["none", "model", "data"]),
  points: {parse: (text) => (pointsOfText(text) ? text : undefined)},
};
const NAMES = /** @type {(keyof Settings)[]} */ (Object.keys(TABLE));

/** What differs from the usual. @param {Settings} settings */
export const linkOf = (settings) => NAMES.filter((name) => settings[name] !== USUAL[name]).map((name) => `${name}=${settings[name]}`).join("&");

/** What a link says, as far as it makes sense. @param {string} link @returns {Settings} */
export function settingsOf(link) {
  const given = new URLSearchParams(link);
  const said = NAMES.flatMap((name) => {
    const texts = given.getAll(name), value = texts.length === 1 ? TABLE[name].parse(texts[0]) : undefined;
    return value === undefined ? [] : [[name, value]];
  });
  const settings = {...USUAL, ...Object.fromEntries(said)};
  return settings.data === "painted" && !settings.points ? {...settings, data: USUAL.data} : settings;
}
