// @ts-check
// What steps 3 and 4 share: the exact posterior of an image, a q over it to fit by hand, and keys for two special ones.

import {actionButton, make, setUnable} from "../../base/dom.js";
import {createChosenImage} from "./image.js";
import {createMotion} from "./motion.js";
import {createMovableQ, gaussianBetween} from "./q.js";
import {createTruthMap, frameAround} from "./truth.js";
import {apart} from "../../words/numbers.js";

/** @typedef {import("../../exact/gaps.js").Gaussian} Gaussian */
/** @typedef {import("../../exact/posterior_summary.js").Posterior} Posterior */

const OFF = /** @type {const} */ ([2.2, -1.8]); // posterior standard deviations by which the first q misses
const TOO_WIDE = 1.8;
const GLIDE = 700; // milliseconds

/** A poor q to begin with. @param {Posterior} posterior @returns {Gaussian} */
function poorGuess({mean, covariance}) {
  const std = [Math.sqrt(covariance[0]), Math.sqrt(covariance[2])];
  return {mu: [mean[0] + OFF[0] * std[0], mean[1] + OFF[1] * std[1]], std: [TOO_WIDE * std[0], std[1] / TOO_WIDE]};
}

/** @param {import("../lesson.js").Lesson} lesson */
export function createFitting(lesson) {
  const image = createChosenImage(lesson, {gaps: true, changed: refresh});
  const q = createMovableQ(lesson, image);
  const motion = createMotion(lesson);
  const map = createTruthMap(lesson, image, {
    marks: q.paint, handles: q.handles,
    range() {
      const {truth} = image.subject();
      return truth && frameAround(truth, [truth.encoder, poorGuess(truth)]);
    },
  });
  /** @param {(subject: import("./image.js").Subject) => Gaussian|undefined} wanted */
  const glideTo = (wanted) => () => {
    const [from, to] = [q.get(), wanted(image.subject())];
    if (from && to) motion.start(GLIDE, (share) => q.set(gaussianBetween(from, to, share)), lesson.commit);
  };
  const best = actionButton("Best Gaussian", glideTo(({gaps}) => gaps?.best), {"data-testid": "best-gaussian", class: "lx-button ls-primary"});
  const encoder = actionButton("Encoder's q", glideTo(({truth}) => truth?.encoder), {"data-testid": "encoder-q"});
  const away = actionButton("Start again", glideTo(({truth}) => truth ? poorGuess(truth) : undefined), {"data-testid": "start-again"});

  /** Where q begins, or nothing while that is being worked out: where it was left at this image, or at one of those that have keys, if a
   * link names it. @param {Posterior & {encoder: Gaussian}} truth */
  function beginning(truth) {
    const {index, gaps} = image.subject();
    const named = lesson.left.image === index ? lesson.left.q : null;
    return named === "best" ? gaps?.best : named === "encoder" ? truth.encoder : q.kept() ?? poorGuess(truth);
  }

  function refresh() {
    const {truth} = image.subject();
    motion.stop();
    if (!truth) return q.clear();
    const first = q.get() ?? beginning(truth);
    if (first) q.set(first);
  }

  return {
    image, map, q,
    left: q.left,
    actions: make("div", {class: "lx-actions"}, best, encoder, away),
    /** The numbers of q, as far as they are known. @param {boolean} quick */
    numbers(quick) {
      const [gaussian, bound, {truth}] = [q.get(), q.bound(quick), image.subject()];
      return gaussian && bound && truth ? {...gaussian, ...bound, logPx: truth.logPx, gap: apart(truth.logPx, bound.elbo)} : null;
    },
    render() {
      setUnable(best, image.subject().gaps ? "" : "The best Gaussian is still being worked out.");
      image.render();
      map.render();
    },
  };
}
