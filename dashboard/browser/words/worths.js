// @ts-check
// What codes can be coloured by besides their class, in words, and how its numbers become colours.

import {columnIn} from "../state/state.js";
import {sharedText} from "./classes.js";
import {signedNumber} from "./numbers.js";

/** @typedef {import("../model/worths.js").WorthName|import("../state/state.js").OwnColumn} WorthName what images are worth to a model, or a column of one's own data */
/** @typedef {import("../model/bundle.js").Bundle} Bundle */
/** @typedef {{least: number, most: number, below: number, above: number, whole: boolean}} Scale the numbers at the ends of the colours; what share of the images lies
 *   beyond them; whether they are counts */
/**
 * @typedef {object} Worth what the codes of a map are coloured by
 * @property {WorthName} name
 * @property {ArrayLike<number>|null} values one for each code, NaN where it is not given; of words their places; null where there are none
 * @property {readonly string[]|null} words of a column of words; null where it is numbers
 * @property {number} absent for how many images nothing is given
 * @property {Float32Array|null} shares of the way from the darkest colour to the brightest, 0…1
 * @property {Scale|null} scale the same on all maps of the page; null where none has values
 * @property {string} why there are none, or none yet
 */

const BEYOND = 0.01; // of the images at each end: a few far ones would leave one colour to the rest
const HARDLY = 0.05; // of the rest: where the few are no farther off than that, they are the end
const MOST_DECIMALS = 8;
const FEW = 12; // different counts that are shown as they are

export const NOT_GIVEN = "not given";

/** @type {Record<string, string>} */
const TITLES = {elbo: "ELBO", log_px: "log p(x), exact", gap: "Gap, log p(x) − ELBO", kl: "KL of q(z|x) to the prior", nll: "Reconstruction, nll", modes: "Modes of p(z|x)"};
/** @type {Record<string, string>} as there is room for on a map */
const SHORT = {elbo: "ELBO", log_px: "log p(x)", gap: "Gap", kl: "KL", nll: "nll", modes: "Modes of p(z|x)"};

/** @param {WorthName} name */
export const worthTitle = (name) => columnIn(name) ?? TITLES[name];

/** @param {WorthName} name */
export const worthHeading = (name) => columnIn(name) ?? (name === "modes" ? SHORT[name] : `${SHORT[name]}, nats/image`);

/** Why a model has no such numbers, whatever one waits for; nothing where it has. @param {Bundle} bundle @param {WorthName} name @param {number|null} images that came along, null while they may still come */
export function whyNoWorth({kind, points, plane}, name, images) {
  const {count, truths} = points;
  const column = columnIn(name);
  if (column !== null) return points.columns.some((one) => one.name === column) ? "" : "Its data have no such column";
  if (plane && kind === "vae" && name !== "nll") return `It is of all ${plane.of} dimensions, and this is a plane`;
  if (kind === "ae" && name !== "nll") return "An autoencoder has none";
  if (kind === "vae" && (truths || name === "kl")) return "";
  if (["log_px", "gap", "modes"].includes(name)) return "Not on record for this model";
  return images !== null && images < count ? `Only ${images.toLocaleString("en")} images came along` : "";
}

/** From the least to the greatest of some numbers, without the outermost of many. @param {readonly ArrayLike<number>[]} sets of all maps @param {boolean} whole whether they are counts @returns {Scale} */
export function scaleOver(sets, whole) {
  const sorted = Float32Array.from(sets.flatMap((set) => Array.from(set).filter((value) => !Number.isNaN(value)))).sort();
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  if (whole && high - low < FEW) return {least: low, most: high, below: 0, above: 0, whole};
  const cut = Math.floor(BEYOND * sorted.length);
  const [first, last] = [sorted[cut], sorted[sorted.length - 1 - cut]];
  const [least, most] = [first - low <= HARDLY * (last - first) ? low : first, high - last <= HARDLY * (last - first) ? high : last];
  const share = (/** @type {(value: number) => boolean} */ beyond) => sorted.filter(beyond).length / sorted.length;
  return {least, most, below: share((value) => value < least), above: share((value) => value > most), whole};
}

/** Where between the ends of a scale a number lies, 0…1; in the middle where they are the same. @param {number} value @param {Scale} scale */
export function shareOf(value, {least, most}) {
  return most > least ? Math.min(1, Math.max(0, (value - least) / (most - least))) : 0.5;
}

/** @param {number} value @param {Scale} scale */
export function worthText(value, {least, most, whole}) {
  if (Number.isNaN(value)) return NOT_GIVEN;
  const span = most - least;
  return signedNumber(value, whole || span >= 50 ? 0 : span >= 5 ? 1 : span >= 0.5 || span === 0 ? 2 : Math.min(MOST_DECIMALS, 2 + Math.floor(-Math.log10(span))));
}

/** What an image is worth, or the word that a column has for it; nothing where there are no values. @param {Worth} worth @param {number} index */
export function valueText({values, words, scale}, index) {
  if (!values) return "";
  return words ? words[values[index]] ?? NOT_GIVEN : scale ? worthText(values[index], scale) : "";
}

/** A column's value for an image, where no other numbers stand beside it. @param {import("../model/bundle.js").Column} column @param {number} index */
export function cellText({words, values}, index) {
  return words ? words[values[index]] ?? NOT_GIVEN : Number.isNaN(values[index]) ? NOT_GIVEN : String(Number(values[index].toPrecision(6))).replace("-", "−");
}

/** For how many images a column says nothing. @param {number} absent */
export const absentText = (absent) => (absent ? `${absent.toLocaleString("en")} ${NOT_GIVEN}` : "");

/** The numbers at the ends of a scale; beyond an end the colour stays the same. @param {Scale} scale @returns {[string, string]} */
export function endTexts(scale) {
  return [`${scale.below ? "≤ " : ""}${worthText(scale.least, scale)}`, `${scale.above ? "≥ " : ""}${worthText(scale.most, scale)}`];
}

/** What the colours of the codes mean, for someone who cannot tell them apart or see them. @param {readonly {short: string, bundle: Bundle}[]} models @param {readonly Worth[]} worths theirs */
export function worthSentence(models, worths) {
  const [{name, scale, words, absent}] = worths;
  const lacking = worths.flatMap(({why}, i) => (why ? [` ${models[i].short}: ${why[0].toLowerCase()}${why.slice(1)}.`] : [])).join("");
  const grey = absent ? ` Grey: ${absentText(absent)}.` : "";
  if (words) return `${sharedText(words, "values") ? `${sharedText(words, "values")}: point at one in the legend to find its images` : `A colour for each of the ${words.length} in the legend`}.${grey}${lacking}`;
  if (!scale) return `${worthTitle(name)}.${lacking}`;
  const beyond = (/** @type {number} */ share, /** @type {string} */ where) => (share ? ` and ${where} (${(100 * share).toFixed(1)} % of the images)` : "");
  const unit = name === "modes" || columnIn(name) !== null ? "" : " nats/image";
  const caveats = name === "modes" || name === "kl" || columnIn(name) !== null ? [] : [...new Set(models.map(({bundle}) => bundle.caveat))];
  return [`Darkest at ${worthText(scale.least, scale)}${beyond(scale.below, "below")}, brightest at ${worthText(scale.most, scale)}${unit}${beyond(scale.above, "above")}${worths.length > 1 && worths.every(({values}) => values) ? "; the same on both maps" : ""}.${grey}${lacking}`, ...caveats].filter(Boolean).join(" ");
}
