// @ts-check
// log p(x) = ELBO + gap in numbers: a line of one VAE, a table of two, in which one chooses whose posterior is under the lens.

import {actionButton, make, setText} from "../base/dom.js";
import {apart, signedNumber} from "../words/numbers.js";
import {imageName} from "../words/splits.js";
import {marked, setMarked} from "../words/terms.js";

/** @typedef {import("./explorer.js").App} App */
/** @typedef {import("./posterior/probe.js").PosteriorProbe} PosteriorProbe */
/** @typedef {import("../state/state.js").State} State */

/** @param {App} app @returns {{element: HTMLElement, render: (state: State) => void}} */
export function createSums(app) {
  const {probes} = app.posteriors;
  return probes.length > 1 ? createTable(app, probes) : createLine(app, probes[0]);
}

/** log p(x), the ELBO and the gap between the two as they are printed; null until they are known. @param {PosteriorProbe} probe */
function printed(probe) {
  const {exact, q} = probe.truth() ?? {};
  return exact && q ? [exact.logPx, q.elbo, apart(exact.logPx, q.elbo)].map((value) => signedNumber(value)) : null;
}

/** @param {App} app @param {PosteriorProbe} probe */
function createLine(app, probe) {
  // It may stand below the caption of the other model.
  const element = make("p", {class: "lx-identity-sum", "data-testid": "identity", ...(app.models.length > 1 && {"data-of": probe.model.short})});
  return {
    element,
    render() {
      const numbers = printed(probe);
      setMarked(element, numbers ? `log p(x) ${numbers[0]} = ELBO ${numbers[1]} + gap ${numbers[2]}` : "log p(x) = ELBO + gap");
    },
  };
}

/** @param {App} app @param {PosteriorProbe[]} probes */
function createTable(app, probes) {
  const about = make("th", {scope: "col"}, "of image");
  const rows = probes.map((probe) => {
    const {short, place, id} = probe.model;
    const choose = actionButton(short, () => {
      app.store.dispatch({type: "set", values: {lens: place}});
      app.commit();
    }, {class: "lx-choice", "data-testid": `lens-of-${id}`, title: `Show the posterior of ${short}, with its parts as lengths`});
    const cells = ["log_px", "elbo", "gap"].map((name) => make("td", {"data-testid": `${name}-${id}`}));
    const image = make("td", {});
    return {probe, choose, cells, image, element: make("tr", {}, make("th", {scope: "row"}, choose), ...cells, image)};
  });
  const heads = ["log p(x)", "= ELBO", "+ gap"].map((name) => make("th", {scope: "col"}, ...marked(name)));
  return {
    element: make("table", {class: "lx-identity-sum", "data-testid": "identity"},
      make("thead", {}, make("tr", {}, make("td", {}), ...heads, about)), make("tbody", {}, ...rows.map((row) => row.element))),
    /** While one moves, each map is about the image nearest to its own point. @param {State} state */
    render(state) {
      about.hidden = state.mode !== "move";
      for (const {probe, choose, cells, image} of rows) {
        choose.setAttribute("aria-pressed", String(probe === app.posteriors.underLens()));
        const numbers = printed(probe);
        cells.forEach((cell, i) => setText(cell, numbers?.[i] ?? (probe.isWorking() ? "…" : "–")));
        const index = about.hidden ? null : probe.image(state);
        image.hidden = about.hidden;
        setText(image, index === null ? "" : imageName(probe.model.bundle.points.splits, index).replace(" image", ""));
      }
    },
  };
}
