// @ts-check
// The test image that a live view is about: its picture, the keys that choose another, and what is worked out about it.

import {ambiguousImages, FAR_OFF, nextAfter} from "../../images/ambiguous.js";
import {observeFixed} from "../../images/digits.js";
import {actionButton, make} from "../../base/dom.js";
import {asKept, gapsAsKept, keptTruth, movedBy} from "../../model/kept_truth.js";
import {oneOf as one} from "../../words/classes.js";
import {createPicture} from "./parts.js";
import {initialState} from "../../state/state.js";

/** @typedef {import("../../exact/posterior_summary.js").Posterior} Posterior */
/** @typedef {import("../../model/worker.js").EncoderBound} EncoderBound */
/** @typedef {import("../../exact/gaps.js").Gaps} Gaps */
/** @typedef {{index: number, label: number, x: Float32Array, truth: (Posterior & {encoder: EncoderBound})|null, gaps: (Posterior & Gaps)|null, moved: number}} Subject
 *   what is null is still being worked out; moved: nats between the page's own sums and what was kept of the image */
/** @typedef {ReturnType<typeof createChosenImage>} ChosenImage */

/**
 * @param {import("../lesson.js").Lesson} lesson
 * @param {{first?: number, gaps?: boolean, changed?: () => void}} options first: the image if none has been chosen yet;
 *   gaps: whether the best Gaussian is wanted too; changed: called when the image did or something about it is known
 */
export function createChosenImage(lesson, {first = 0, gaps = false, changed = () => {}}) {
  const {points} = lesson.model.bundle;
  const ambiguous = ambiguousImages(points);
  const picture = createPicture("lesson-image", "x");
  /** @type {Subject} */
  let subject = subjectOf(Math.min(lesson.kept.image ?? first, points.count - 1));
  const step = (/** @type {number} */ by) => choose((subject.index + by + points.count) % points.count);
  const keys = make("div", {class: "lx-actions"},
    actionButton("‹", () => step(-1), {"data-testid": "image-previous", "aria-label": "previous test image", class: "lx-button ls-step"}),
    actionButton("›", () => step(1), {"data-testid": "image-next", "aria-label": "next test image", class: "lx-button ls-step"}),
    ambiguous.length ? actionButton("Hard image", () => choose(nextAfter(ambiguous, subject.index)),
      {"data-testid": "image-ambiguous", title: `The next test image that one Gaussian from the encoder fits badly: p(z|x) has two modes or more, or the gap is above ${FAR_OFF} nats`}) : null);
  ask();

  /** @param {number} index @returns {Subject} */
  function subjectOf(index) {
    return {index, label: points.labels[index], x: observeFixed(lesson.images, index, points), truth: null, gaps: null, moved: 0};
  }

  /** @param {number} index */
  function choose(index) {
    lesson.kept.image = index;
    subject = subjectOf(index);
    changed();
    ask();
    lesson.commit();
  }

  async function ask() {
    const asked = subject;
    const kept = keptTruth(points, asked.index);
    const truth = await lesson.decoder.exactPosterior(asked.x).catch(lesson.fail);
    if (!truth || asked !== subject || !lesson.alive()) return;
    [asked.truth, asked.moved] = [asKept(truth, kept), movedBy(truth.logPx, kept)];
    changed();
    lesson.commit();
    if (!gaps) return;
    const found = await lesson.decoder.gaps(asked.x).catch(lesson.fail);
    if (!found || asked !== subject || !lesson.alive()) return;
    asked.gaps = gapsAsKept(found, kept);
    changed();
    lesson.commit();
  }

  return {
    element: make("div", {class: "ls-image"}, picture.element, keys),
    choose,
    subject: () => subject,
    render() {
      picture.show(subject.x, lesson.theme);
      picture.say(`Test image ${subject.index}, ${one(lesson.model.bundle.header.classes, subject.label)}. Pixels binarised: ${points.protocol}, seed ${points.seed}. Model ${lesson.model.bundle.name}.`);
    },
    /** What Explore is to show of it. @returns {Partial<import("../../state/state.js").State>} */
    place: () => ({mode: "inspect", selected: subject.index, z: lesson.models.map((one) => one.codeOf(subject.index)), layers: {...initialState(2).layers, posterior: true}}),
  };
}
