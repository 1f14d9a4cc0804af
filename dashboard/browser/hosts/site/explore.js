// @ts-check
// Explore of the site: models by their addresses, the chosen ones in that of the page.

import {rewriteAddress} from "../../base/address.js";
import {make, setText, showFailure} from "../../base/dom.js";
import {sentenceOf} from "../../base/errors.js";
import {mountExplorer} from "../../explore/explorer.js";
import {fetchModels} from "../served/library.js";
import {putAtHand} from "./at_hand.js";
import {addressesOf, askedModels, lateOnes, libraryOf, offeredChoices, placedModels} from "./choice.js";
import {idle} from "./idle.js";
import {openPage} from "./page.js";

const OPENING = "Opening the models …";
export function open() {
  const page = openPage("");
  const {root, about} = page;
  const hand = putAtHand(page, true);
  /** @type {ReturnType<typeof mountExplorer>|null} */
  let explorer = null;
  let turn = 0;

  const {names, missing} = askedModels(about.shelf, location.search);
  const notice = missing.length ? `This site has no model called ${missing.map((name) => `“${name.slice(0, 60)}”`).join(" or ")}.` : "";
  page.onTheme(() => explorer?.update({}));
  show(names, notice).catch((error) => showFailure(root, error));

  /** @param {string[]} wanted @param {string} [sentence] to begin with */
  async function show(wanted, sentence = "") {
    const mine = ++turn;
    const placed = placedModels(about.shelf, wanted);
    const {all, shown, rungs} = placed;
    const library = libraryOf(about.shelf, all);
    const loading = make("p", {class: "lx-loading", role: "status"}, OPENING);
    if (!explorer) root.replaceChildren(loading);
    const models = await fetchModels(library, (why) => (explorer ? explorer.update({notice: why}) : setText(loading, why || OPENING)), {mayFollow: idle, late: lateOnes(placed)});
    if (mine !== turn) return;
    const standing = explorer?.standing();
    explorer?.destroy();
    root.replaceChildren();
    const tell = (/** @type {string} */ link, /** @type {boolean} */ held) => hand?.explored({link: `${new URL(`./?models=${wanted.map(encodeURIComponent).join(",")}`, document.baseURI)}#${link}`, held, models: wanted});
    explorer = mountExplorer(root, {
      ...models, shown, ladder: rungs, choices: offeredChoices(about.shelf, wanted), notice: sentence, engine: about.engine,
      ...(standing && {link: standing.link, kept: standing.kept, anew: true}),
      onReport: ({link, held}) => tell(link, held),
      onChoose(chosen, isShown) {
        const next = askedModels(about.shelf, `?models=${chosen.map(encodeURIComponent).join(",")}`).names;
        const fetching = isShown ? Promise.resolve() : show(next);
        fetching.then(() => {
          const query = new URLSearchParams(location.search);
          query.set("models", next.join(","));
          rewriteAddress(`${location.pathname}?${query}${location.hash}`);
        }, (error) => explorer?.update({choices: offeredChoices(about.shelf, wanted), notice: sentenceOf(error)}));
      },
    });
    models.images.then(() => page.keep(addressesOf(library)), () => {}); // said on the page
  }
}
