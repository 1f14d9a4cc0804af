// @ts-check
// Paints one latent space with whatever layers are on: on the screen, and on the pictures that are saved of it.

import {classesOf, markOf} from "../words/classes.js";
import {paintFieldScale, scaleBox} from "./field_scale.js";
import {paintAxes, paintCursor, paintGrid, paintMarks, paintPath, paintPosterior, paintPrior, paintRing} from "./marks.js";
import {paintTruth} from "./posterior.js";
import {isFar} from "../model/explorer_model.js";
import {chosenImage, shownImage} from "../state/state.js";

/** @typedef {CanvasRenderingContext2D} Context */
/**
 * @typedef {object} Scene
 * @property {import("../state/state.js").State} state
 * @property {import("../state/state.js").View} view
 * @property {import("../base/palette.js").Theme} theme
 * @property {number} size of the text
 * @property {import("../model/explorer_model.js").ExplorerModel} painted the model, with its codes on their way while it glides
 * @property {import("./backdrop.js").Shown} shown what lies under the points
 */

/** @param {import("../explore/explorer.js").App} app @param {import("../model/explorer_model.js").ExplorerModel} model */
export function createPainter(app, model) {
  return {
    /** What stands still while the pointer moves; the origin of the context is the plot's upper left corner.
     * @param {Context} context @param {Scene} scene @param {() => void} backdrop paints what lies under the codes @param {() => void} codes */
    below(context, {state, view, theme, size, shown: {field}}, backdrop, codes) {
      within(context, view, () => {
        paintGrid(context, view, theme);
        backdrop();
        codes();
        const scale = field && scaleBox(context, view, theme, size - 1, field, model.units);
        const taken = scale ? [{at: /** @type {[number, number]} */ ([scale.x + scale.wide / 2, scale.y + scale.tall / 2]), wide: scale.wide, tall: scale.tall}] : [];
        if (state.layers.prior) paintPrior(context, view, theme, model, size - 1, taken);
        if (field) paintFieldScale(context, view, theme, size - 1, field, model.units);
      });
      context.strokeStyle = theme.line;
      context.lineWidth = 1;
      context.strokeRect(-0.5, -0.5, view.width + 1, view.height + 1);
      paintAxes(context, view, theme, size, `z₁, ${model.units}`);
    },
    /** The cursor and the other marks. @param {Context} context @param {Scene} scene */
    above(context, {state, view, theme, painted}) {
      const {place, bundle: {points: {labels, std}}} = model;
      const names = classesOf(model.bundle);
      const image = state.layers.posterior && app.probe ? app.probe.image(state) : shownImage(state);
      const rests = painted === model;
      const truth = rests && state.layers.posterior && app.probe?.model === model ? app.probe.truth() : null;
      within(context, view, () => {
        if (rests && state.mode === "walk") paintPath(context, view, theme, app.walk.pathOf(place));
        if (rests && state.mode === "sample") paintMarks(context, view, theme, app.sample.latents(place), (z) => isFar(model, z));
        if (rests && state.mode === "inspect" && image !== null) {
          paintMarks(context, view, theme, app.inspector.neighbours(place).map(model.codeOf));
          const q = state.refined && app.probe?.model === model ? app.probe.truth()?.q : null;
          if (std && !truth) paintPosterior(context, view, theme, q?.mu ?? model.codeOf(image), q?.std ?? [std[2 * image], std[2 * image + 1]]);
        }
        if (rests && state.mode === "network") {
          const q = app.network.q(place);
          if (q?.std) paintPosterior(context, view, theme, q.mu, q.std);
        }
        const chosen = chosenImage(state);
        if (chosen !== null) paintRing(context, view, theme, painted.codeOf(chosen), labels[chosen], true, markOf(names, labels[chosen]));
        const other = state.hovered ?? image;
        if (other !== null && other !== state.selected) paintRing(context, view, theme, painted.codeOf(other), labels[other], false, markOf(names, labels[other]));
        paintCursor(context, view, theme, state.z[place], state.held, state.active === place);
        if (truth) paintTruth(context, view, theme, truth);
      });
    },
  };
}

/** @param {Context} context @param {import("../state/state.js").View} view @param {() => void} paint */
export function within(context, view, paint) {
  context.save();
  context.beginPath();
  context.rect(0, 0, view.width, view.height);
  context.clip();
  paint();
  context.restore();
}
