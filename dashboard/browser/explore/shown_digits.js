// @ts-check
// The digit beside each map: by which model it was decoded, and where.

/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").Latent} Latent */

/** @param {ExplorerModel[]} models @param {Latent[]} z where they begin */
export function createShownDigits(models, z) {
  const by = models.slice();
  const places = z.slice();
  const pictures = models.map((model) => model.decode(z[model.place]));
  const networks = models.map((model) => model.network);
  return {
    by, places, pictures,
    /** Decodes what is another than before; a picture stays the same array as long as it is the same. @param {State} state
     * @param {import("./shelf.js").Glide|null} glide what the first map shows between two rungs of the ladder */
    follow(state, glide) {
      models.forEach((standing, i) => {
        const model = glide && i === 0 ? glide.nearest : standing;
        const there = latentShown(state, model);
        const here = places[i];
        if (by[i] === model && networks[i] === model.network && here[0] === there[0] && here[1] === there[1]) return;
        [by[i], networks[i], places[i], pictures[i]] = [model, model.network, there, model.decode(there)];
      });
    },
  };
}

/** The latent whose picture is on screen: while inspecting, that of the image under the pointer. @param {State} state @param {ExplorerModel} model */
function latentShown(state, model) {
  return state.mode === "inspect" && state.hovered !== null ? model.codeOf(state.hovered) : state.z[model.place];
}
