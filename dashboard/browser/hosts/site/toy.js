// @ts-check
// The toys of the site, below Train: their settings are in the address.

import {rewriteAddress} from "../../base/address.js";
import {showFailure} from "../../base/dom.js";
import {mountToy} from "../../train/toy/page/view.js";
import {openPage} from "./page.js";

export function open() {
  const page = openPage("training/toy");
  const {trainer} = page.about;
  const here = () => location.hash.slice(1);
  try {
    page.root.replaceChildren();
    const toy = mountToy(page.root, {
      link: here(), images: "training/", makeTrainer: () => new Worker(new URL(trainer, document.baseURI)),
      changed: (link) => rewriteAddress(`${location.pathname}${location.search}${link && `#${link}`}`),
    });
    addEventListener("hashchange", () => toy.show(here()));
    page.onTheme(() => toy.retheme());
    page.keep([trainer]);
    /** @type {any} */ (globalThis).__latentToy = toy;
  } catch (error) {
    showFailure(page.root, error);
  }
}
