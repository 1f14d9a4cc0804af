// @ts-check
// Paints one latent space with whatever layers are on: on the screen, and on the pictures that are saved of it.

import {classesOf, markOf} from "../words/classes.js";
import {paintScale, rampOf, scaleBox, scaleHeight} from "./field_scale.js";
import {paintAxes, paintCursor, paintFrame, paintGrid, paintMarks, paintPath, paintPosterior, paintPrior, paintRing} from "./marks.js";
import {paintRegions} from "./regions.js";
import {paintTruth} from "./posterior.js";
import {isFar} from "../model/explorer_model.js";
import {chosenImage, shownImage} from "../state/state.js";
import {paintWorthOf, worthRamp} from "./worth_scale.js";

/** @typedef {CanvasRenderingContext2D} Context */
/**
 * @typedef {object} Scene
 * @property {import("../state/state.js").State} state
 * @property {import("../state/state.js").View} view
 * @property {import("../base/palette.js").Theme} theme
 * @property {number} size of the text
 * @property {Uint8Array|null} marks 1 for each image that is selected; null where all are shown alike
 * @property {import("../model/explorer_model.js").ExplorerModel} painted the model, with its codes on their way while it glides
 * @property {import("./backdrop.js").Shown} shown what lies under the points
 * @property {import("../words/worths.js").Worth|null} worth what the codes are coloured by; null: their classes
 * @property {import("./pictures.js").Pictures|null} pictures that are shown in place of dots
 */

/** @param {import("../explore/explorer.js").App} app @param {import("../model/explorer_model.js").ExplorerModel} model */
export function createPainter(app, model) {
  return {
    /** What stands still while the pointer moves; the origin of the context is the plot's upper left corner.
     * @param {Context} context @param {Scene} scene @param {() => void} backdrop paints what lies under the codes @param {() => void} codes
     * @returns {number} pixels from the left edge that scales take up in the lower corner */
    below(context, {state, view, theme, size, worth, shown: {field}}, backdrop, codes) {
      let taken = 0;
      within(context, view, () => {
        paintGrid(context, view, theme, size);
        backdrop();
        codes();
        const scales = [...(field ? [{ramp: rampOf(field, theme, model.units), lift: 0}] : []), ...(worth ? [{ramp: worthRamp(worth, theme), lift: field ? scaleHeight(size - 1) : 0}] : [])];
        const plates = scales.map(({ramp, lift}) => {
          const {x, y, wide, tall} = scaleBox(context, view, theme, size - 1, ramp, lift);
          return {at: /** @type {[number, number]} */ ([x + wide / 2, y + tall / 2]), wide, tall};
        });
        if (state.layers.prior) paintPrior(context, view, theme, model, size - 1, plates);
        for (const {ramp, lift} of scales) taken = Math.max(taken, paintScale(context, view, theme, size - 1, ramp, lift).right);
      });
      context.strokeStyle = theme.line;
      context.lineWidth = 1;
      context.strokeRect(-0.5, -0.5, view.width + 1, view.height + 1);
      paintAxes(context, view, theme, size, `${model.axes[0]}, ${model.units}`);
      return taken;
    },
    /** The cursor and the other marks. @param {Context} context @param {Scene} scene */
    above(context, {state, view, theme, size, painted, worth, pictures, shown: {field}}) {
      const {place, bundle: {points: {labels, std}}} = model;
      const names = classesOf(model.bundle);
      const probe = app.posteriors.of(model);
      const told = app.posteriors.told(model);
      const image = state.layers.posterior && told ? told.image(state) : shownImage(state);
      const rests = painted === model;
      const truth = rests && state.layers.posterior ? probe?.truth() : null;
      within(context, view, () => {
        if (rests && state.mode === "walk") paintPath(context, view, theme, app.walk.pathOf(place));
        if (rests && state.mode === "sample") paintMarks(context, view, theme, app.sample.latents(place), (z) => isFar(model, z));
        if (rests && state.mode === "inspect" && image !== null) {
          paintMarks(context, view, theme, app.inspector.neighbours(place).map(model.codeOf));
          const q = state.refined ? probe?.truth()?.q : null;
          if (std && !truth) paintPosterior(context, view, theme, q?.mu ?? model.codeOf(image), q?.std ?? [std[2 * image], std[2 * image + 1]]);
        }
        if (rests && state.mode === "network") {
          const q = app.network.q(place);
          if (q?.std) paintPosterior(context, view, theme, q.mu, q.std);
        }
        if (state.mode === "select") paintRegions(context, view, theme, app.selection.shapes().filter((shape) => shape.model === place));
        const mark = (/** @type {number} */ index, /** @type {boolean} */ strong) => {
          const [z, label] = [painted.codeOf(index), labels[index]];
          if (pictures?.indices.includes(index)) paintFrame(context, view, theme, z, pictures.side, strong, markOf(names, label));
          else paintRing(context, view, theme, z, label, strong, markOf(names, label));
        };
        const chosen = chosenImage(state);
        if (chosen !== null) mark(chosen, true);
        const other = state.hovered ?? image;
        if (other !== null && other !== state.selected) mark(other, false);
        if (worth && (other ?? chosen) !== null) paintWorthOf(context, view, theme, size - 1, worth, field ? scaleHeight(size - 1) : 0, /** @type {number} */ (other ?? chosen));
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
