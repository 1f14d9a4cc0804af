// @ts-check
// Draws from the prior, the same z through both decoders; and, for a model without a prior, from the Gaussian fitted to its codes.
// Ten are shown, and what is said of each row is counted over many more.

import {createStrip} from "../images/digit_view.js";
import {seededNormal} from "../images/digits.js";
import {drawMany, FAR_DRAWS, lackOf, shareBeyond, STANDARD_NORMAL} from "../images/draws.js";
import {actionButton, make} from "../base/dom.js";
import {explained} from "../base/meanings.js";
import {drawFrom} from "../model/explorer_model.js";
import {shareText} from "../words/captions.js";
import {classesOf, manyOf} from "../words/classes.js";
import {samePlace} from "../base/same_items.js";
import {LARGEST_SEED, SAMPLE_COUNT} from "../state/state.js";

/** @typedef {import("./explorer.js").App} App */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */

/** The draws ε ~ N(0, I) that a seed names. @param {number} seed @returns {Latent[]} */
export function priorDraws(seed) {
  const draw = seededNormal(seed);
  return Array.from({length: SAMPLE_COUNT}, () => draw());
}

/** @param {App} app */
export function createSamplePanel(app) {
  const {store, models} = app;
  const sources = models.flatMap((model) => {
    const kind = model.bundle.kind;
    const plain = {model, fitted: false, text: `${model.short}, ${model.axes[0][0]}\u00a0~\u00a0N(0,\u00a0I)`};
    return kind === "vae" ? [plain] : [plain, {model, fitted: true, text: "AE, its own Gaussian"}];
  });
  const rows = sources.map(({model, fitted, text}) => {
    const strip = createStrip({label: text, count: SAMPLE_COUNT, side: model.bundle.side, testid: `samples-${model.id}${fitted ? "-fitted" : ""}`,
      chosen: (sample) => apply({sample, fitted: model.bundle.kind === "vae" ? store.state.fitted : fitted})});
    return {model, fitted, strip, element: make("div", {class: `lx-row lx-row-wide${fitted ? " lx-row-fitted" : ""}`}, make("span", {class: "lx-row-label"}, text), strip.element)};
  });
  // Typed as text: a browser's own number field drops what is no number without a word.
  const seed = make("input", {type: "text", inputmode: "numeric", maxlength: 40, class: "lx-field", "data-testid": "seed",
    onchange: () => {
      const typed = seed.value.trim();
      if (/^\d{1,10}$/.test(typed) && Number(typed) <= LARGEST_SEED) apply({seed: Number(typed), notice: ""});
      else store.dispatch({type: "set", values: {notice: `“${typed}” is no seed: a seed is a whole number from 0 to ${LARGEST_SEED.toLocaleString("en")}; ${store.state.seed} stays.`}});
      seed.value = String(store.state.seed);
    }});
  const dice = actionButton("⚄ New seed", () => apply({seed: Math.floor(Math.random() * 1e6), sample: 0}), {"data-testid": "dice"});
  const note = make("p", {class: "lx-hint", "data-testid": "sample-note"});
  const element = make("section", {class: "lx-panel", "aria-label": "Samples"},
    make("div", {class: "lx-panel-head"}, make("h3", {}, "Samples"), make("span", {class: "lx-row-note"}, "Choose one to put the cursors on it."), make("span", {class: "lx-actions"}, make("label", {}, "Seed ", seed), dice)),
    make("div", {class: "lx-rows"}, ...rows.map((row) => row.element)), note);
  let shown = "";
  let [drawnSeed, drawn] = [-1, /** @type {Latent[]} */ ([])];

  /** @param {State} state */
  function draws(state) {
    if (state.seed !== drawnSeed) [drawnSeed, drawn] = [state.seed, priorDraws(state.seed)];
    return drawn;
  }

  /** @param {number} place @param {State} state @returns {Latent[]} */
  function latentsOf(place, state) {
    const model = models[place];
    const own = model.bundle.kind === "ae" && state.fitted;
    return draws(state).map((normal) => (own ? drawFrom(model.gaussian, normal) : normal));
  }

  /** Whether a cursor still is where the sample put it. @param {number} place @param {State} state */
  function onSample(place, state) {
    return samePlace(latentsOf(place, state)[state.sample], state.z[place]);
  }

  /** @param {Partial<State>} values */
  function apply(values) {
    const next = {...store.state, ...values};
    store.dispatch({type: "place", z: models.map((model) => latentsOf(model.place, next)[next.sample]), values: {...values, held: true}});
    app.commit();
  }

  return {
    element,
    enter: () => apply({}),
    /** @param {number} place */
    latents: (place) => latentsOf(place, store.state),
    /** The cursors go to the sample nearest to z. @param {number} place @param {Latent} z */
    chooseNear(place, z) {
      const gaps = latentsOf(place, store.state).map((one) => Math.hypot(one[0] - z[0], one[1] - z[1]));
      apply({sample: gaps.indexOf(Math.min(...gaps))});
    },
    /** @param {State} state */
    render(state) {
      // Asked of the shadow root that a host puts the page into: the document itself names only the host.
      if (/** @type {ShadowRoot|Document} */ (seed.getRootNode()).activeElement !== seed) seed.value = String(state.seed);
      for (const row of rows) row.strip.mark((row.model.bundle.kind === "vae" || row.fitted === state.fitted) && onSample(row.model.place, state) ? state.sample : null);
      const key = `${state.seed} ${app.theme.dark} ${models.some(({bundle}) => bundle.awaited)}`;
      if (key !== shown) {
        shown = key;
        for (const {model, fitted, strip} of rows) {
          const z = draws(state).map((normal) => (fitted ? drawFrom(model.gaussian, normal) : normal));
          strip.show(model.network.decodeMany(Float32Array.from(z.flat())), app.theme);
        }
        note.replaceChildren(...explained(sampleNote(sources, state.seed)));
      }
    },
  };
}

