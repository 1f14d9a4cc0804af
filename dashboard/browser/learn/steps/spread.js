// @ts-check
// Step 5: the estimators A and B of the ELBO, and Monte Carlo against closed-form KL, many times over with L samples.

import {seededNormal, seededUniform} from "../../images/digits.js";
import {make} from "../../base/dom.js";
import {oneOf} from "../parts/kept.js";
import {createChart, markValue} from "../parts/chart.js";
import {estimatorTerms, histogram, repeatedMeans} from "../maths/estimators.js";
import {createChosenImage} from "../parts/image.js";
import {klToPrior, meanOf, normalDraws, pointsOf, varianceOf} from "../maths/sums.js";
import {createChoiceSlider, createNote, createReadings, numberText} from "../parts/parts.js";

/** @typedef {import("../parts/chart.js").Chart} Chart */
/** @typedef {import("../parts/chart.js").ChartView} ChartView */
/** @typedef {import("../maths/estimators.js").Terms} Terms */

const SAMPLES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
const POOL = 8192;
const REPEATS = 400;
const SEED = 5;
const BIN_COUNT = 48;
const IN_SIGHT = 3.5; // standard deviations of one sample to either side of the exact value

/** @param {import("../lesson.js").Lesson} lesson @returns {import("../lesson.js").LessonView} */
export function estimatorsView(lesson) {
  let samples = oneOf(SAMPLES, lesson.left.samples, 1);
  const image = createChosenImage(lesson, {changed: fill});
  /** @type {{index: number, terms: Terms}|null} */
  let pool = null;
  /** @type {{index: number, samples: number, a: Float64Array, b: Float64Array, kl: Float64Array}|null} */
  let repeated = null;
  const bounds = createChart(lesson, "chart-elbo", "Histograms of repeated estimates of the ELBO by estimators A and B");
  const kls = createChart(lesson, "chart-kl", "Histogram of repeated Monte Carlo estimates of the KL");
  const slider = createChoiceSlider({label: "L, samples per estimate", testid: "samples-l", values: SAMPLES, first: samples,
    changed(value) {
      samples = value;
      lesson.invalidate();
    },
    settled: lesson.commit});
  const table = createReadings([
    {name: "L", label: "L", digits: 0}, {name: "elbo_exact", label: "ELBO, exact", unit: "nats"},
    {name: "sd_a", label: "sd of A", digits: 3, unit: "nats", kind: "a", telling: true}, {name: "sd_b", label: "sd of B", digits: 3, unit: "nats", kind: "b", telling: true},
    {name: "kl_closed", label: "KL, closed form", unit: "nats", digits: 3}, {name: "kl_mc", label: "KL, mean of the estimates", unit: "nats", digits: 3},
  ]);
  bounds.element.classList.add("ls-telling");
  const verdict = createNote("estimators-verdict", true);
  const note = createNote("estimators-note");

  async function fill() {
    const {index, x, truth} = image.subject();
    if (!truth || pool?.index === index) return;
    const z = pointsOf(truth.encoder, normalDraws(seededNormal(SEED), POOL));
    const joints = await lesson.decoder.logJoint(x, z).catch(lesson.fail);
    if (!joints || index !== image.subject().index) return;
    pool = {index, terms: estimatorTerms(truth.encoder, z, joints)};
    lesson.commit();
  }

  /** The estimates for the L that is on show. */
  function estimates() {
    const {index} = image.subject();
    if (pool?.index !== index) return null;
    if (repeated?.index !== index || repeated.samples !== samples) {
      const {a, b, kl} = pool.terms;
      const means = repeatedMeans([a, b, kl], samples, REPEATS, seededUniform(SEED + samples));
      repeated = {index, samples, a: means[0], b: means[1], kl: means[2]};
    }
    return repeated;
  }

  function readings() {
    const [found, {truth}] = [estimates(), image.subject()];
    return {
      L: samples, sd_a: found && Math.sqrt(varianceOf(found.a)), sd_b: found && Math.sqrt(varianceOf(found.b)), elbo_exact: truth?.encoder.elbo ?? null,
      kl_closed: truth ? klToPrior(truth.encoder) : null, kl_mc: found && meanOf(found.kl),
    };
  }

  /** @param {Chart} chart @param {readonly Float64Array[]} values @param {readonly string[]} colours @param {number} low @param {number} high */
  function paintHistograms({context, x, y, height}, values, colours, low, high) {
    values.forEach((list, i) => {
      const bins = histogram(list, low, high, BIN_COUNT);
      context.beginPath();
      context.moveTo(0, height);
      bins.forEach((count, bin) => {
        const [from, to] = [bin, bin + 1].map((edge) => x(low + (edge / BIN_COUNT) * (high - low)));
        context.lineTo(from, y(count));
        context.lineTo(to, y(count));
      });
      context.lineTo(x(high), height);
      context.globalAlpha = 0.3;
      context.fillStyle = colours[i];
      context.fill();
      context.globalAlpha = 1;
      context.lineWidth = 2;
      context.strokeStyle = colours[i];
      context.setLineDash(i ? [5, 3] : []);
      context.stroke();
      context.setLineDash([]);
    });
  }

  /** @param {ChartView} view @param {string} label @param {Float64Array[]} single terms of one sample @param {Float64Array[]} means @param {number} exact @param {string} words */
  function drawSpread(view, label, single, means, exact, words) {
    const widest = IN_SIGHT * Math.max(...single.map((terms) => Math.sqrt(varianceOf(terms))));
    const [low, high] = [exact - widest, exact + widest];
    const tallest = Math.max(...means.map((list) => Math.max(...histogram(list, low, high, BIN_COUNT))));
    const {theme} = lesson;
    view.draw({low, high, label}, {low: 0, high: tallest * 1.25, label: "", hidden: true}, (box) => {
      paintHistograms(box, means, means.length > 1 ? [theme.accent, lesson.second] : [theme.accent], low, high);
      markValue(box, exact, words, theme.truth, 0);
    });
  }

  /** Which of the two spreads less, and why. */
  function compared() {
    const {sd_a: a, sd_b: b} = readings();
    if (a === null || b === null) return "";
    return a < b ? "A spreads less than B here: where q resembles p(z|x), log p(x, z) − log q(z) is nearly constant." : "B spreads less than A here: it adds no noise for a KL that is known in closed form.";
  }

  function told() {
    if (!estimates()) return `${POOL.toLocaleString("en")} samples of the encoder's q are being decoded …`;
    return `Each histogram: ${REPEATS} estimates, every one the mean of L of the same ${POOL.toLocaleString("en")} samples (seed ${SEED}); sds are measured to about ±${numberText(100 / Math.sqrt(2 * REPEATS), 0)} %.`;
  }

  return {
    elements: [image.element, make("div", {class: "ls-charts"}, bounds.element, kls.element), make("div", {class: "ls-side"}, slider.element, table.element, verdict.element, note.element)],
    render() {
      image.render();
      const [found, {truth}] = [estimates(), image.subject()];
      if (found && truth && pool) {
        drawSpread(bounds, "estimates of the ELBO, nats", [pool.terms.a, pool.terms.b], [found.a, found.b], truth.encoder.elbo, "exact ELBO");
        drawSpread(kls, "Monte Carlo estimates of the KL to the prior, nats", [pool.terms.kl], [found.kl], klToPrior(truth.encoder), "closed form");
      }
      table.show(readings());
      verdict.say(compared());
      note.say(told());
    },
    readings,
    left: () => ({samples}),
    place: image.place,
  };
}
