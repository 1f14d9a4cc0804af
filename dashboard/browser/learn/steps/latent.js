// @ts-check
// Step 2: a latent z is drawn or dragged, decoded to probabilities π, and from them an image x ~ Bernoulli(π) is drawn, twice.

import {bernoulliPixels, seededNormal} from "../../images/digits.js";
import {actionButton, make} from "../../base/dom.js";
import {imageOf, pairOf, seedOf} from "../parts/kept.js";
import {createLessonMap} from "../parts/map.js";
import {differing, expectedToDiffer} from "../maths/samples.js";
import {logLikelihoods, logStandardNormal} from "../maths/sums.js";
import {createNote, createPicture, createReadings} from "../parts/parts.js";
import {paintCodes, paintPriorCircles} from "../parts/points.js";
import {paintCursor} from "../../map/marks.js";
import {shareText} from "../../words/captions.js";
import {oneOf} from "../../words/classes.js";
import {priorMassBeyond} from "../../base/geometry.js";

/** @typedef {import("../../state/state.js").Latent} Latent */

const ABOUT_IMAGE = 1_000_003; // keeps the seeds of images apart from those of latents

/** @param {import("../lesson.js").Lesson} lesson @returns {import("../lesson.js").LessonView} */
export function latentVariableView(lesson) {
  const {model} = lesson;
  /** The image at whose code a link may begin. */
  const home = imageOf(lesson.left.image, model.bundle.points.labels.length);
  let [zSeed, xSeed] = [seedOf(lesson.left.zSeed), seedOf(lesson.left.xSeed)];
  let z = pairOf(lesson.left.z) ?? (home === null ? seededNormal(zSeed)() : model.codeOf(home));
  let drawn = sampled();

  /** π at z, and x drawn from it with the seed that is on show and with the next. */
  function sampled() {
    const probabilities = model.network.decode(z[0], z[1]);
    const [x, again] = [0, 1].map((later) => bernoulliPixels(probabilities, ABOUT_IMAGE + xSeed + later));
    return {z, xSeed, probabilities, x, again, logLikelihood: logLikelihoods(model.network, x, Float32Array.from(z))[0]};
  }

  /** @param {Latent} next */
  function moveTo(next) {
    z = next;
    lesson.invalidate();
  }

  const map = createLessonMap({
    lesson, testid: "lesson-map", unit: "z₁, prior sd",
    range: () => model.core,
    base(painter) {
      paintCodes(painter, model, 0.55);
      paintPriorCircles(painter, model);
    },
    key: () => [],
    marks: ({context, view, theme}) => paintCursor(context, view, theme, z, true, true),
    handles: [{name: "z", label: "the latent z; arrow keys move it, Shift is coarse, Alt is fine", at: () => z, move: moveTo}],
    press(at) {
      moveTo(at);
      lesson.commit();
    },
  });
  const pi = createPicture("lesson-pi", "π = decode(z)");
  const x = createPicture("lesson-x", "x ~ Bernoulli(π)");
  const again = createPicture("lesson-x-again", "x drawn again");
  again.element.classList.add("ls-telling");
  const note = createNote();
  const table = createReadings([{name: "z1", label: "z₁"}, {name: "z2", label: "z₂"}, {name: "log_prior", label: "log p(z)", unit: "nats"},
    {name: "log_px_given_z", label: "log p(x|z)", unit: "nats"}, {name: "differ", label: "the two x differ in", unit: "pixels", digits: 0, telling: true},
    {name: "differ_mean", label: "on average, at this z", unit: "pixels", digits: 1, telling: true}]);
  const drawZ = actionButton("Draw z from N(0, I)", () => {
    zSeed++;
    z = seededNormal(zSeed)();
    lesson.commit();
  }, {"data-testid": "draw-z", class: "lx-button ls-primary"});
  const drawX = actionButton("Draw x again", () => {
    xSeed++;
    lesson.commit();
  }, {"data-testid": "draw-x"});

  function readings() {
    return {z1: z[0], z2: z[1], log_prior: logStandardNormal(z[0], z[1]), log_px_given_z: drawn.logLikelihood,
      differ: differing(drawn.x, drawn.again), differ_mean: expectedToDiffer(drawn.probabilities)};
  }

  /** Whose code z is, where a link said so and it was not moved since. */
  function whose() {
    if (home === null) return "";
    const code = model.codeOf(home);
    return code[0] === z[0] && code[1] === z[1] ? `z is the code of test image ${home}, ${oneOf(model.bundle.header.classes, model.bundle.points.labels[home])}. ` : "";
  }

  return {
    elements: [map.element, make("div", {class: "ls-side"}, make("div", {class: "lx-actions"}, drawZ, drawX),
      make("div", {class: "ls-pictures"}, pi.element, x.element, again.element), table.element, note.element)],
    resize: map.resize,
    render() {
      if (drawn.z !== z || drawn.xSeed !== xSeed) drawn = sampled();
      map.render();
      pi.show(drawn.probabilities, lesson.theme);
      x.show(drawn.x, lesson.theme);
      again.show(drawn.again, lesson.theme);
      table.show(readings());
      const radius = Math.hypot(z[0], z[1]);
      note.say(`${whose()}z lies ${radius.toFixed(2)} prior standard deviations from the origin; ${shareText(priorMassBeyond(radius))} of draws lie further out. ` +
        `Each pixel of x is drawn on its own (seed ${xSeed}). Dots are codes of test images under ${model.bundle.name}.`);
    },
    readings,
    left: () => ({z, zSeed, xSeed, image: home}),
    place: () => ({z: [z, [0, 0]]}),
  };
}
