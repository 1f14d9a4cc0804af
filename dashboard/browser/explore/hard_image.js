// @ts-check
// The key that goes on to the next image that one Gaussian from the encoder fits badly. Bundled models carry the exact numbers of all
// their test images; of a run of one's own they are worked out here, image by image, until one is found.

import {actionButton, setText, setUnable} from "../base/dom.js";
import {sentenceOf} from "../base/errors.js";
import {ambiguousImages, FAR_OFF, isAmbiguous, lookAfter, nextAfter} from "../images/ambiguous.js";
import {observeFixed} from "../images/digits.js";
import {areAlike} from "../model/explorer_model.js";
import {whyNotExact} from "../model/plane.js";

/** @typedef {import("./explorer.js").App} App */

const NAME = "Hard image";
const MOST = 100; // images that are looked at for one press, some tens of milliseconds each
const NO_POSTERIOR = "A plain autoencoder has no q(z|x) that could fit an image badly.";

/** @param {App} app @param {(index: number) => void} choose */
export function createHardImage(app, choose) {
  const {store, posteriors: {probes: [probe]}} = app;
  if (!probe) {
    const button = actionButton(NAME, () => {}, {"data-testid": "ambiguous"});
    setUnable(button, app.models.some(({bundle}) => bundle.kind === "vae") ? whyNotExact(app.models[0].bundle) : NO_POSTERIOR);
    return button;
  }
  const {model} = probe;
  const {points} = model.bundle;
  const kept = ambiguousImages(points);
  const which = points.truths ? `The next of ${kept.length.toLocaleString("en")} test images` : `The next image, looked for among ${Math.min(MOST, points.labels.length)},`;
  let looking = false;

  /** Null where nobody waits for the answer any more. @param {number} index @param {number|null} from @returns {Promise<boolean|null>} */
  async function isHard(index, from) {
    setText(button, `${NAME}: looking at ${index} …`);
    const found = app.images && await app.batches[model.place].exactPosterior(observeFixed(app.images, index, points), "hard");
    if (!found || store.state.selected !== from || store.state.mode !== "inspect") return null;
    return isAmbiguous(found.modes.length, found.logPx, found.encoder.elbo);
  }

  async function look() {
    if (looking) return;
    looking = true;
    const from = store.state.selected;
    let asked = true;
    try {
      await app.arrived();
      const found = await lookAfter(points.labels.length, from, MOST, async (index) => {
        const answer = await isHard(index, from);
        asked = answer !== null;
        return answer;
      });
      if (found !== null) choose(found);
      else if (asked) store.dispatch({type: "set", values: {notice: `None of the next ${Math.min(MOST, points.labels.length)} images is hard for this model.`}});
    } catch (error) {
      store.dispatch({type: "set", values: {notice: sentenceOf(error)}});
    }
    looking = false;
    setText(button, NAME);
  }

  const button = actionButton(NAME, () => (points.truths ? choose(nextAfter(kept, store.state.selected)) : look()), {"data-testid": "ambiguous",
    title: `${which} that one Gaussian from the encoder fits badly${areAlike(app.models) ? ` under ${model.short}` : ""}: p(z|x) has two modes or more, or the gap is above ${FAR_OFF} nats`});
  if (points.truths && !kept.length) setUnable(button, `No test image is hard for this model: no p(z|x) has two modes, and no gap is above ${FAR_OFF} nats.`);
  return button;
}
