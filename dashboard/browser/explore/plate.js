// @ts-check
// The plate that papers print of a model with two latent dimensions: what the decoder makes of a grid of z, each digit standing for as
// much of the prior as any other, or at equal steps.

import {choiceBar, make, contextOf} from "../base/dom.js";
import {DIGIT_SIDE} from "../images/digit_view.js";
import {manifoldPicture} from "../map/backdrop.js";
import {openLargeView} from "./large_view.js";

/** @typedef {import("./explorer.js").App} App */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../map/plane.js").Plane} Plane */

const LEAST_SIDE = 1000; // pixels, each of the network's as a square

/** The manifold of the layer, large enough for a slide. @param {import("../map/backdrop.js").Manifold} manifold @param {import("../base/palette.js").Theme} theme */
export function platePicture(manifold, theme) {
  return enlarged(manifoldPicture(manifold, theme), Math.ceil(LEAST_SIDE / (manifold.size * DIGIT_SIDE)));
}

/** Every pixel as a square. @param {HTMLCanvasElement} picture @param {number} zoom */
export function enlarged(picture, zoom) {
  const large = contextOf(make("canvas", {width: picture.width * zoom, height: picture.height * zoom}));
  large.imageSmoothingEnabled = false;
  large.drawImage(picture, 0, 0, picture.width * zoom, picture.height * zoom);
  return large.canvas;
}

/** @param {App} app @param {Plane[]} maps @param {Element} page */
export function openPlate(app, maps, page) {
  const choice = choiceBar("Spacing", [{value: "prior", text: "Equal prior mass"}, {value: "linear", text: "Equal steps"}], (/** @type {State["spacing"]} */ spacing) => fill(spacing));
  const view = openLargeView(page, "What the decoder makes of a grid of z", choice.element);

  /** @param {State["spacing"]} spacing */
  async function fill(spacing) {
    choice.show(spacing);
    const state = {...app.store.state, spacing};
    const manifolds = await Promise.all(maps.map((map) => map.backdrop.manifold(state)));
    view.show(manifolds.flatMap((manifold, place) => (manifold ? [{canvas: platePicture(manifold, app.theme), caption: captionOf(app.models[place].title, manifold.size, spacing), name: `${app.models[place].bundle.name.replace(/[^\w-]+/g, "-")}-plate`}] : [])));
  }

  fill("prior");
}

/** @param {string} title of the model @param {number} size tiles along a side @param {State["spacing"]} spacing */
function captionOf(title, size, spacing) {
  return `${title}: ${size} × ${size} z, ${spacing === "prior" ? `each for 1/${size * size} of N(0, I)` : "at equal steps over its codes"}`;
}
