// @ts-check
// Step 11: three numbers for one image. ELBO and importance sampling with K samples from below, the exact log p(x); and
// the same digit with grey pixels, which is another datum.

import {seededNormal} from "../../images/digits.js";
import {make} from "../../base/dom.js";
import {gatherImages} from "../../images/image_rows.js";
import {oneOf} from "../parts/kept.js";
import {createChart} from "../parts/chart.js";
import {createChosenImage} from "../parts/image.js";
import {effectiveSamples, kHat, kHatText} from "../maths/importance.js";
import {logWeights, runningLogMeans, meanOf, normalDraws, pointsOf, varianceOf} from "../maths/sums.js";
import {createChoiceSlider, createNote, createReadings, numberText, offBy} from "../parts/parts.js";
import {apart} from "../../words/numbers.js";
import {createTruthMap, frameAround} from "../parts/truth.js";
import {paintPosterior} from "../../map/marks.js";

const COUNTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
const MOST_SAMPLES = COUNTS[COUNTS.length - 1];
const REPEATED = 8;
const TRIAL_SEED = 11;
const MISSED_IMAGE = 4; // its posterior has modes that the encoder's q misses
const ROOM_BELOW = 1.6; // the chart reaches that many gaps below log p(x)

/** Numbers of samples for a smooth curve: those of the slider among them. */
const CURVE = [...new Set([...COUNTS, ...Array.from({length: 60}, (_, i) => Math.round(MOST_SAMPLES ** (i / 59)))])].sort((a, b) => a - b);

