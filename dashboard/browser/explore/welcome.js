// @ts-check
// For whoever is here for the first time: what the page shows, and where to begin. Once closed it stays away from this device.

import {make, setText} from "../base/dom.js";

const CLOSED_KEY = "latent-explorer-welcome-closed";
/** @type {Record<"vae"|"ae", string>} */
const NAMES = {vae: "a variational autoencoder (VAE)", ae: "a plain autoencoder (AE)"};

/** @param {{kind: "vae"|"ae", plane: import("../model/bundle.js").Plane|null}} bundle */
const nameOf = ({kind, plane}) => NAMES[kind] + (plane ? ` of ${plane.of} dimensions, on a plane through them,` : "");

/** @param {Parameters<typeof nameOf>[0][]} bundles of the models on show @param {string} [lesson] the address of the first lesson, where there are lessons @param {string} [more] a sentence */
export function createWelcome(bundles, lesson, more) {
  const names = bundles.map(nameOf);
  const asked = new URLSearchParams(location.search);
  let closed = wasClosed() || asked.has("task") || asked.has("embed"); // who comes with a task knows the page, and a slide says what it is
  const close = make("button", {type: "button", class: "lx-close", "aria-label": "Close this introduction", "data-testid": "welcome-close", onclick() {
    closed = element.hidden = true;
    remember();
  }}, "✕");
  const mark = make("span", {});
  const element = make("aside", {class: "lx-welcome", "data-testid": "welcome", "aria-label": "What this page is"},
    make("p", {}, `You see the latent space of ${names.map((name, i) => (names.indexOf(name) < i ? "another" : name)).join(" beside that of ")}: each `, mark, " is an image, and every point you move over decodes to one. ",
      ...(lesson ? ["New here? ", make("a", {href: lesson, target: "_self"}, "Start with the first step of Learn"), "."] : []), ...(more ? [more] : [])), close);
  return {
    element,
    /** Shown where there is room for it. @param {import("../state/state.js").State} state */
    render({mode, layers}) {
      element.hidden = closed || mode !== "move" || layers.posterior;
      setText(mark, layers.glyphs ? "mark or dot" : "dot");
    },
  };
}

function wasClosed() {
  try {
    return localStorage.getItem(CLOSED_KEY) !== null;
  } catch {
    return false; // a browser may forbid its storage
  }
}

function remember() {
  try {
    localStorage.setItem(CLOSED_KEY, "1");
  } catch {
    // then it comes again
  }
}
