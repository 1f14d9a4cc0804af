// @ts-check
// Train on the site: a training on threads of the visitor's own device, and its model in Explore on the same page.

import {make, showFailure} from "../../base/dom.js";
import {PlainError} from "../../base/errors.js";
import {contentOf} from "../../base/parts.js";
import {mountExplorer} from "../../explore/explorer.js";
import {readDataSet} from "../../train/data.js";
import {mountTraining} from "../../train/page/view.js";
import {putAtHand} from "./at_hand.js";
import {openPage} from "./page.js";

export function open() {
  const page = openPage("training");
  const hand = putAtHand(page, false);
  begin().catch((error) => showFailure(page.root, error));

  async function begin() {
    const {sets, absent, toy, trainer, model, train, engine} = page.about;
    page.root.replaceChildren(make("p", {class: "lx-loading", role: "status"}, "Fetching the images to train on …"));
    const [data, ...others] = sets.map((/** @type {{title: string, images: string}} */ {title, images}) => ({title, open: () => opened(images)}));
    const first = await data.open();
    page.root.replaceChildren();
    const [place, explored] = [make("div"), make("div", {hidden: true})];
    page.root.append(place, explored);
    /** @type {ReturnType<typeof mountExplorer>|null} */
    let explorer = null;
    const training = mountTraining(place, {
      data: first, others, absent, toy, model, train, told: (line) => hand?.trained(line), makeTrainer: () => new Worker(new URL(trainer, document.baseURI)),
      explore({bundle, images: shown}) {
        const stage = make("div");
        const back = make("button", {type: "button", class: "site-back", "data-testid": "train-back", onclick: () => {
          explorer?.destroy();
          explorer = null;
          explored.replaceChildren();
          [explored.hidden, place.hidden] = [true, false];
        }}, "← Back to the training");
        explored.replaceChildren(back, stage);
        [explored.hidden, place.hidden] = [false, true];
        explorer = mountExplorer(stage, {bundles: [bundle], images: Promise.resolve(shown), engine, apart: true});
      },
    });
    page.onTheme(() => {
      training.retheme();
      explorer?.update({});
    });
    page.keep([trainer]);

    /** @param {string} images an address */
    async function opened(images) {
      const answer = await fetch(images);
      if (!answer.ok) throw new PlainError(`The images to train on cannot be fetched: ${answer.url} answers ${answer.status}.`);
      const found = readDataSet(await contentOf(answer));
      page.keep([images]);
      return found;
    }
  }
}
