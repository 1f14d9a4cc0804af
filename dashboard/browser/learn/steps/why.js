// @ts-check
// Step 1: a plain autoencoder. An image, its code, its reconstruction; and what is decoded where no image has its code.

import {createStrip} from "../../images/digit_view.js";
import {observeFixed, undecidedPixels} from "../../images/digits.js";
import {actionButton, make} from "../../base/dom.js";
import {oneOf as one} from "../../words/classes.js";
import {toPixel} from "../../base/geometry.js";
import {createLessonMap} from "../parts/map.js";
import {pairOf, seedOf} from "../parts/kept.js";
import {createLegend, createNote, createPicture, createReadings, numberText} from "../parts/parts.js";
import {paintCodes, paintDraw, paintImage} from "../parts/points.js";
import {drawMany, FAR_DRAWS} from "../../images/draws.js";
import {farDraws, medianUndecided} from "../maths/samples.js";
import {paintCursor} from "../../map/marks.js";

/** @typedef {import("../../state/state.js").Latent} Latent */

const SHOWN_DRAWS = 9;
const CODES = 1000;

/** @param {import("../lesson.js").Lesson} lesson @returns {import("../lesson.js").LessonView} */
export function whyView(lesson) {
  const ae = lesson.models.find((model) => model.bundle.kind === "ae") ?? lesson.model;
  const {points, header} = ae.bundle;
  let seed = seedOf(lesson.left.seed);
  let index = lesson.kept.image ?? 0;
  let z = pairOf(lesson.left.z) ?? ae.codeOf(index);
  let drawn = drawMany(ae.gaussian, SHOWN_DRAWS, seed);

  const map = createLessonMap({
    lesson, testid: "lesson-map", unit: `z₁, ${ae.units}`, range: () => ae.core,
    base: (painter) => paintCodes(painter, ae, 0.6), key: () => [],
    marks({context, view, theme}) {
      for (const [z1, z2] of drawn) paintDraw(context, toPixel(view, z1, z2), lesson.second, theme.halo);
      paintImage({context, view, theme}, ae, index);
      paintCursor(context, view, theme, z, true, true);
    },
    handles: [{name: "z", label: "the point that is decoded; arrow keys move it", at: () => z, move: (to) => (z = to)}],
    press(at) {
      index = lesson.kept.image = ae.index.nearest(at[0], at[1]);
      z = ae.codeOf(index);
      lesson.commit();
    },
  });
  const pictures = [createPicture("lesson-image", "x"), createPicture("lesson-reconstruction", "decode(code)"), createPicture("lesson-digit", "decode(ring)")];
  const strip = createStrip({label: "decoded draws from the Gaussian fitted to the codes", count: SHOWN_DRAWS, side: ae.bundle.side, testid: "strip-own"});
  const again = actionButton("Draw from the codes' Gaussian", () => {
    drawn = drawMany(ae.gaussian, SHOWN_DRAWS, ++seed);
    count();
    lesson.commit();
  }, {"data-testid": "draw-again", class: "lx-button ls-primary"});
  const table = createReadings([{name: "z1", label: "z₁ of the ring"}, {name: "z2", label: "z₂ of the ring"},
    {name: "distance", label: "to the nearest training code", digits: 3, unit: ae.units, strong: true}, {name: "unsure", label: `undecided pixels of ${points.pixels}`, digits: 0}]);
  const legend = createLegend([["dot", "test image"], ["ring", "decoded"], ["square", "draw"]]);
  const note = createNote("why-note");
  const far = createNote("why-far", true);
  /** What the question asks for: undecided pixels (medians) at the draws that land far, and at codes. */
  let counted = {seed: NaN, draws: 0, unsure: /** @type {number|null} */ (null), atCodes: /** @type {number|null} */ (null)};
  count();

  async function count() {
    const asked = seed;
    const draws = farDraws(ae, asked);
    const codes = Array.from({length: Math.min(CODES, points.count)}, (_, i) => ae.codeOf(i));
    const decoder = lesson.decoderOf(lesson.models.indexOf(ae));
    const images = await decoder.decodeMany(Float32Array.from([...draws, ...codes].flat()), "far draws").catch(lesson.fail);
    if (!images || asked !== seed || !lesson.alive()) return;
    const split = draws.length * points.pixels;
    counted = {seed: asked, draws: draws.length, unsure: medianUndecided(images.subarray(0, split), points.pixels), atCodes: medianUndecided(images.subarray(split), points.pixels)};
    lesson.commit();
  }

  function readings() {
    return {z1: z[0], z2: z[1], distance: ae.trained.distance(z[0], z[1]), unsure: undecidedPixels(ae.network.decode(z[0], z[1]))};
  }

  function told() {
    const distance = ae.trained.distance(z[0], z[1]);
    const far = distance > ae.usual
      ? `Nobody lives here: the nearest training code is ${(distance / ae.usual).toFixed(1)} times as far as the ${ae.usual.toFixed(3)} within which 95 % of test codes have one.`
      : `Training codes are near: 95 % of test codes have one within ${ae.usual.toFixed(3)}.`;
    return `${far} Squares: ${SHOWN_DRAWS} draws (seed ${seed}) from the Gaussian fitted to the codes of ${ae.bundle.name}.`;
  }

  function toldOfFar() {
    if (counted.seed !== seed) return "Draws are being decoded …";
    const {draws, unsure, atCodes} = counted;
    return `${draws} of ${FAR_DRAWS.toLocaleString("en")} draws land far: ${numberText(unsure, 0)} undecided pixels (median); codes: ${numberText(atCodes, 0)}.`;
  }

  return {
    elements: [make("div", {class: "ls-map-box"}, map.element, legend), make("div", {class: "ls-side"},
      make("div", {class: "ls-pictures ls-three"}, ...pictures.map((picture) => picture.element)), table.element, again, strip.element, far.element, note.element)],
    resize: map.resize,
    render() {
      map.render();
      const code = ae.codeOf(index);
      const x = observeFixed(lesson.images, index, points);
      pictures[0].show(x, lesson.theme);
      pictures[0].say(`image ${index}, ${one(header.classes, points.labels[index])}`);
      pictures[1].show(ae.decode(code), lesson.theme);
      pictures[1].say(`reconstruction, nll ${ae.nll(x, code).toFixed(1)}`);
      pictures[2].show(ae.decode(z), lesson.theme);
      pictures[2].say("decoded at the ring");
      strip.show(ae.network.decodeMany(Float32Array.from(drawn.flat())), lesson.theme);
      table.show(readings());
      note.say(told());
      far.say(toldOfFar());
    },
    readings,
    left: () => ({z, seed}),
    models: [ae],
    place: () => ({z: lesson.models.map((model) => (model === ae ? z : model.codeOf(index)))}),
  };
}
