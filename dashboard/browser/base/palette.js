// @ts-check
// Colours: ten classes told apart under colour-vision deficiency (petroff10, arXiv 2107.02270), the theme, and the fields' ramps.

import {contextOf, make} from "./dom.js";
import {evenRamp} from "./even_ramp.js";
import PALETTE from "./colours.json" with {type: "json"};

/** By label; digits that are taken for one another, as 3 and 8, have colours far apart. dashboard/shared/palette.py has them from the same file. */
export const CLASS_COLOURS = PALETTE.classes.map((place) => PALETTE.colours[place]);

/** The colour of a class; those beyond ten share them. @param {number} label */
export const classColour = (label) => CLASS_COLOURS[label % CLASS_COLOURS.length];

const GREYISH = 0.2; // of the full span between the strongest and the weakest of red, green and blue
const VIVID = CLASS_COLOURS.filter((colour) => {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return Math.max(...parts) - Math.min(...parts) > GREYISH * 255;
});

/** The colour of a word of a column; where others are grey, since nothing is given for them, none that is taken for grey.
 * @param {number} place @param {boolean} besideGrey */
export function wordColour(place, besideGrey) {
  return besideGrey ? VIVID[place % VIVID.length] : classColour(place);
}

const DARK_PAGE = 0.0085; // its luminance, as that of a page in the dark theme
const LEAST_CONTRAST = 3; // WCAG 1.4.11: of marks with what is beside them

/** Whether a mark in a colour #rrggbb does not stand out from a dark page by itself: its contrast with it is below 3:1. The palette is not
 * made lighter for that: its colours would come closer to one another for who sees fewer. @param {string} colour others are never dim */
export function isDim(colour) {
  const parts = /^#(..)(..)(..)$/.exec(colour);
  if (!parts) return false;
  const [red, green, blue] = parts.slice(1).map((part) => linear(parseInt(part, 16) / 255));
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) / (DARK_PAGE + 0.05) < LEAST_CONTRAST;
}

