// @ts-check
// Step 6: ε stays, z = μ + σ ⊙ ε moves with μ and σ. The gradient of the ELBO in μ, estimated by reparameterisation and by
// the score function with and without a baseline from the same samples.

import {seededNormal} from "../../images/digits.js";
import {make} from "../../base/dom.js";
import {toPixel} from "../../base/geometry.js";
import {oneOf} from "../parts/kept.js";
import {createFan, paintArrow} from "../parts/arrows.js";
import {differencePoints, gradientTerms, groupMeans, totalVariance} from "../maths/gradients.js";
import {createChosenImage} from "../parts/image.js";
import {logJoints, normalDraws} from "../maths/sums.js";
import {createChoiceSlider, createNote, createReadings, roughText} from "../parts/parts.js";
import {createMovableQ} from "../parts/q.js";
import {createTruthMap, frameAround} from "../parts/truth.js";

/** @typedef {import("../../exact/gaps.js").Gaussian} Gaussian */
/** @typedef {import("../maths/gradients.js").GradientTerms} GradientTerms */

const SAMPLE_COUNTS = [1, 4, 16, 64];
const SAMPLES_DECODED = 1024;
const POINTS_SHOWN = 24;
const ARROWS_SHOWN = 48;
const LONGEST = 70; // pixels of an arrow on the map
const EPSILON_SEED = 6;
const DECADES = 4; // of the fans' scale

/** @param {import("../lesson.js").Lesson} lesson @returns {import("../lesson.js").LessonView} */
export function reparameterisationView(lesson) {
  let n = oneOf(SAMPLE_COUNTS, lesson.left.n, 1);
  const epsilon = normalDraws(seededNormal(EPSILON_SEED), SAMPLES_DECODED);
  const few = epsilon.subarray(0, 2 * POINTS_SHOWN);
  const image = createChosenImage(lesson, {changed: refresh});
  const q = createMovableQ(lesson, image);
  /** Measured for one q. @type {{q: Gaussian, terms: GradientTerms}|null} */
  let measured = null;
  let busy = false;
  const map = createTruthMap(lesson, image, {
    marks: paintSamples, handles: q.handles,
    range() {
      const {truth} = image.subject();
      return truth && frameAround(truth, [truth.encoder]);
    },
  });
  const fans = [["reparam", "reparameterised"], ["score", "score function"], ["baseline", "score, baseline"]]
    .map(([kind, title]) => ({kind: /** @type {keyof GradientTerms} */ (kind), fan: createFan(lesson, title, `fan-${kind}`)}));
  const slider = createChoiceSlider({label: "n, samples per estimate", testid: "samples-n", values: SAMPLE_COUNTS, first: n,
    changed(value) {
      n = value;
      lesson.invalidate();
    },
    settled: lesson.commit});
  const table = createReadings([
    {name: "n", label: "n", digits: 0}, {name: "var_reparam", label: "variance, reparameterised", format: roughText},
    {name: "var_score", label: "variance, score function", format: roughText, telling: true}, {name: "var_score_baseline", label: "variance, with baseline", format: roughText, telling: true},
    {name: "ratio", label: "score / reparameterised", format: roughText, strong: true, telling: true},
  ]);
  const note = createNote("reparam-note");

  function refresh() {
    const {truth} = image.subject();
    q.clear();
    measured = null;
    if (truth) q.set(q.kept() ?? {mu: truth.encoder.mu, std: truth.encoder.std});
  }

  /** One at a time: while q moves, the newest is measured whenever the one before is done. */
  async function measure() {
    const wanted = q.get();
    if (busy || !wanted || measured?.q === wanted) return;
    busy = true;
    const points = differencePoints(wanted, epsilon);
    const values = await lesson.decoder.logJoint(image.subject().x, points).catch(lesson.fail);
    busy = false;
    if (!values || !lesson.alive()) return;
    if (q.get()) measured = {q: wanted, terms: gradientTerms(wanted, epsilon, points, values)};
    if (q.get() === wanted) lesson.commit();
    else lesson.invalidate();
  }

  /** @param {import("../parts/map.js").Painter} painter */
  function paintSamples(painter) {
    const gaussian = q.get();
    q.paint(painter);
    if (!gaussian) return;
    const {context, view, theme} = painter;
    const points = differencePoints(gaussian, few);
    const {reparam} = gradientTerms(gaussian, few, points, logJoints(lesson.model.network, image.subject().x, points));
    const unit = gaussian.std[0] * gaussian.std[1] * view.scale;
    for (let k = 0; k < POINTS_SHOWN; k++) {
      const [x, y] = toPixel(view, gaussian.mu[0] + gaussian.std[0] * few[2 * k], gaussian.mu[1] + gaussian.std[1] * few[2 * k + 1]);
      const [g1, g2] = [reparam[2 * k] * unit, reparam[2 * k + 1] * unit];
      const shorter = Math.min(1, LONGEST / Math.max(1e-9, Math.hypot(g1, g2)));
      paintArrow(context, x, y, x + g1 * shorter, y - g2 * shorter, theme.text, 1.25);
      context.beginPath();
      context.arc(x, y, 3, 0, 2 * Math.PI);
      context.fillStyle = theme.accent;
      context.fill();
    }
  }

  /** The estimates with n samples each, if they belong to the q on show. */
  function estimates() {
    if (!measured) return null;
    const {reparam, score, baseline} = measured.terms;
    return {reparam: groupMeans(reparam, n), score: groupMeans(score, n), baseline: groupMeans(baseline, n), mean: [...groupMeans(reparam, SAMPLES_DECODED)]};
  }

  function readings() {
    const found = measured?.q === q.get() ? estimates() : null;
    const [reparam, score, baseline] = found ? [found.reparam, found.score, found.baseline].map(totalVariance) : [null, null, null];
    return {n, var_reparam: reparam, var_score: score, var_score_baseline: baseline, ratio: score !== null && reparam ? score / reparam : null};
  }

  return {
    elements: [image.element, map.element, make("div", {class: "ls-side"},
      make("div", {class: "ls-fans ls-telling"}, ...fans.map(({fan}) => fan.element)), slider.element, table.element, note.element)],
    resize: map.resize,
    render() {
      image.render();
      map.render();
      measure();
      const found = estimates();
      let most = 1;
      if (found) for (const one of found.score) most = Math.max(most, Math.abs(one) * Math.SQRT2);
      for (const {kind, fan} of fans) fan.draw(found && found[kind], ARROWS_SHOWN, found && found.mean, most / 10 ** DECADES, most);
      table.show(readings());
      const repeats = SAMPLES_DECODED / n;
      note.say(`Arrows on the map: ∇ log p(x, z) at ${POINTS_SHOWN} of the samples, by central differences of the decoder. Fans: ${Math.min(ARROWS_SHOWN, repeats)} of ${repeats.toLocaleString("en")} estimates of ∇μ ELBO ` +
        `from n samples each, lengths logarithmic over ${DECADES} decades, a circle per decade; thick: the mean of all ${SAMPLES_DECODED.toLocaleString("en")} (seed ${EPSILON_SEED}). Variances are of those ${repeats.toLocaleString("en")}, known to ±${Math.round(100 * Math.sqrt(2 / repeats))} %.`);
    },
    readings,
    left: () => ({n, ...q.left()}),
    place: image.place,
  };
}
