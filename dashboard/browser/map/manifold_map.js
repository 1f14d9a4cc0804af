// @ts-check
// The decoded manifold of one model: at every place of the same part of its latent space the image that is decoded there.

import {paintAxes} from "./marks.js";
import {sameItems} from "../base/same_items.js";
import {createMosaic} from "./mosaic.js";
import {createSquare} from "./square.js";
import {tilesOver} from "./layout/tiles.js";
import {within} from "./painter.js";

/** @typedef {import("../explore/explorer.js").App} App */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */

/** @param {App} app @param {ExplorerModel} model @param {(event: Event) => void} onfocus */
export function createManifoldMap(app, model, onfocus) {
  const square = createSquare("lx-manifold-base", {
    "aria-roledescription": "decoded manifold", "data-testid": `manifold-${model.id}`,
    "aria-label": `Decoded manifold of the ${model.title}: the image at every place of the latent map. The same keys as on the map.`,
    onfocus,
  });
  const {place} = model;
  const mosaic = createMosaic(app, model);
  /** @type {unknown[]} */
  let drawn = [];
  let version = 0;
  return {
    square,
    fit: square.fit,
    /** @param {import("./painter.js").Scene} scene @param {import("../state/state.js").View} whole all of the map */
    render({state, view, theme, size, painted}, whole) {
      const {manifoldSize, spacing, dimmed} = state;
      // Between two rungs no model rests that could be decoded; the tiles of the last one stay, faded by the page.
      if (painted === model) mosaic.request(tilesOver(view, whole, manifoldSize, spacing));
      const look = [view.scale, view.cx, view.cy, manifoldSize, spacing, dimmed, theme];
      // Tiles that have come may wait for a frame with room for them; a move may not.
      if (!sameItems(look, drawn) || (mosaic.version() !== version && app.turns.take(place, mosaic.tiles()))) [drawn, version] = [look, mosaic.version()];
      square.paint(0, [...look, version], (context) => {
        within(context, view, () => mosaic.paint(context, view, theme, dimmed));
        context.strokeStyle = theme.line;
        context.lineWidth = 1;
        context.strokeRect(-0.5, -0.5, view.width + 1, view.height + 1);
        paintAxes(context, view, theme, size, `decoded at every ${model.axes[0][0]}`, square.room().left);
      });
    },
  };
}
