// @ts-check
// Step 7: the encoder answers for every image with one network, and loses by it: q moves from its answer to the best
// Gaussian, and the gap shrinks to what no diagonal Gaussian can do better.

import {actionButton, make, setUnable} from "../../base/dom.js";
import {createBars, roundedEnd} from "../parts/bars.js";
import {createChosenImage} from "../parts/image.js";
import {createMotion} from "../parts/motion.js";
import {createChoiceSlider, createNote, createReadings, numberText} from "../parts/parts.js";
import {apart} from "../../words/numbers.js";
import {oneOf} from "../parts/kept.js";
import {createMovableQ, gaussianBetween} from "../parts/q.js";
import {createTruthMap, frameAround} from "../parts/truth.js";
import {paintPosterior} from "../../map/marks.js";

/** @typedef {import("../../exact/gaps.js").Gaussian} Gaussian */
/** @typedef {import("../../exact/gaps.js").Gaps} Gaps */

const PARTS = 100;
const PERCENTS = Array.from({length: PARTS + 1}, (_, i) => i);
const PLAY_TIME = 2400;
const FAR_OFF_IMAGE = 4; // its encoder misses by much

/** The way from the encoder's q to the best Gaussian; where climbing does not lead there, it is jumped to at the end.
 * @param {Gaps} gaps @returns {Gaussian[]} */
export function refinePath({encoder, path, best}) {
  const last = path[path.length - 1];
  const elsewhere = Math.hypot(last.mu[0] - best.mu[0], last.mu[1] - best.mu[1]) > Math.max(...best.std);
  return [encoder, ...path.slice(1, -1), ...(elsewhere ? [last] : []), best];
}

/** The Gaussian at a share of a path, 0…1. @param {readonly Gaussian[]} path @param {number} share @returns {Gaussian} */
export function alongPath(path, share) {
  const at = share * (path.length - 1);
  const step = Math.min(Math.floor(at), path.length - 2);
  return step < 0 ? path[0] : gaussianBetween(path[step], path[step + 1], at - step);
}

/** The gap of a q of some ELBO in its two parts, as differences of numbers as they stand on screen: one value is printed as one wherever
 * it stands, and the parts add up. @param {{logPx: number, best: {elbo: number}}} gaps @param {number} elbo */
export function gapParts({logPx, best}, elbo) {
  return {gap: apart(logPx, elbo), approximation: apart(logPx, best.elbo), amortisation: apart(best.elbo, elbo)};
}

/** @param {import("../lesson.js").Lesson} lesson @returns {import("../lesson.js").LessonView} */
export function amortisationView(lesson) {
  const image = createChosenImage(lesson, {first: FAR_OFF_IMAGE, gaps: true, changed: refresh});
  const left = image.subject().index === lesson.left.image ? oneOf(PERCENTS, lesson.left.percent, 0) : 0;
  let share = left / PARTS;
  const q = createMovableQ(lesson, image);
  const motion = createMotion(lesson);
  const map = createTruthMap(lesson, image, {
    range() {
      const {truth} = image.subject();
      return truth && frameAround(truth, [truth.encoder]);
    },
    marks(painter) {
      const {context, view, theme} = painter;
      const {truth, gaps} = image.subject();
      context.globalAlpha = 0.4;
      for (const other of [truth?.encoder, gaps?.best]) if (other) paintPosterior(context, view, theme, other.mu, other.std);
      context.globalAlpha = 1;
      q.paint(painter);
    },
  });
  const slider = createChoiceSlider({
    label: "from the encoder's q to the best Gaussian", testid: "refine-share", values: PERCENTS, first: left, format: (value) => `${value} %`,
    changed(value) {
      motion.stop();
      moveTo(value / PARTS);
    },
    settled: lesson.commit,
  });
  const play = actionButton("Play", () => motion.start(PLAY_TIME, (along) => {
    moveTo(along);
    slider.set(Math.round(along * PARTS));
  }, lesson.commit), {"data-testid": "refine-play", class: "lx-button ls-primary"});
  const bars = createBars("the gap in its two parts, nats", [
    {label: "encoder", parts: ["approximation", "amortisation"]}, {label: "q now", parts: ["approximation", "amortisation"]},
  ]);
  const table = createReadings([
    {name: "gap", label: "gap = log p(x) − ELBO(q)", unit: "nats", strong: true}, {name: "approximation", label: "approximation gap", unit: "nats", kind: "approximation"},
    {name: "amortisation", label: "amortisation gap", unit: "nats", kind: "amortisation"},
  ]);
  const note = createNote("amortisation-note");

  /** @param {number} next */
  function moveTo(next) {
    const {gaps} = image.subject();
    share = next;
    if (gaps) q.set(alongPath(refinePath(gaps), share));
  }

  function refresh() {
    const {truth, gaps} = image.subject();
    if (!truth) {
      motion.stop();
      q.clear();
      share = 0;
      slider.set(0);
    } else if (gaps) moveTo(share);
    else q.set(truth.encoder);
  }

  /** @param {boolean} quick */
  function readings(quick) {
    const [{gaps}, bound] = [image.subject(), q.bound(quick)];
    return gaps && bound ? gapParts(gaps, bound.elbo) : {gap: null, approximation: null, amortisation: null};
  }

  /** @param {number} approximation @param {number} gap @returns {{value: number, parts: [number, number][]}} */
  const barOf = (approximation, gap) => ({value: gap, parts: [[0, approximation], [approximation, gap]]});

  function told() {
    const {gaps} = image.subject();
    if (!gaps) return "The best Gaussian is being looked for …";
    const {gap, approximation, amortisation} = gapParts(gaps, gaps.encoder.elbo);
    const elsewhere = refinePath(gaps).length > gaps.path.length ? " Climbing from the encoder's answer ends at a lesser peak; the best Gaussian lies at another." : "";
    const modes = gaps.modes.length > 1 ? ` p(z|x) has ${gaps.modes.length} modes.` : "";
    return `Of the encoder's gap of ${numberText(gap)} nats, ${numberText(amortisation)} come from answering for every image with one network, and ${numberText(approximation)} from q being a diagonal Gaussian.${modes}${elsewhere}`;
  }

  return {
    elements: [image.element, map.element, make("div", {class: "ls-side"}, make("div", {class: "lx-actions"}, play), slider.element, bars.element, table.element, note.element)],
    resize: map.resize,
    render() {
      image.render();
      map.render();
      const {gaps} = image.subject();
      setUnable(play, gaps ? "" : "The way to the best Gaussian is still being worked out.");
      const now = readings(true);
      const full = gaps ? gapParts(gaps, gaps.encoder.elbo).gap : 1;
      bars.show(gaps && now.gap !== null ? [barOf(now.approximation, full), barOf(now.approximation, now.gap)] : null, 0, roundedEnd(Math.max(full, now.gap ?? 0)));
      table.show(now);
      note.say(told());
    },
    readings: () => readings(false),
    left: () => ({image: image.subject().index, percent: Math.round(share * PARTS)}),
    place: image.place,
  };
}
