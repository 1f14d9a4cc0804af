// @ts-check
// The codes of one model in its latent space, with whatever layers are on.

import {contextOf, make, setText} from "../base/dom.js";
import {NOTHING} from "./backdrop.js";
import {SETTLED, sameView} from "./finder.js";
import {mapKey} from "./key.js";
import {paintPoints, paintTraining, unseenText} from "./points.js";
import {sameItems} from "../base/same_items.js";
import {slideSheet, TOP} from "./sheet.js";
import {createSquare} from "./square.js";

/** @typedef {import("../explore/explorer.js").App} App */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("./painter.js").Scene} Scene */

const BESIDE_A_UNIT = 0.22; // opacity of the codes
const SHARPEST = 3; // pixels of a picture for one of the page

/** @param {App} app @param {ExplorerModel} model @param {ReturnType<typeof import("./backdrop.js").createBackdrop>} backdrop @param {ReturnType<typeof import("./painter.js").createPainter>} painter
 * @param {(event: Event) => void} onfocus */
export function createLatentMap(app, model, backdrop, painter, onfocus) {
  const square = createSquare("lx-map-base", {
    "aria-roledescription": "latent map", "data-testid": `latent-map-${model.id}`,
    "aria-label": `Latent map of the ${model.title}. Arrow keys move the point that is decoded; Shift is coarse, Alt is fine, 0 is the origin, R a random point, plus and minus zoom.`,
    onfocus,
  });
  const outside = make("span", {class: "lx-out"});
  square.element.append(outside, make("span", {class: "lx-axis", "aria-hidden": "true"}, "z₂"));
  const cached = contextOf(make("canvas"));
  /** @type {View|null} where the cached points were painted for */
  let cachedView = null;
  /** What they were painted from. @type {unknown[]} */
  let cachedKey = [];
  let lastViewChange = 0;
  /** @type {View|null} */
  let lastView = null;

  /** Points are painted once for a view; while the view is on the move their picture is moved instead. @param {Scene} scene */
  function refreshPoints({state, view, theme, painted}) {
    const {ratio} = square.room();
    const key = [painted, state.layers, state.classes, state.focus, theme, ratio];
    const same = sameItems(key, cachedKey);
    if (same && cachedView && (sameView(cachedView, view) || performance.now() - lastViewChange < SETTLED)) return;
    cached.setTransform(1, 0, 0, 1, 0, 0);
    cached.clearRect(0, 0, cached.canvas.width, cached.canvas.height);
    cached.setTransform(ratio, 0, 0, ratio, 0, 0);
    const layer = {context: cached, view, ratio, theme, state, model: painted};
    if (state.layers.training && painted === model) paintTraining(layer);
    paintPoints(layer);
    [cachedKey, cachedView] = [key, view];
  }

  /** The picture of the points, wherever it belongs by now. @param {CanvasRenderingContext2D} context @param {View} view */
  function paintCached(context, view) {
    if (!cachedView) return;
    const {ratio} = square.room();
    const zoom = view.scale / cachedView.scale;
    const x = view.width / 2 + (cachedView.cx - view.cx) * view.scale - zoom * cachedView.width / 2;
    const y = view.height / 2 - (cachedView.cy - view.cy) * view.scale - zoom * cachedView.height / 2;
    context.drawImage(cached.canvas, x, y, cached.canvas.width / ratio * zoom, cached.canvas.height / ratio * zoom);
  }

  /** What is on screen: as it stands there, sharper than the screen needs it, or as a slide. @param {import("./sheet.js").Shape} shape @param {View} view @param {ExplorerModel} painted
   * @returns {import("./sheet.js").Sheet} */
  function sheetOf(shape, view, painted) {
    const ruler = contextOf(make("canvas"));
    const keyOf = (/** @type {View} */ inSight, /** @type {number} */ textSize) => {
      ruler.font = `${textSize}px ${app.theme.font}`;
      return mapKey(painted, app.store.state, inSight, textSize, (text) => ruler.measureText(text).width);
    };
    if (shape !== "screen") return slideSheet(shape, view, keyOf);
    const {left, bottom, width, size} = square.room();
    const key = keyOf(view, size);
    return {width: left + width + TOP, height: TOP + view.height + bottom + key.height, ratio: SHARPEST, size, left, bottom, view, key};
  }

  return {
    square,
    /** @param {import("./square.js").Room} room */
    fit(room) {
      square.fit(room);
      Object.assign(cached.canvas, {width: Math.ceil(room.width * room.ratio), height: Math.ceil(room.height * room.ratio)});
      cachedView = null;
    },
    /** @param {Scene} scene */
    render(scene) {
      const {state, view, theme, painted} = scene;
      if (!lastView || !sameView(lastView, view)) [lastView, lastViewChange] = [view, lastView ? performance.now() : 0];
      if (painted === model) backdrop.request(state, view);
      refreshPoints(scene);
      const key = [cachedView, cachedKey, view.scale, view.cx, view.cy, state.spacing, state.manifoldSize, backdrop.version()];
      square.paint(0, key, (context) => {
        square.element.classList.toggle("lx-shaded", scene.shown.field !== null);
        painter.below(context, scene, () => backdrop.paint(context, view, scene.shown, theme), () => {
          // Under all the codes a unit's activation could not be seen.
          context.globalAlpha = scene.shown.field?.name === "unit" ? BESIDE_A_UNIT : 1;
          paintCached(context, view);
          context.globalAlpha = 1;
        });
        setText(outside, unseenText(painted, view, state));
      });
    },
    /** The map as it can be saved, once all of its layers are worked out for the shape; null where other layers were asked for in the meantime.
     * @param {import("./sheet.js").Shape} shape @param {Omit<Scene, "size"|"shown">} scene as it is on screen @returns {Promise<import("./picture.js").MapPicture|null>} */
    async picture(shape, {state, theme, painted, view: inSight}) {
      const [sheet, rests] = [sheetOf(shape, inSight, painted), painted === model];
      const {view} = sheet;
      const shown = rests ? await backdrop.whole(state, view) : NOTHING;
      if (!shown) return null;
      const training = rests && state.layers.training;
      return {
        sheet, painter,
        scene: {state, view, theme, size: sheet.size, painted, shown},
        paintShaded: shown.manifold || shown.field || training ? (context) => {
          backdrop.paint(context, view, shown, theme);
          if (training) paintTraining({context, view, ratio: sheet.ratio, theme, state, model});
        } : null,
      };
    },
  };
}
