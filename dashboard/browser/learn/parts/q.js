// @ts-check
// A Gaussian q(z) = N(μ, diag σ²) that is dragged by its centre and by two handles on its outer ellipse, and its ELBO.

import {elboOf, QUICK_NODES} from "../../exact/gaps.js";
import {gaussianOf} from "./kept.js";
import {logJoints} from "../maths/sums.js";
import {movedBound} from "../../model/kept_truth.js";
import {paintPosterior, Q_MASSES} from "../../map/marks.js";
import {radiusHolding} from "../../base/geometry.js";

/** @typedef {import("../../state/state.js").Latent} Latent */
/** @typedef {import("../../exact/gaps.js").Gaussian} Gaussian */
/** @typedef {import("../../exact/gaps.js").Bound} Bound */
/** @typedef {import("./map.js").Handle} Handle */

const ON_ELLIPSE = radiusHolding(Q_MASSES[1]); // σ from the centre to the handles
const NARROWEST = 1e-3;

/** The value of a job, run without pauses. @template T @param {Generator<void, T>} job @returns {T} */
export function finished(job) {
  for (;;) {
    const {done, value} = job.next();
    if (done) return value;
  }
}

/** The ELBO of q for x and its parts. @param {import("../../model/networks.js").Network} network @param {Float32Array} x @param {Gaussian} q
 * @param {boolean} quick with fewer points, for what is on the move @returns {Bound} */
export function boundOf(network, x, q, quick) {
  const inference = {
    /** @param {Float32Array} image @param {Float32Array} z */
    *logJoint(image, z) {
      return logJoints(network, image, z);
    },
  };
  return finished(quick ? elboOf(inference, x, q, QUICK_NODES) : elboOf(inference, x, q));
}

/** q between two Gaussians: μ on the straight line, σ geometrically. @param {Gaussian} from @param {Gaussian} to @param {number} share @returns {Gaussian} */
export function gaussianBetween(from, to, share) {
  const mix = (/** @type {0|1} */ axis) => from.mu[axis] + share * (to.mu[axis] - from.mu[axis]);
  const widen = (/** @type {0|1} */ axis) => from.std[axis] * (to.std[axis] / from.std[axis]) ** share;
  return {mu: [mix(0), mix(1)], std: [widen(0), widen(1)]};
}

/** @param {Gaussian} a @param {Gaussian} b */
const same = (a, b) => [0, 1].every((axis) => a.mu[axis] === b.mu[axis] && a.std[axis] === b.std[axis]);

/** @param {import("../lesson.js").Lesson} lesson @param {import("./image.js").ChosenImage} image */
export function createMovableQ(lesson, image) {
  /** @type {Gaussian|null} */
  let q = null;
  /** @type {{q: Gaussian, bound: Bound, quick: boolean}|null} */
  let known = null;

  /** @param {Gaussian} next */
  function set(next) {
    q = next;
    lesson.invalidate();
  }

  /** In the numbers kept of the image: what was measured of the encoder's q, and of any other the page's sum, moved as log p(x) is.
   * @param {Gaussian} of @param {boolean} quick */
  function ownBound(of, quick) {
    const {x, truth, moved} = image.subject();
    return truth && same(of, truth.encoder) ? truth.encoder : movedBound(boundOf(lesson.model.network, x, of, quick), moved);
  }

  /** @param {0|1} axis @returns {Handle} */
  function widthHandle(axis) {
    return {
      name: `std${axis + 1}`, label: `σ${axis + 1} of q, on its outer ellipse; arrow keys change it`, axis,
      at: () => (q ? [q.mu[0] + (axis === 0 ? ON_ELLIPSE * q.std[0] : 0), q.mu[1] + (axis === 1 ? ON_ELLIPSE * q.std[1] : 0)] : [0, 0]),
      move(z) {
        if (!q) return;
        const std = /** @type {Latent} */ ([...q.std]);
        std[axis] = Math.max(NARROWEST, Math.abs(z[axis] - q.mu[axis]) / ON_ELLIPSE);
        set({mu: q.mu, std});
      },
    };
  }

  /** @type {Handle[]} */
  const handles = [
    {name: "mu", label: "μ, the centre of q; arrow keys move it", at: () => q?.mu ?? [0, 0], move: (mu) => q && set({mu, std: q.std})},
    widthHandle(0), widthHandle(1),
  ];

  return {
    handles, set,
    get: () => q,
    /** What to keep of it: q belongs to its image. */
    left: () => (q ? {image: image.subject().index, q} : {image: lesson.left.image, q: lesson.left.q}),
    /** The q that this image was left with, or null. */
    kept: () => (lesson.left.image === image.subject().index ? gaussianOf(lesson.left.q) : null),
    clear() {
      q = known = null;
    },
    /** The ELBO of q. @param {boolean} quick good enough while it moves @returns {Bound|null} */
    bound(quick) {
      if (!q) return null;
      if (!known || known.q !== q || (known.quick && !quick)) known = {q, quick, bound: ownBound(q, quick)};
      return known.bound;
    },
    /** @param {import("./map.js").Painter} painter */
    paint({context, view, theme}) {
      if (q) paintPosterior(context, view, theme, q.mu, q.std);
    },
  };
}
