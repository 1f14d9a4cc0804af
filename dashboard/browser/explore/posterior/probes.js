// @ts-check
// The exact posteriors of a page: one probe for each of its VAEs, and which of them is under the lens. Their q are refined together.

import {hasPosterior} from "../../model/plane.js";
import {createPosteriorProbe} from "./probe.js";

/** @typedef {import("../explorer.js").App} App */
/** @typedef {import("./probe.js").PosteriorProbe} PosteriorProbe */
/** @typedef {import("../../model/explorer_model.js").ExplorerModel} ExplorerModel */

/** @param {App} app */
export function createPosteriors(app) {
  const {models, store} = app;
  const probes = models.filter(({bundle}) => hasPosterior(bundle)).map((model) => createPosteriorProbe(app, model));

  /** @param {ExplorerModel} model @returns {PosteriorProbe|null} null of an autoencoder */
  const of = (model) => probes.find((probe) => probe.model === model) ?? null;
  /** That of the VAE that was chosen for the lens, else of the first. @returns {PosteriorProbe|null} null on a page without a VAE */
  const underLens = () => probes.find(({model}) => model.place === store.state.lens) ?? probes[0] ?? null;

  return {
    probes, of, underLens,
    /** Whose image is marked on the map of a model: on that of an autoencoder the VAE's. @param {ExplorerModel} model */
    told: (model) => of(model) ?? underLens(),
    /** @param {import("../../state/state.js").State} state */
    request(state) {
      for (const probe of probes) probe.request(state);
    },
    advance() {
      for (const probe of probes) probe.advance();
    },
    /** Moves every q from the encoder's answer to the best Gaussian; a second call takes them back. */
    refine() {
      const {refined} = store.state;
      if (!probes.some((probe) => probe.isReady())) return;
      store.dispatch({type: "set", values: {refined: !refined, noise: 0}});
      if (refined) for (const probe of probes) probe.putBack();
      app.commit();
    },
  };
}
