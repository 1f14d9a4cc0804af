// @ts-check
// The plate that papers print of a model with two latent dimensions: what the decoder makes of a grid of z, each digit standing for as
// much of the prior as any other, or at equal steps.

import {choiceBar} from "../base/dom.js";
import {decodedAt, platePicture} from "../map/plate.js";
import {titleOf} from "../model/explorer_model.js";
import {signedNumber} from "../words/numbers.js";
import {fileName} from "../words/files.js";
import {openLargeView} from "./large_view.js";

/** @typedef {import("./explorer.js").App} App */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../map/plane.js").Plane} Plane */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */

/** @param {App} app @param {Plane[]} maps @param {Element} page */
export function openPlate(app, maps, page) {
  const choice = choiceBar("Spacing", [{value: "prior", text: "Equal prior mass"}, {value: "linear", text: "Equal steps"}], (/** @type {State["spacing"]} */ spacing) => fill(spacing));
  const view = openLargeView(page, "What the decoder makes of a grid of z", choice.element);

  /** @param {State["spacing"]} spacing */
  async function fill(spacing) {
    choice.show(spacing);
    const plates = await platesOf(app, maps, spacing);
    view.show(plates.map(({canvas, caption, model}) => ({canvas, caption, name: `${fileName(model.name)}-plate`})), app.theme);
  }

  fill("prior");
}

/** The manifold of each model with its axes, and what is to be said of it. @param {App} app @param {Plane[]} maps @param {State["spacing"]} spacing */
export async function platesOf(app, maps, spacing) {
  const state = {...app.store.state, spacing};
  const manifolds = await Promise.all(maps.map((map) => map.backdrop.manifold(state)));
  return manifolds.flatMap((manifold, place) => {
    const model = app.models[place];
    return manifold ? [{model, canvas: platePicture(manifold, app.theme, model), caption: captionOf(model, manifold, spacing)}] : [];
  });
}

/** @param {Pick<ExplorerModel, "name"|"units"|"axes"|"bundle">} model @param {import("../map/backdrop.js").Manifold} manifold @param {State["spacing"]} spacing */
export function captionOf({name, units, axes, bundle}, manifold, spacing) {
  const {size} = manifold;
  const ranges = decodedAt(manifold).map((middles, axis) => `${axes[axis]} from ${signedNumber(middles[0])} to ${signedNumber(middles[size - 1])}`);
  const how = spacing === "prior" ? `each for 1/${(size * size).toLocaleString("en")} of N(0, I)` : "at equal steps over its codes";
  return `${titleOf(bundle)}, ${name}: decoded at ${size} × ${size} ${axes[0][0]}, ${how}; ${ranges.join(", ")} ${units}.`;
}
