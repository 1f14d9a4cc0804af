// @ts-check
// The exact posterior of the image the page is about: asked for when the image changes, shown as it arrives. With it
// the q that is drawn over it, which may be on its way from the encoder's answer to the best Gaussian.

import {sentenceOf} from "../../base/errors.js";
import {observeFixed} from "../../images/digits.js";
import {extentOf, gridAround, onGrid} from "../../exact/posterior_summary.js";
import {gridPoints} from "../../model/density.js";
import {asKept, gapsAsKept, keptTruth} from "../../model/kept_truth.js";
import {shownImage} from "../../state/state.js";
import {apart} from "../../words/numbers.js";

/** @typedef {import("../explorer.js").App} App */
/** @typedef {import("../../state/state.js").State} State */
/** @typedef {import("../../state/state.js").Latent} Latent */
/** @typedef {import("../../exact/gaps.js").Gaussian & import("../../exact/gaps.js").Bound} BoundedGaussian */
/** @typedef {import("../../exact/posterior_summary.js").Posterior} Posterior */
/** @typedef {{story: string, key: string, x: Float32Array, kept?: import("../../model/kept_truth.js").Kept|null}} Subject a drawing that grows is one story of many subjects */
/**
 * @typedef {object} Truth what is known of the image by now
 * @property {Posterior} picture of p(z|x), coarse at first
 * @property {{logPx: number, error: number}|null} exact once it is; of a growing drawing the last that was worked out
 * @property {BoundedGaussian|null} encoder the encoder's q, once it is known
 * @property {BoundedGaussian|null} q the encoder's, or a step on the way to the best, or the best
 * @property {{approximation: number, amortisation: number, elsewhere: boolean}|null} gaps once q was refined to the end;
 *   elsewhere: the best Gaussian is not the one that climbing from the encoder's leads to
 */
/** @typedef {ReturnType<typeof createPosteriorProbe>} PosteriorProbe */

const REFINE_TIME = 1800;
const THERE = 0.001; // from the mean of the best Gaussian: a link has four decimals
const LEAST_REACH = 2.5; // σ of q that are kept in sight

