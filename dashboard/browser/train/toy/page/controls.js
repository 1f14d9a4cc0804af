// @ts-check
// What can be set of a toy: data, dimensions, knobs, and three things to see in a minute.

import {actionButton, choiceBar, make, setText, slider} from "../../../base/dom.js";
import {LEAST_RATE, MOST_BETA, MOST_NOISE, MOST_RATE, MOST_SEED, SETS, USUAL} from "../settings.js";
import {LEAST_NOISE} from "../trainer.js";
import {betaTip, NAMES} from "./words.js";

/** @typedef {import("../settings.js").Settings} Settings */
/** @typedef {(change: Partial<Settings>) => void} Change */

/** What a first-time student should have seen. @type {{text: string, title: string, settings: Partial<Settings>}[]} */
const SIGHTS = [
  {text: "A line folds through two moons", title: "One latent dimension, β = 1", settings: {data: "moons", latent: 1}},
  {text: "A large β: posterior collapse", title: "The same with β = 200: q becomes the prior", settings: {data: "moons", latent: 1, beta: 200}},
  {text: "A line cannot fill six Gaussians", title: "One latent dimension for points that spread in two", settings: {data: "gaussians", latent: 1}},
  {text: "Two dimensions can", title: "The same points with two latent dimensions", settings: {data: "gaussians", latent: 2}},
];

/** @param {Change} change @param {(settings: Settings) => void} see */
export function createControls(change, see) {
  const data = choiceBar("Data", Object.entries(NAMES).map(([value, text]) => ({value: /** @type {Settings["data"]} */ (value), text, testid: `toy-${value}`})), (value) => change({data: value}));
  const latent = choiceBar("Latent dimensions", [{value: /** @type {string} */ ("1"), text: "1-D latent", testid: "toy-1d"}, {value: "2", text: "2-D latent", testid: "toy-2d"}], (value) => change({latent: value === "1" ? 1 : 2}));
  const shading = choiceBar("Shade", /** @type {const} */ ([["none", "none"], ["model", "p(x), model"], ["data", "p(x), data"]]).map(([value, text]) => ({value, text, testid: `toy-shade-${value}`,
    title: value === "none" ? "Points only" : `Shade the density of the ${value}, both on one scale`})), (value) => change({shading: /** @type {Settings["shading"]} */ (value)}));
  const beta = knob("β", "toy-beta", "β, weight of the KL", [0, MOST_BETA], (value) => (value / MOST_BETA) ** 0.25, (share) => MOST_BETA * share ** 4, (value) => change({beta: value}));
  const noise = knob("s", "toy-noise", "s, noise of the decoder", [LEAST_NOISE, MOST_NOISE], ...logarithmic(LEAST_NOISE, MOST_NOISE), (value) => change({noise: value, learned: false}));
  const rate = knob("rate", "toy-rate", "learning rate", [LEAST_RATE, MOST_RATE], ...logarithmic(LEAST_RATE, MOST_RATE), (value) => change({rate: value}));
  noise.element.title = "sd of p(x|z) = N(x; m(z), s² I). The circles about a decoded z are s and 2 s.";
  rate.element.title = "Size of a step of Adam";
  const learned = make("input", {type: "checkbox", "data-testid": "toy-learned", onchange: () => change({learned: learned.checked})});
  const set = make("select", {class: "lx-field", "data-testid": "toy-set", onchange: () => change({set: Number(set.value)})},
    ...SETS.map((count) => make("option", {value: count}, count ? `${count.toLocaleString("en")} fixed` : "always fresh")));
  const seed = make("input", {class: "lx-field", type: "number", min: 0, max: MOST_SEED, "data-testid": "toy-seed", onchange: () => {
    const asked = Math.round(Number(seed.value));
    change({seed: Math.min(MOST_SEED, Math.max(0, Number.isFinite(asked) ? asked : 0))});
  }});
  const sights = SIGHTS.map(({text, title, settings}) => actionButton(text, () => see({...USUAL, ...settings}), {class: "lx-button ty-sight", title}));

  return {
    bar: make("div", {class: "ty-bar"}, data.element, latent.element),
    sights: make("div", {class: "ty-sights", role: "group", "aria-label": "To see in a minute"}, ...sights),
    shading: make("div", {class: "ty-row"}, make("span", {}, "Shade"), shading.element),
    knobs: make("div", {class: "ty-knobs"}, beta.element, make("div", {class: "ty-noise"}, noise.element, make("label", {class: "ty-check", title: "Let training find s, too"}, learned, "learn")), rate.element,
      make("div", {class: "ty-row"}, make("label", {}, "points ", set), make("label", {}, "seed ", seed))),
    /** @param {Settings} settings @param {number} s in force @param {number} widest variance of the data */
    show(settings, s, widest) {
      data.show(settings.data);
      latent.show(String(settings.latent));
      shading.show(settings.shading);
      beta.show(settings.beta);
      noise.show(settings.learned ? Number(s.toPrecision(2)) : settings.noise);
      rate.show(settings.rate);
      beta.element.title = betaTip(s, widest);
      learned.checked = settings.learned;
      set.value = String(settings.set);
      if (document.activeElement !== seed) seed.value = String(settings.seed);
    },
  };
}

/** Shares of a slider whose steps are factors. @param {number} low @param {number} high @returns {[(value: number) => number, (share: number) => number]} */
const logarithmic = (low, high) => [(value) => Math.log(value / low) / Math.log(high / low), (share) => low * (high / low) ** share];

/** A slider of a number that lies on another scale. @param {string} name @param {string} testid @param {string} label @param {[number, number]} reach @param {(value: number) => number} shareOf
 * @param {(share: number) => number} valueAt @param {(value: number) => void} turned */
function knob(name, testid, label, [low, high], shareOf, valueAt, turned) {
  const input = slider({min: 0, max: 1, step: 0.005, "data-testid": testid, "aria-label": label, oninput: () => turned(Math.min(high, Math.max(low, Number(valueAt(Number(input.value)).toPrecision(2)))))});
  const value = make("output", {class: "lx-number"});
  return {
    element: make("label", {class: "lx-slider tr-knob"}, make("span", {class: "lx-slider-name"}, name), input, value),
    /** @param {number} number */
    show(number) {
      setText(value, String(number));
      input.setAttribute("aria-valuetext", String(number));
      if (document.activeElement !== input) input.value = String(shareOf(number));
      input.style.setProperty("--lx-share", `${shareOf(number) * 100}%`);
    },
  };
}
