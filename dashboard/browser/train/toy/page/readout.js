// @ts-check
// The numbers of a toy as a ladder: the law of the data, the model, its bound, and what lies between them.

import {make, setText} from "../../../base/dom.js";
import {meanText} from "./words.js";

/** @typedef {import("../measures.js").Measured} Measured */

const RUNGS = /** @type {const} */ ([
  ["truth", "log p(x), law of the data", "Mean over held-out points of the log density by which they were drawn: no model can have more on average."],
  ["divergence", "KL(data ‖ model)", "How far the model is from the data: the difference of the two means. 0 for a perfect model."],
  ["logPx", "log p(x), model", "The same of the model, log ∫ p(x|z) p(z) dz: exact, by quadrature over z."],
  ["gap", "gap", "KL(q(z|x) ‖ p(z|x)): what the bound loses because q is one Gaussian from one encoder."],
  ["elbo", "ELBO", "The bound that training climbs at β = 1: −nll − KL, sampled."],
]);

export function createReadout() {
  const rows = RUNGS.map(([name, text, title]) => {
    const value = make("dd", {"data-testid": `toy-${name}`});
    return {name, value, element: make("div", {class: `ty-rung ty-${name}`, title}, make("dt", {}, text), value)};
  });
  const parts = make("dd", {"data-testid": "toy-parts"}), seen = make("dd", {"data-testid": "toy-seen"});
  const seenRow = make("div", {class: "ty-rung", hidden: true, title: "Where it is above that of held-out points, the model has learned its points by heart."}, make("dt", {}, "log p(x), fixed points"), seen);
  const element = make("dl", {class: "ty-ladder"}, ...rows.map((row) => row.element), make("div", {class: "ty-rung", title: "Of the ELBO: −log p(x|z) on average over q, and KL(q(z|x) ‖ p(z))"}, make("dt", {}, "nll, KL to prior"), parts), seenRow);
  return {
    element,
    /** @param {Measured|null} measured */
    show(measured) {
      for (const {name, value} of rows) setText(value, meanText(measured && measured[name]));
      setText(parts, measured ? `${measured.nll.mean.toFixed(2).replace("-", "−")}, ${measured.kl.mean.toFixed(2)}` : "–");
      seenRow.hidden = !measured?.seen;
      if (measured?.seen) setText(seen, meanText(measured.seen));
    },
  };
}
