// @ts-check
// Where a map shows a plane through more dimensions: which plane, what it leaves out, and why nothing exact is said of it. It takes the
// place of the bar of log p(x), which such a model has not.

import {make, setText} from "../../base/dom.js";
import {sameItems} from "../../base/same_items.js";
import {shownImage} from "../../state/state.js";
import {planeText, whyNothingExact} from "../../words/plane.js";
import {imageName} from "../../words/splits.js";

/** @typedef {import("../explorer.js").App} App */
/** @typedef {import("../../state/state.js").State} State */

/** @param {App} app @returns null where no model is shown on a plane */
export function createPlaneNote(app) {
  const models = app.models.filter(({bundle}) => bundle.plane);
  if (!models.length) return null;
  const parts = models.map((model) => ({model, text: make("p", {class: "lx-hint"})}));
  const why = make("p", {class: "lx-hint"}, whyNothingExact(models));
  const element = make("section", {class: "lx-panel lx-plane", "aria-label": "The plane", "data-testid": "plane-note"},
    ...parts.flatMap(({model, text}) => [make("p", {class: "lx-identity-sum"}, `${model.title}: codes are shown at their nearest points on it`), text]), why);
  /** @type {unknown[]} */
  let shown = [];

  /** What the page is about, and how far its code lies off the plane. @param {import("../../model/explorer_model.js").ExplorerModel} model @param {State} state */
  function subjectOf({network, bundle: {points}}, state) {
    if (state.mode === "draw") {
      const x = network.encodes ? app.draw.seenBy(points.protocol) : null;
      return x && {name: "the drawing", off: network.encode(x).off ?? 0};
    }
    const image = state.mode === "inspect" ? shownImage(state) : null;
    return image === null || !points.off ? null : {name: imageName(points.splits, image), off: points.off[image]};
  }

  return {
    element,
    /** @param {State} state */
    render(state) {
      const {mode, layers} = state;
      const barred = app.posteriors.probes.length > 0 && (mode !== "move" || layers.posterior); // there the bar of another model stands
      const crowded = mode === "move" && models.length > 1;
      element.hidden = barred || crowded || !["move", "inspect", "draw"].includes(mode);
      element.classList.toggle("lx-identity", mode !== "move");
      const key = [element.hidden, mode, shownImage(state), app.draw.version(), ...models.map(({network}) => network)];
      if (element.hidden || sameItems(key, shown)) return;
      shown = key;
      for (const {model, text} of parts) setText(text, planeText(model, subjectOf(model, state)));
    },
  };
}
