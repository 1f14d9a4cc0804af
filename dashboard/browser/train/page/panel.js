// @ts-check
// Beside the film of a training: how far it is, what can be done to it, its knobs and its curve, and at the end what can be done with it.

import {actionButton, make, setText, setUnable, slider} from "../../base/dom.js";
import {progressText, qualityText, speedText} from "./words.js";

/** @typedef {import("../session.js").Session} Session */

const SLOW = 600; // milliseconds from step to step of slow motion
const [LEAST_RATE, MOST_RATE, MOST_BETA] = [1e-5, 2e-2, 20];
const OVER = "The training is over.";

/**
 * @param {Session} session @param {{seconds: number, beta: number, learning_rate: number}} train @param {boolean} isVae
 * @param {{explore: () => void, keep: () => void, anew: () => void}} calls @param {HTMLElement} curves
 */
export function createPanel(session, train, isVae, calls, curves) {
  const hold = actionButton("Pause", () => session.hold(!session.state().holding), {"data-testid": "train-pause"});
  const one = actionButton("Step", session.one, {"data-testid": "train-step", title: "One step, then wait"});
  const slow = actionButton("Slow motion", () => session.setPace(session.state().pace ? 0 : SLOW), {"data-testid": "train-slow", "aria-pressed": "false"});
  const stop = actionButton("Stop", session.stop, {"data-testid": "train-stop", title: "End it here and keep what it has learned"});
  const bar = make("progress", {max: 1, value: 0, class: "tr-progress", "aria-label": "Progress"});
  const [far, fast, good] = [make("p", {class: "tr-far", role: "status", "data-testid": "train-far"}), make("p", {class: "tr-fast"}), make("p", {class: "tr-good", "data-testid": "train-good"})];
  const explore = actionButton("Explore it", calls.explore, {class: "lx-button tr-start", "data-testid": "train-explore"});
  const keep = actionButton("Download the run", calls.keep, {"data-testid": "train-keep", title: "One file, which the program opens: python -m vae_engine unpack"});
  const anew = actionButton("Train another", calls.anew, {"data-testid": "train-anew"});
  const after = make("div", {class: "tr-after", hidden: true}, explore, keep, anew);
  const knobs = [
    ...(isVae ? [knob("β", "train-beta", [0, MOST_BETA], (value) => Math.cbrt(value / MOST_BETA), (share) => MOST_BETA * share ** 3, train.beta, (value) => session.turn("beta", value))] : []),
    knob("rate", "train-rate", [LEAST_RATE, MOST_RATE], (value) => Math.log(value / LEAST_RATE) / Math.log(MOST_RATE / LEAST_RATE), (share) => LEAST_RATE * (MOST_RATE / LEAST_RATE) ** share,
      train.learning_rate, (value) => session.turn("learning_rate", value)),
  ];
  const during = make("div", {class: "tr-keys"}, hold, one, slow, stop);
  const legend = make("p", {class: "tr-legend"}, make("span", {class: "tr-held"}, "held out"), make("span", {class: "tr-batches"}, "batches"));
  const element = make("aside", {class: "tr-panel tr-watch", "aria-label": "Training"}, far, bar, make("div", {class: "tr-numbers"}, good, fast), during,
    ...knobs.map((each) => each.element), make("div", {class: "tr-curve"}, make("h3", {}, isVae ? "ELBO, nats per image" : "−nll, nats per image"), curves, legend), after);

  return {
    element,
    render() {
      const state = session.state(), isOver = Boolean(state.finished || state.failed);
      setText(far, progressText(state, train));
      setText(fast, isOver ? "" : speedText(session.events));
      setText(good, qualityText(session.events, isVae));
      bar.value = state.finished ? 1 : state.progress;
      setText(hold, state.holding ? "Go on" : "Pause");
      slow.setAttribute("aria-pressed", String(state.pace > 0));
      for (const key of [hold, one, slow, stop, ...knobs.map((each) => each.input)]) setUnable(key, isOver ? OVER : "");
      during.hidden = isOver;
      after.hidden = !isOver;
      for (const key of [explore, keep]) setUnable(key, state.failed && !state.finished ? state.failed : "");
    },
  };
}

/** A slider of a number that lies on another scale. @param {string} name @param {string} testid @param {[number, number]} reach @param {(value: number) => number} shareOf
 * @param {(share: number) => number} valueAt @param {number} first @param {(value: number) => void} turned */
function knob(name, testid, [low, high], shareOf, valueAt, first, turned) {
  const input = slider({min: 0, max: 1, step: 0.005, value: shareOf(first), "data-testid": testid, "aria-label": name === "rate" ? "learning rate at its peak" : "β, weight of the KL",
    oninput: () => show(rounded()), onchange: () => turned(rounded())});
  const value = make("output", {class: "lx-number"});
  const rounded = () => Math.min(high, Math.max(low, Number(valueAt(Number(input.value)).toPrecision(2))));
  const show = (/** @type {number} */ number) => {
    setText(value, String(number));
    input.setAttribute("aria-valuetext", String(number));
    input.style.setProperty("--lx-share", `${Number(input.value) * 100}%`);
  };
  show(first);
  return {input, element: make("label", {class: "lx-slider tr-knob"}, make("span", {class: "lx-slider-name"}, name), input, value)};
}
