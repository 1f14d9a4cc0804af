// @ts-check
// The exact posterior of the chosen image under a lens: a map of the part of latent space where it and q lie.

import {make} from "../../base/dom.js";
import {createLessonMap} from "./map.js";
import {createLegend} from "./parts.js";
import {paintTruth} from "../../map/posterior.js";

/** @typedef {import("../../state/state.js").Latent} Latent */
/** @typedef {import("../../exact/gaps.js").Gaussian} Gaussian */
/** @typedef {import("./map.js").Painter} Painter */
/** @typedef {import("../../exact/posterior_summary.js").Posterior} Posterior */

const VISIBLE = 0.05; // of the density on the 95 % contour: what of the posterior is kept in sight
const REACH = 3; // σ of a Gaussian that are kept in sight
const MARGIN = 0.12;
/** @type {[string, string][]} */
const Q_LEGEND = [["ring", "q: holds 50 % and 95 %"]];

/**
 * The corners of what is to be in sight of a posterior and of Gaussians, with some room around.
 * @param {Pick<Posterior, "grid"|"density"|"contours">} posterior @param {readonly Gaussian[]} gaussians @returns {[Latent, Latent]}
 */
export function frameAround({grid: {columns, rows, low, high}, density, contours}, gaussians) {
  const [wide, tall] = [(high[0] - low[0]) / columns, (high[1] - low[1]) / rows];
  const ends = [Infinity, Infinity, -Infinity, -Infinity];
  /** @param {number} z1 @param {number} z2 */
  const include = (z1, z2) => [z1, z2, z1, z2].forEach((end, k) => (ends[k] = (k < 2 ? Math.min : Math.max)(ends[k], end)));
  density.forEach((value, at) => {
    if (value < contours[1] * VISIBLE) return;
    const [x, y] = [low[0] + (at % columns) * wide, high[1] - Math.floor(at / columns) * tall];
    include(x, y - tall);
    include(x + wide, y);
  });
  for (const {mu, std} of gaussians) {
    include(mu[0] - REACH * std[0], mu[1] - REACH * std[1]);
    include(mu[0] + REACH * std[0], mu[1] + REACH * std[1]);
  }
  const margin = MARGIN * Math.max(ends[2] - ends[0], ends[3] - ends[1]);
  return [[ends[0] - margin, ends[1] - margin], [ends[2] + margin, ends[3] + margin]];
}

/**
 * @param {import("../lesson.js").Lesson} lesson @param {import("./image.js").ChosenImage} image
 * @param {{marks: (painter: Painter) => void, range?: () => [Latent, Latent]|null, handles?: import("./map.js").Handle[],
 *   press?: (z: Latent) => void, legend?: [string, string][]}} options legend: of the marks; range: what is in sight; null, or before anything is known, all of the map
 */
export function createTruthMap(lesson, image, {marks, range, handles, press, legend = Q_LEGEND}) {
  /** @type {import("./image.js").Subject["truth"]} */
  let framed = null;
  let frame = lesson.model.core;

  function current() {
    const {truth} = image.subject();
    if (truth && truth !== framed) [framed, frame] = [truth, range?.() ?? frameAround(truth, [truth.encoder])];
    return frame;
  }

  const map = createLessonMap({
    lesson, testid: "lesson-truth", unit: "z₁, prior sd", handles, press, range: current,
    base(painter) {
      const {truth} = image.subject();
      if (truth) paintTruth(painter.context, painter.view, painter.theme, {picture: truth, q: null});
    },
    key: () => [image.subject().truth],
    marks,
  });
  return {...map, element: make("div", {class: "ls-map-box"}, map.element, createLegend([["truth", "p(z|x): 50 % and 95 % lie within"], ...legend]))};
}
