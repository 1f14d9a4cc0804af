// @ts-check
// Step 3: fit q to the exact posterior by hand; KL(q ‖ p(z|x)) = log p(x) − ELBO(q) says how far it still is.

import {make} from "../../base/dom.js";
import {createFitting} from "../parts/fitting.js";
import {createNote, createReadings, numberText} from "../parts/parts.js";
import {apart} from "../../words/numbers.js";

/** @param {import("../lesson.js").Lesson} lesson @returns {import("../lesson.js").LessonView} */
export function fitQView(lesson) {
  const fitting = createFitting(lesson);
  const {image} = fitting;
  const table = createReadings([
    {name: "gap", label: "KL(q ‖ p(z|x))", unit: "nats", strong: true}, {name: "log_px", label: "log p(x)", unit: "nats, exact"},
    {name: "elbo", label: "ELBO(q)", unit: "nats"}, {name: "mu1", label: "μ₁", digits: 3}, {name: "mu2", label: "μ₂", digits: 3},
    {name: "std1", label: "σ₁", digits: 4}, {name: "std2", label: "σ₂", digits: 4},
  ]);
  const note = createNote("fit-note");

  /** @param {boolean} quick */
  function readings(quick) {
    const found = fitting.numbers(quick);
    return {
      mu1: found?.mu[0] ?? null, mu2: found?.mu[1] ?? null, std1: found?.std[0] ?? null, std2: found?.std[1] ?? null,
      elbo: found?.elbo ?? null, log_px: image.subject().truth?.logPx ?? null, gap: found?.gap ?? null,
    };
  }

  function told() {
    const {truth, gaps} = image.subject();
    const found = fitting.numbers(true);
    if (!truth || !found) return "The exact posterior is being worked out …";
    const left = gaps ? ` No diagonal Gaussian gets below ${numberText(apart(truth.logPx, gaps.best.elbo))}; the encoder's q stands at ${numberText(apart(truth.logPx, truth.encoder.elbo))}.` : "";
    const modes = truth.modes.length > 1 ? ` This posterior has ${truth.modes.length} modes, and q only one.` : "";
    return `Drag the centre of q and the two handles on its outer ellipse.${left}${modes}`;
  }

  return {
    elements: [image.element, fitting.map.element, make("div", {class: "ls-side"}, fitting.actions, table.element, note.element)],
    resize: fitting.map.resize,
    render() {
      fitting.render();
      table.show(readings(true));
      note.say(told());
    },
    readings: () => readings(false),
    left: fitting.left,
    place: image.place,
  };
}
