// @ts-check
// What is to be trained, before it is: kind, β, time, threads, seed, images.

import {actionButton, choiceBar, make, setText} from "../../base/dom.js";

/** @typedef {{kind: "vae"|"ae", beta: number, seconds: number, team: number, seed: number}} Wish */

const TIMES = [20, 30, 60, 120, 300];
const BETAS = [0, 0.1, 0.5, 1, 2, 4, 8, 20];
const MOST_SEED = 2 ** 31 - 1;

/** @param {Wish} first @param {number} threads that this device has @param {() => void} changed @param {(wish: Wish) => void} begin */
export function createForm(first, threads, changed, begin) {
  const wish = {...first};
  const kind = choiceBar("What is trained", [
    {value: /** @type {"vae"|"ae"} */ ("vae"), text: "VAE", testid: "train-vae"}, {value: /** @type {"vae"|"ae"} */ ("ae"), text: "Autoencoder", testid: "train-ae"},
  ], (value) => choose({kind: value}));
  /** @param {string} label @param {string} testid @param {readonly number[]} values @param {(value: number) => string} text @param {number} chosen @param {(value: number) => void} take */
  const select = (label, testid, values, text, chosen, take) => {
    const field = make("select", {class: "lx-field", "data-testid": testid, onchange: () => take(Number(field.value))}, ...values.map((value) => make("option", {value, selected: value === chosen}, text(value))));
    return make("label", {class: "tr-row"}, make("span", {}, label), field);
  };
  const beta = select("β, weight of the KL", "train-first-beta", BETAS, String, wish.beta, (value) => choose({beta: value}));
  const seed = make("input", {class: "lx-field", type: "number", min: 0, max: MOST_SEED, value: wish.seed, "data-testid": "train-seed", onchange: () => {
    const asked = Math.round(Number(seed.value));
    choose({seed: Math.min(MOST_SEED, Math.max(0, Number.isFinite(asked) ? asked : 0))});
    seed.value = String(wish.seed);
  }});
  const start = actionButton("Train", () => begin({...wish}), {class: "lx-button tr-start", "data-testid": "train-start"});
  const element = make("div", {class: "tr-form"}, kind.element, beta,
    select("time", "train-seconds", TIMES, (value) => (value < 60 ? `${value} s` : `${value / 60} min`), wish.seconds, (value) => choose({seconds: value})),
    threads > 2 ? select("threads", "train-team", [1, 2, 3, 4].filter((count) => count < threads), String, wish.team, (value) => choose({team: value})) : null,
    make("label", {class: "tr-row"}, make("span", {}, "seed"), seed), start);

  /** @param {Partial<Wish>} change */
  function choose(change) {
    Object.assign(wish, change);
    render();
    changed();
  }

  function render() {
    kind.show(wish.kind);
    beta.hidden = wish.kind === "ae";
    setText(start, wish.kind === "vae" ? "Train a VAE" : "Train an autoencoder");
  }
  render();
  return {element, wish: () => wish};
}
