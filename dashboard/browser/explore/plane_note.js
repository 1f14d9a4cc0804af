// @ts-check
// Where a map shows a plane through more dimensions: which plane, what it leaves out, and why nothing exact is said of it. It takes the
// place of the bar of log p(x), which such a model has not.

import {make, setText} from "../base/dom.js";
import {shownImage} from "../state/state.js";
import {planeTexts} from "../words/plane.js";

/** @param {import("./explorer.js").App} app @returns null where no model is shown on a plane */
export function createPlaneNote(app) {
  const models = app.models.filter(({bundle}) => bundle.plane);
  if (!models.length) return null;
  const parts = models.map((model) => ({model, which: make("p", {class: "lx-identity-sum"}), text: make("p", {class: "lx-hint"})}));
  const element = make("section", {class: "lx-panel lx-identity", "aria-label": "The plane", "data-testid": "plane-note"}, ...parts.flatMap(({which, text}) => [which, text]));
  return {
    element,
    /** @param {import("../state/state.js").State} state */
    render(state) {
      const {mode, layers} = state;
      const barred = app.probe !== null && (mode !== "move" || layers.posterior); // there the bar of another model stands
      element.hidden = barred || !["move", "inspect", "draw"].includes(mode);
      if (element.hidden) return;
      const image = mode === "inspect" ? shownImage(state) : null;
      for (const {model, which, text} of parts) {
        const [first, ...rest] = planeTexts(model, image);
        setText(which, first);
        setText(text, rest.join(" "));
      }
    },
  };
}
