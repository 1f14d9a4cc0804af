// @ts-check
// Under the digits in Move: the test images whose codes lie nearest, so that a decoded digit can be held against real ones,
// how densely the prior draws there, and how many pixels the decoder leaves open.

import {classesOf, labelsText} from "../words/classes.js";
import {priorDensity} from "../words/captions.js";
import {createStrip} from "../images/digit_view.js";
import {undecidedPixels} from "../images/digits.js";
import {make, setText} from "../base/dom.js";
import {gatherImages} from "../images/image_rows.js";
import {hasPosterior} from "../model/plane.js";
import {sameItems} from "../base/same_items.js";
import {marked} from "../words/terms.js";
import {imageText} from "../words/images.js";
import {imagesName} from "../words/splits.js";

/** @typedef {import("./explorer.js").App} App */
/** @typedef {import("../state/state.js").State} State */

const SHOWN = 8;

/** @param {App} app */
export function createMovePanel(app) {
  /** @type {number[][]} of each model */
  const near = app.models.map(() => []);
  const images = imagesName(app.models[0].bundle.points.splits);
  const rows = app.models.map((model) => {
    const strip = createStrip({label: `Nearest ${images} of the ${model.title}`, count: SHOWN, side: model.bundle.side, testid: `nearest-${model.id}`, browsed: true, chosen: (place) => app.inspect(near[model.place][place])});
    const label = make("span", {class: "lx-row-label"}, model.short);
    const note = make("span", {class: "lx-row-note"});
    return {strip, note, shown: /** @type {unknown[]} */ ([null]), element: make("div", {class: "lx-row"}, label, strip.element, note)};
  });
  const touches = make("p", {class: "lx-hint lx-hint-touch"}, "Drag over a map to decode. Two fingers pan and zoom; the button that appears then goes back.");
  const held = make("p", {class: "lx-hint lx-hint-held", "data-testid": "held-hint"}, "The point is held. Click it or press Escape on a map: it follows the pointer again.");
  const keys = make("p", {class: "lx-hint lx-hint-mouse"},
    "Move over a map to decode; click to hold the point. Drag with Shift or two fingers to pan, turn the wheel to zoom, double-click to go back. ",
    "Keys on a map: arrows (Shift coarse, Alt fine), 0 origin, R random.");
  const vaes = app.models.filter((model) => hasPosterior(model.bundle));
  const density = make("span", {class: "lx-row-note", "data-testid": "prior-density"});
  const undecided = make("span", {"data-testid": "undecided"});
  const element = make("section", {class: "lx-panel", "aria-label": `Nearest ${images}`},
    make("div", {class: "lx-panel-head"}, make("h3", {}, `Nearest ${images}`), density, make("span", {class: "lx-row-note"}, ...marked("undecided pixels"), ": ", undecided)), make("div", {class: "lx-rows"}, ...rows.map((row) => row.element)), held, keys, touches);
  return {
    element,
    /** @param {State} state @param {readonly Float32Array[]} decoded what each map shows */
    render(state, decoded) {
      held.hidden = !state.held;
      setText(density, vaes.map((model) => priorDensity(state.z[model.place])).join("; "));
      const undecidedOf = (/** @type {number} */ i) => (app.models[i].bundle.awaited ? "…" : undecidedPixels(decoded[i]));
      setText(undecided, app.models.map((model, i) => `${model.short} ${undecidedOf(i)}`).join(", "));
      rows.forEach((row, i) => {
        const key = [state.z[i], app.images, app.theme];
        if (sameItems(row.shown, key)) return;
        row.shown = key;
        const model = app.models[i];
        near[i] = model.index.neighbours(state.z[i][0], state.z[i][1], SHOWN);
        const labels = near[i].map((index) => model.bundle.points.labels[index]);
        const names = classesOf(model.bundle);
        if (app.images) row.strip.show(gatherImages(app.images, model.bundle.points.pixels, near[i]), app.theme, `Nearest ${images}: ${labels.map((one) => names[one]).join(", ")}`, near[i].map((one) => imageText(model.bundle, app.names, one)));
        setText(row.note, labelsText(names, labels));
      });
    },
  };
}