/** @param {App} app @param {import("../../model/explorer_model.js").ExplorerModel} model a VAE on the page */
export function createPosteriorProbe(app, model) {
  const batch = app.batches[model.place];
  /** @type {Subject|null} */
  let subject = null;
  /** @type {Truth|null} */
  let truth = null;
  /** @type {{steps: BoundedGaussian[], began: number, gaps: NonNullable<Truth["gaps"]>}|null} */
  let refinement = null;
  /** Why there is nothing to show of the subject, or nothing. */
  let trouble = "";
  let [version, busy, preparing, isWanted] = [0, false, false, false];
  /** How much of the plane is decoded, 0 … 1, and the seconds that the rest may take. */
  let progress = {share: 0, seconds: 0};
  /** @type {Subject|null} for which the best Gaussian is being looked for */
  let climbing = null;

  function changed() {
    version++;
    app.invalidate();
  }

  /** @param {State} state @returns {Subject|null} */
  function subjectOf(state) {
    if (state.mode === "draw") return app.draw.subject();
    if (state.mode !== "inspect" && !state.layers.posterior) return null;
    const index = imageOf(state);
    if (index === null || !app.images) return null;
    if (subject?.key === `image ${index}`) return subject;
    return {story: `image ${index}`, key: `image ${index}`, x: observeFixed(app.images, index, model.bundle.points), kept: keptTruth(model.bundle.points, index)};
  }

  /** The image whose posterior is asked for: while one moves over the maps, the one whose code lies nearest. @param {State} state */
  function imageOf(state) {
    if (state.mode !== "move" || state.hovered !== null) return shownImage(state);
    const nearest = model.index.nearest(...state.z[model.place]);
    return nearest < 0 ? null : nearest;
  }

  /** @param {State} state */
  function request(state) {
    follow(state);
    isWanted = state.mode === "inspect" || state.mode === "draw" || subject !== null;
    if (isWanted) prepare();
    const wanted = state.refined && (state.mode === "draw" || state.hovered === null);
    if (refinement && !wanted) takeBack();
    if (wanted && !refinement && truth?.exact && subject && subject === answered && climbing !== subject) climb(subject);
  }

  /** Decodes what every posterior needs while an image is still being chosen: of a network of maps that takes seconds, or more. It rests when
   * no one wants a posterior, and goes on from there. */
  async function prepare() {
    if (preparing || progress.share === 1) return;
    preparing = true;
    const [before, began] = [progress.share, performance.now()];
    try {
      while (progress.share < 1 && isWanted) {
        const share = (await batch.prepare()) ?? 1; // of a batch that ended
        progress = {share, seconds: (performance.now() - began) / 1000 * (1 - share) / Math.max(share - before, 1e-6)};
        changed();
      }
    } catch {
      progress.share = 1; // whoever asks for a posterior is told
    }
    preparing = false;
  }

  /** Asks for what the page is about by now. @param {State} state */
  function follow(state) {
    const next = subjectOf(state);
    if (next?.key === subject?.key) return;
    if (next?.story !== subject?.story) truth = null;
    // While one moves, each image is a new question; a link may bring the first one refined.
    if (subject && state.mode === "move" && state.refined) app.store.dispatch({type: "set", values: {refined: false}});
    subject = next;
    [refinement, trouble] = [null, ""];
    version++;
    if (!next) return;
    askCoarse(next);
    askExact();
  }

  /** @param {Subject} asked */
  async function askCoarse(asked) {
    const picture = await batch.coarsePosterior(asked.x, "coarse").catch((error) => fail(asked, error));
    if (!picture || asked !== subject || trouble || (truth?.exact && truth.picture.decoded > 0 && asked === answered)) return;
    truth = {picture, exact: truth?.exact ?? null, encoder: truth?.encoder ?? null, q: truth?.q ?? null, gaps: null};
    changed();
  }

  /** @type {Subject|null} whose exact posterior is shown */
  let answered = null;

  /** One after the other: a drawing that grows faster than they come is answered for its latest state each time, and the worker rests as long
   * as it worked, which leaves a processor to the page. */
  async function askExact() {
    if (busy) return;
    busy = true;
    while (subject && subject !== answered) {
      const [asked, began] = [subject, performance.now()];
      const found = await batch.exactPosterior(asked.x, "exact").catch((error) => fail(asked, error));
      if (!found && asked === subject) break;
      if (!found) continue;
      answered = asked;
      if (asked.story !== subject?.story) continue;
      const {encoder, ...exact} = asKept(found, asked.kept);
      truth = {picture: asked === subject || !truth ? exact : truth.picture, exact, encoder, q: encoder, gaps: null};
      changed();
      if (asked !== subject) await new Promise((resolve) => setTimeout(resolve, performance.now() - began));
    }
    busy = false;
  }

  /** @param {Subject} asked @param {unknown} error */
  function fail(asked, error) {
    const said = sentenceOf(error);
    if (asked !== subject) return null;
    [trouble, truth, refinement] = [said, null, null];
    changed();
    return null;
  }

  function takeBack() {
    if (truth && refinement) truth = {...truth, q: refinement.steps[0], gaps: null};
    refinement = null;
    changed();
  }

  /** The model's point goes with the mean of q, so that its digit is the one that q is about. While one moves, the point is the visitor's
   * own. @param {Latent} mu */
  function putAt(mu) {
    const {mode, noise, z} = app.store.state;
    if (noise === 0 && (mode === "inspect" || mode === "draw")) app.store.dispatch({type: "place", z: z.map((old, place) => (place === model.place ? mu : old))});
  }

  /** @param {Subject} asked */
  async function climb(asked) {
    climbing = asked;
    const found = await batch.gaps(asked.x).catch((error) => fail(asked, error));
    climbing = null;
    if (!found || asked !== subject || !app.store.state.refined) return;
    const {logPx, encoder, best, path} = gapsAsKept(found, asked.kept);
    const climbed = path.map(bounded);
    const last = climbed[climbed.length - 1];
    const elsewhere = Math.hypot(last.mu[0] - best.mu[0], last.mu[1] - best.mu[1]) > Math.max(...best.std);
    const there = Math.hypot(...app.store.state.z[model.place].map((value, axis) => value - best.mu[axis])) < THERE; // as after a reload
    refinement = {
      steps: [encoder, ...climbed.slice(1, -1), ...(elsewhere ? [last] : []), best], began: there ? -Infinity : performance.now(),
      gaps: {approximation: apart(logPx, best.elbo), amortisation: Math.max(0, apart(best.elbo, encoder.elbo)), elsewhere},
    };
    changed();
  }

  /** Where q is by now. Called in every frame. */
  function advance() {
    if (!refinement || !truth || truth.gaps) return;
    const {steps, began, gaps} = refinement;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const share = still ? 1 : Math.min(1, (performance.now() - began) / REFINE_TIME);
    const q = steps[Math.round(share * (steps.length - 1))];
    if (q !== truth.q || share === 1) {
      truth = {...truth, q, gaps: share === 1 ? gaps : null};
      version++;
      putAt(q.mu);
      if (share === 1) app.commit();
    }
    if (share < 1) app.invalidate();
  }

  return {
    model, request, advance,
    /** The test image that the posterior is of; null for a drawing, or where none is shown. @param {State} state */
    image: (state) => (subject && state.mode !== "draw" ? imageOf(state) : null),
    version: () => version,
    truth: () => truth,
    trouble: () => trouble,
    /** Whether the numbers that there are, if any, are of an earlier state of what the page is about. */
    progress: () => progress,
    isWorking: () => subject !== null && subject !== answered && !trouble,
    /** The posterior decoded anew all over a grid, for a picture of so many cells; null where it is not the one shown, or no longer.
     * @param {Posterior} picture @param {number} cells along its longer side @returns {Promise<Posterior|null>} */
    async closeUp(picture, cells) {
      const asked = subject;
      if (!asked || asked !== answered || truth?.exact !== picture) return null;
      const grid = gridAround(picture, cells);
      const joint = await batch.logJoint(asked.x, gridPoints(grid), "close-up").catch(() => null); // what there is stays
      return joint && onGrid(picture, grid, joint);
    },
    refining: () => app.store.state.refined,
    /** Whether the exact posterior of what the page is about is known by now, so that q can be refined. */
    isReady: () => Boolean(truth?.exact) && subject === answered,
    /** The model's point goes back to where q began. */
    putBack() {
      if (refinement) putAt(refinement.steps[0].mu);
    },
    /** The corners of the part of latent space that holds the posterior and q. @returns {[Latent, Latent]|null} */
    frame: () => (truth ? frameOf(truth) : null),
  };
}

/** A step on the way with both parts of its bound. @param {import("../../exact/gaps.js").FitStep} step @returns {BoundedGaussian} */
function bounded({mu, std, elbo}) {
  const kl = 0.5 * [0, 1].reduce((sum, axis) => sum + mu[axis] ** 2 + std[axis] ** 2 - 1 - 2 * Math.log(std[axis]), 0);
  return {mu, std, elbo, kl, nll: -elbo - kl};
}

/** @param {Truth} truth @returns {[Latent, Latent]} */
function frameOf({picture, q}) {
  const {low, high} = extentOf(picture);
  if (!q) return [low, high];
  const reach = q.std.map((std) => LEAST_REACH * std);
  return [[Math.min(low[0], q.mu[0] - reach[0]), Math.min(low[1], q.mu[1] - reach[1])], [Math.max(high[0], q.mu[0] + reach[0]), Math.max(high[1], q.mu[1] + reach[1])]];
}