/** What many draws of a seed show, row by row, and what the rows lack by far. @param {readonly {model: ExplorerModel, fitted: boolean, text: string}[]} rows @param {number} seed
 * @returns {import("../base/meanings.js").Piece[]} */
export function sampleNote(rows, seed) {
  const told = rows.map(({model, fitted, text}) => {
    const z = drawMany(fitted ? model.gaussian : STANDARD_NORMAL, FAR_DRAWS, seed);
    const {labels} = model.bundle.points;
    return {model, text, far: shareBeyond(z, model.trained, model.usual), lack: lackOf(z, model.index, labels, classesOf(model.bundle).length)};
  });
  const far = told.flatMap(({model, text, far: share}, i) => [
    {text: `${i ? "; " : ""}${text}: `, means: ""},
    {text: shareText(share), means: `Farther than usual: no training code within ${model.usual.toPrecision(2)} ${model.units}, as the z of 95 of 100 test images have one (a VAE's drawn from q). Crossed out on the map.`}]);
  const lacking = told.filter(({lack: {drawn, usual}}) => drawn < usual / 2).flatMap(({model, text, lack}) => {
    const names = classesOf(model.bundle);
    const few = lack.labels.map((label) => manyOf(names, label)).join(" and ");
    return [{text: ` ${text} seldom gives ${few}: `, means: ""}, {text: shareText(lack.drawn), means: `Of the draws; the code nearest to such a draw is of ${few}.`}, {text: `, and ${shareText(lack.usual)} of the images are such.`, means: ""}];
  });
  const cut = rows.find(({model, fitted}) => model.bundle.plane && model.bundle.kind === "vae" && !fitted)?.model.bundle.plane;
  const onPlane = cut ? ` On the plane w ~ N(0, I) is the prior cut by it; a draw of the whole prior has ${cut.of} numbers.` : "";
  return [{text: `Share of ${FAR_DRAWS.toLocaleString("en")} draws that lie far from every training code: `, means: ""}, ...far,
    {text: ".", means: ""}, ...lacking, {text: onPlane, means: ""}];
}