/** @param {number} value of sRGB, 0…1 */
function linear(value) {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** @typedef {[number, number, number]} Rgb */
/** @typedef {"light"|"dark"|null} Ground of the paper in images: their own, or the theme's */
/**
 * @typedef {object} Theme
 * @property {boolean} dark
 * @property {string} text
 * @property {string} muted
 * @property {string} background
 * @property {string} line of grids and frames
 * @property {string} halo behind text that lies over a picture
 * @property {string} accent
 * @property {string} truth of exact posteriors
 * @property {string} font
 * @property {Uint32Array} ink the colour of each grey 0…255, packed for ImageData
 */

/** Of images that are shown as their files do, whatever the theme. @type {Record<"light"|"dark", [paper: Rgb, ink: Rgb]>} */
const INKS = {light: [[255, 255, 255], [0, 0, 0]], dark: [[0, 0, 0], [255, 255, 255]]};

/** Reads what the host's style sheet says into the form that canvases need; `ground` is that of images shown as their files do.
 * @param {HTMLElement} root @param {Ground} [ground] @returns {Theme} */
export function readTheme(root, ground) {
  const style = getComputedStyle(root);
  const dark = isDark(style.backgroundColor);
  const [text, background] = [style.color, style.backgroundColor].map(rgbOf);
  const paper = dark ? lifted(background, 14) : /** @type {Rgb} */ ([255, 255, 255]);
  return {
    dark,
    text: style.color,
    muted: css(mixed(background, text, 0.66)),
    background: style.backgroundColor,
    line: css(mixed(background, text, 0.16)),
    halo: `rgba(${background.join(",")},0.85)`,
    accent: style.getPropertyValue("--lx-accent").trim() || style.color,
    truth: style.getPropertyValue("--lx-truth").trim() || style.color,
    font: style.fontFamily,
    ink: ground ? inkRamp(...INKS[ground]) : inkRamp(paper, dark ? [244, 246, 250] : [16, 20, 28]),
  };
}

/** Whether a background calls for light text. @param {string} colour */
export function isDark(colour) {
  const [red, green, blue] = rgbOf(colour);
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}

/** Any CSS colour as numbers: the canvas knows every notation, and takes milliseconds; browsers mostly say red, green and blue. @param {string} colour @returns {Rgb} */
function rgbOf(colour) {
  const said = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(colour);
  if (said) return /** @type {Rgb} */ (said.slice(1).map(Number));
  const context = contextOf(make("canvas", {width: 1, height: 1}), {willReadFrequently: true});
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

/** @param {Rgb} from @param {Rgb} to @param {number} share @returns {Rgb} */
function mixed(from, to, share) {
  return /** @type {Rgb} */ (from.map((value, i) => Math.round(value + (to[i] - value) * share)));
}

/** @param {Rgb} colour @param {number} by @returns {Rgb} */
function lifted(colour, by) {
  return /** @type {Rgb} */ (colour.map((value) => Math.min(255, value + by)));
}

/** @param {Rgb} colour */
function css(colour) {
  return `rgb(${colour.join(",")})`;
}

/** @param {Rgb} colour @param {number} [alpha] */
function packed([red, green, blue], alpha = 255) {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** @param {Rgb} paper @param {Rgb} ink */
function inkRamp(paper, ink) {
  return Uint32Array.from({length: 256}, (_, grey) => packed(mixed(paper, ink, grey / 255)));
}

/** Worked out when they are first wanted, since that takes longer than all else that a page needs of its colours. @type {(readonly string[])[]} */
const worths = [];

/** Of numbers that images have, from the least to the greatest; as many as can be told apart in a dot. @param {boolean} dark */
export const worthColours = (dark) => (worths[Number(dark)] ??= evenRamp(32, dark).map(css));

/** @type {[Rgb, Rgb]} below 0 and above */
const SIGNS = [[38, 110, 205], [222, 98, 0]];
/** The same on dark paper, where they are laid over it thinly. @type {[Rgb, Rgb]} */
const LIGHT_SIGNS = [[92, 160, 255], [255, 140, 40]];

/** Colours of a signed error −1…1: blue where ink is missing, orange where there is too much. @param {number} error @param {boolean} dark */
export function errorColour(error, dark) {
  const paper = /** @type {Rgb} */ (dark ? [34, 37, 44] : [255, 255, 255]);
  const full = SIGNS[error < 0 ? 0 : 1];
  return packed(mixed(paper, full, Math.min(1, Math.abs(error))));
}

const STEPS = 255; // of a signed colour on either side of 0

/** The colours of signed numbers −1…1, from the lowest: `signedStep` finds a number's place. Most numbers in a network are small by the side of a few:
 * the root of their size keeps them in sight. @param {boolean} dark */
export function signedRamp(dark) {
  return Uint32Array.from({length: 2 * STEPS + 1}, (_, step) => errorColour(Math.sign(step - STEPS) * Math.sqrt(Math.abs(step - STEPS) / STEPS), dark));
}

/** @param {number} share −1…1; what lies beyond has the last colour */
export function signedStep(share) {
  return Math.round(STEPS * (1 + Math.max(-1, Math.min(1, share))));
}

/** A field's colour ramp, value 0…1 to packed colour: transparent at 0, or for a unit's signed numbers in the middle, so that what lies
 * below stays visible. @param {"density"|"distance"|"entropy"|"posterior"|"unit"} field @param {boolean} dark */
export function fieldRamp(field, dark) {
  if (field === "unit") return Uint32Array.from({length: 256}, (_, step) => packed((dark ? LIGHT_SIGNS : SIGNS)[step < 128 ? 0 : 1], Math.round(235 * Math.sqrt(Math.abs(step / 127.5 - 1)))));
  /** @type {Record<Exclude<typeof field, "unit">, Rgb>} */
  const tones = {density: dark ? [92, 160, 255] : [28, 92, 190], distance: dark ? [255, 120, 120] : [176, 32, 48],
    entropy: dark ? [200, 160, 255] : [98, 52, 160], posterior: dark ? [255, 122, 192] : [194, 24, 107]};
  return Uint32Array.from({length: 256}, (_, step) => packed(tones[field], Math.round(190 * (step / 255) ** 0.8)));
}