/** The upper one of the middle two. @param {number[]} values */
function medianOf(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** @param {import("../lesson.js").Lesson} lesson @returns {import("../lesson.js").LessonView} */
export function howGoodView(lesson) {
  let k = oneOf(COUNTS, lesson.left.k, 500);
  const image = createChosenImage(lesson, {first: MISSED_IMAGE, changed: begin});
  /** Log weights of the repeats and their curves over CURVE, as they arrive. @type {{index: number, weights: Float64Array[], curves: number[][]}} */
  let trials = {index: -1, weights: [], curves: []};
  let diagnosis = {of: trials, k: 0, repeats: 0, kHat: NaN, ess: NaN};
  /** @type {{index: number, logPx: number, elbo: number}|null} */
  let grey = null;
  const map = createTruthMap(lesson, image, {
    range() {
      const {truth} = image.subject();
      return truth && frameAround(truth, [truth.encoder]);
    },
    marks({context, view, theme}) {
      const {truth} = image.subject();
      if (truth) paintPosterior(context, view, theme, truth.encoder.mu, truth.encoder.std);
    },
  });
  const chart = createChart(lesson, "chart-is", "Importance sampling estimates of log p(x) against the number of samples K, with the ELBO and the exact value");
  const slider = createChoiceSlider({label: "K, samples", testid: "samples-k", values: COUNTS, first: k, format: (value) => value.toLocaleString("en"),
    changed(value) {
      k = value;
      lesson.invalidate();
    },
    settled: lesson.commit});
  const table = createReadings([
    {name: "log_px_exact", label: "log p(x), exact", unit: "nats", kind: "truth"}, {name: "log_px_is", label: "log p(x), IS, mean of the dots", unit: "nats", kind: "b"},
    {name: "elbo", label: "ELBO", unit: "nats", kind: "elbo"}, {name: "k", label: "K", digits: 0},
  ]);
  const note = createNote("how-good-note");
  const greyNote = createNote("grey-note");

  async function begin() {
    const {index, x, truth, moved} = image.subject();
    if (!truth || trials.index === index) return;
    const mine = {index, weights: /** @type {Float64Array[]} */ ([]), curves: /** @type {number[][]} */ ([])};
    trials = mine;
    const normal = seededNormal(TRIAL_SEED);
    for (let repeat = 0; repeat < REPEATED; repeat++) {
      const z = pointsOf(truth.encoder, normalDraws(normal, MOST_SAMPLES));
      const joints = await lesson.decoder.logJoint(x, z).catch(lesson.fail);
      if (!joints || trials !== mine || !lesson.alive()) return;
      const weights = logWeights(truth.encoder, z, joints);
      mine.weights.push(weights);
      mine.curves.push(runningLogMeans(weights, CURVE).map((mean) => mean + moved));
      lesson.invalidate();
      if (repeat === 0) measureGrey(index);
    }
    lesson.commit();
  }

  /** @param {number} index */
  async function measureGrey(index) {
    const found = await lesson.decoder.exactPosterior(gatherImages(lesson.images, lesson.model.bundle.points.pixels, [index]), "grey").catch(lesson.fail);
    if (found && lesson.alive()) grey = {index, logPx: found.logPx, elbo: found.encoder.elbo};
    lesson.invalidate();
  }

  /** The repeats' values at K. */
  function values() {
    const at = CURVE.indexOf(k);
    return trials.index === image.subject().index ? trials.curves.map((curve) => curve[at]) : [];
  }

  /** k-hat and effective samples of the first K weights: the medians of the repeats, found once for each K. */
  function diagnosed() {
    const repeats = trials.weights.length;
    if (diagnosis.of !== trials || diagnosis.k !== k || diagnosis.repeats !== repeats) {
      const first = trials.weights.map((weights) => weights.subarray(0, k));
      diagnosis = {of: trials, k, repeats, kHat: medianOf(first.map(kHat)), ess: medianOf(first.map(effectiveSamples))};
    }
    return diagnosis;
  }

  function readings() {
    const [{truth}, found] = [image.subject(), values()];
    return {k, elbo: truth?.encoder.elbo ?? null, log_px_is: found.length ? meanOf(found) : null, log_px_exact: truth?.logPx ?? null};
  }

  function drawTrials() {
    const {truth} = image.subject();
    if (!truth) return;
    const {logPx, encoder} = truth;
    const gap = Math.max(logPx - encoder.elbo, 0.5);
    const {theme} = lesson;
    chart.draw({low: 1, high: MOST_SAMPLES, log: true, label: "K, samples from the encoder's q"}, {low: logPx - ROOM_BELOW * gap, high: logPx + 0.35 * gap, label: ""}, (box) => {
      const {context, x, y, width, height} = box;
      context.strokeStyle = theme.line;
      context.lineWidth = 8;
      path([[x(k), 0], [x(k), height]]);
      context.lineWidth = 1.5;
      context.strokeStyle = lesson.second;
      for (const curve of trials.curves) {
        path(curve.map((value, i) => [x(CURVE[i]), y(value)]));
      }
      context.fillStyle = lesson.second;
      for (const value of values()) {
        context.beginPath();
        context.arc(x(k), y(value), 4, 0, 2 * Math.PI);
        context.fill();
      }
      context.font = `600 ${box.size}px ${theme.font}`;
      for (const [value, words, colour, above] of /** @type {[number, string, string, boolean][]} */ ([[logPx, "log p(x), exact", theme.truth, true], [encoder.elbo, "ELBO", theme.accent, false]])) {
        context.strokeStyle = context.fillStyle = colour;
        context.lineWidth = 2.5;
        path([[0, y(value)], [width, y(value)]]);
        context.textBaseline = above ? "bottom" : "top";
        context.textAlign = above ? "left" : "right"; // the curves begin low on the left and rise
        context.fillText(words, above ? 8 : width - 8, y(value) + (above ? -3 : 4));
      }

      /** @param {number[][]} points */
      function path(points) {
        context.beginPath();
        for (const [px, py] of points) context.lineTo(px, py);
        context.stroke();
      }
    });
  }

  function told() {
    const [{truth}, found] = [image.subject(), values()];
    if (!truth || !found.length) return "Samples are being decoded …";
    const short = apart(truth.logPx, meanOf(found));
    const off = offBy(-short);
    const spread = found.length > 1 ? ` (sd between repeats ${numberText(Math.sqrt(varianceOf(found)))})` : "";
    const modes = truth.modes.length > 1 ? ` p(z|x) has ${truth.modes.length} modes; samples of q seldom reach those it misses.` : "";
    const which = `with K = ${k.toLocaleString("en")} (seed ${TRIAL_SEED})`;
    const some = found.length < REPEATED ? `${found.length} of ${REPEATED} repeats so far` : `${REPEATED} repeats`;
    const {kHat: shape, ess} = diagnosed();
    const trust = k > 1 ? ` Of their weights k-hat is ${kHatText(shape)}, effective samples ${numberText(ess, 1)} (medians).` : "";
    return `${some} ${which}: ${found.length > 1 ? "their mean " : "it "}${off}${spread}.${trust}${modes}`;
  }

  function toldGrey() {
    const {truth, index} = image.subject();
    if (!truth || grey?.index !== index) return "";
    return `Binarised pixels give log p(x) ${numberText(truth.logPx)}, the same digit's grey pixels ${numberText(grey.logPx)} (ELBO ${numberText(grey.elbo)}): another datum, and for values between 0 and 1 the Bernoulli formula is no log-probability. The two are not comparable.`;
  }

  return {
    elements: [make("div", {class: "ls-column"}, image.element, make("div", {class: "ls-small-map"}, map.element)), make("div", {class: "ls-charts"}, chart.element),
      make("div", {class: "ls-side"}, slider.element, table.element, note.element, greyNote.element)],
    resize: map.resize,
    render() {
      image.render();
      map.render();
      drawTrials();
      table.show(readings());
      note.say(told());
      greyNote.say(toldGrey());
    },
    readings,
    left: () => ({k}),
    place: image.place,
  };
}
