// @ts-check
// The codes of one model in its latent space, with whatever layers are on.

import {contextOf, make, setText} from "../base/dom.js";
import {NOTHING} from "./backdrop.js";
import {SETTLED, sameView} from "./finder.js";
import {mapKey} from "./key.js";
import {createPictures} from "./pictures.js";
import {paintPoints, paintTraining, sightTexts, tintOf} from "./points.js";
import {createRest, paintMoved, paintRest} from "./rest.js";
import {sameItems} from "../base/same_items.js";
import {SLIDES, slideSheet, TOP} from "./sheet.js";
import {createSquare} from "./square.js";

/** @typedef {import("../explore/explorer.js").App} App */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("./painter.js").Scene} Scene */

const BESIDE_A_UNIT = 0.22; // opacity of the codes
const SHARPEST = 3; // pixels of a picture for one of the page
const ONE_SCALE = "Both maps on one scale";

/** @param {App} app @param {ExplorerModel} model @param {ReturnType<typeof import("./backdrop.js").createBackdrop>} backdrop @param {ReturnType<typeof import("./painter.js").createPainter>} painter
 * @param {(event: Event) => void} onfocus */
export function createLatentMap(app, model, backdrop, painter, onfocus) {
  const square = createSquare("lx-map-base", {
    "aria-roledescription": "latent map", "data-testid": `latent-map-${model.id}`,
    "aria-label": `Latent map of the ${model.title}. Arrow keys move the point that is decoded; Shift is coarse, Alt is fine, 0 is the origin, R a random point, plus and minus zoom.`,
    onfocus,
  });
  const outside = make("span", {class: "lx-out"});
  square.element.append(outside, make("span", {class: "lx-axis", "aria-hidden": "true"}, model.axes[1]));
  const pictures = createPictures(app, model);
  const rest = model.bundle.rest && createRest(model, app.invalidate);
  const cached = contextOf(make("canvas"));
  /** @type {View|null} where the cached points were painted for */
  let cachedView = null;
  /** What they were painted from. @type {unknown[]} */
  let cachedKey = [];
  let lastViewChange = 0;
  /** @type {View|null} */
  let lastView = null;

  /** Points are painted once for a view; while the view is on the move their picture is moved instead. @param {Scene} scene */
  function refreshPoints({state, view, theme, painted, worth, marks}) {
    const {ratio} = square.room();
    const key = [painted, worth, state.layers, state.classes, state.focus, state.lit, marks, theme, ratio];
    const same = sameItems(key, cachedKey);
    const moves = performance.now() - lastViewChange < SETTLED;
    if (!moves && painted === model) rest?.refresh({context: cached, view, ratio, theme, state, marks, model}, worth === null);
    if (same && cachedView && (sameView(cachedView, view) || moves)) return;
    cached.setTransform(1, 0, 0, 1, 0, 0);
    cached.clearRect(0, 0, cached.canvas.width, cached.canvas.height);
    cached.setTransform(ratio, 0, 0, ratio, 0, 0);
    const layer = {context: cached, view, ratio, theme, state, marks, model: painted, tint: tintOf(painted.bundle, worth, theme)};
    if (state.layers.training && painted === model) paintTraining(layer);
    paintPoints(layer);
    [cachedKey, cachedView] = [key, view];
  }

  /** The picture of the points, wherever it belongs by now; codes on their way leave the rest behind. @param {CanvasRenderingContext2D} context @param {View} view @param {ExplorerModel} painted */
  function paintCached(context, view, painted) {
    const {ratio} = square.room();
    if (painted === model) rest?.paint(context, view, ratio);
    if (cachedView) paintMoved(context, cached.canvas, cachedView, view, ratio);
  }

  /** @param {View} inSight @param {number} textSize @param {ExplorerModel} painted @param {import("./key.js").Besides} [besides] */
  function keyOf(inSight, textSize, painted, besides) {
    const ruler = contextOf(make("canvas"));
    ruler.font = `${textSize}px ${app.theme.font}`;
    return mapKey(painted, app.store.state, inSight, textSize, (text) => ruler.measureText(text).width, besides);
  }

  /** What is on screen: as it stands there, sharper than the screen needs it, or as a slide. @param {import("./sheet.js").Shape} shape @param {View} view @param {ExplorerModel} painted
   * @param {import("./sheet.js").Together|null} together @param {(view: View) => readonly number[]} pictured @param {Scene["worth"]} worth @returns {import("./sheet.js").Sheet} */
  function sheetOf(shape, view, painted, together, pictured, worth) {
    const keyIn = (/** @type {View} */ inSight, /** @type {number} */ textSize) =>
      keyOf(inSight, textSize, painted, {remark: together ? ONE_SCALE : "", pictured: pictured(inSight), worth});
    if (shape !== "screen") return slideSheet(shape, view, keyIn, together);
    const {left, bottom, width, size} = square.room();
    const key = keyIn(view, size);
    return {width: left + width + TOP, height: TOP + view.height + bottom + key.height, ratio: SHARPEST, size, left, bottom, view, key};
  }

  return {
    square,
    /** The pictures in sight; none while the codes are on their way. @param {State} state @param {View} view @param {ExplorerModel} painted */
    pictures: (state, view, painted) => (painted === model ? pictures.inSight(view, square.room().ratio, state) : null),
    /** The image whose picture a point of the map lies on, or null. @param {import("../state/state.js").Latent} z @param {View} view */
    pictureAt: (z, view) => pictures.at(z, view),
    /** @param {import("./square.js").Room} room */
    fit(room) {
      square.fit(room);
      Object.assign(cached.canvas, {width: Math.ceil(room.width * room.ratio), height: Math.ceil(room.height * room.ratio)});
      cachedView = null;
    },
    /** @param {Scene} scene */
    render(scene) {
      const {state, view, theme, painted, worth} = scene;
      if (!lastView || !sameView(lastView, view)) [lastView, lastViewChange] = [view, lastView ? performance.now() : 0];
      if (painted === model) backdrop.request(state, view);
      refreshPoints(scene);
      const key = [cachedView, cachedKey, rest?.version(), scene.pictures, view.scale, view.cx, view.cy, state.spacing, state.manifoldSize, backdrop.version()];
      square.paint(0, key, (context) => {
        const taken = painter.below(context, scene, () => backdrop.paint(context, view, scene.shown, theme), () => {
          // Under all the codes a unit's activation could not be seen.
          context.globalAlpha = scene.shown.field?.name === "unit" ? BESIDE_A_UNIT : 1;
          paintCached(context, view, painted);
          context.globalAlpha = 1;
          if (scene.pictures) pictures.paint({context, view, ratio: square.room().ratio, theme, state, model, tint: tintOf(model.bundle, worth, theme)}, scene.pictures);
        });
        square.element.style.setProperty("--lx-taken", `${taken}px`);
        setText(outside, sightTexts(painted, view, state, scene.pictures?.indices).join("\n"));
      });
    },
    keyHeight: (/** @type {View} */ view, /** @type {number} */ size, /** @type {ExplorerModel} */ painted) => keyOf(view, size, painted, {remark: ONE_SCALE}).height,
    /** The map as it can be saved, once all of its layers are worked out for the shape; null where other layers were asked for in the meantime.
     * @param {import("./sheet.js").Shape} shape @param {Omit<Scene, "size"|"shown"|"pictures">} scene as it is on screen @param {import("./sheet.js").Together|null} together @returns {Promise<import("./picture.js").MapPicture|null>} */
    async picture(shape, {state, theme, painted, worth, marks, view: inSight}, together) {
      const rests = painted === model;
      const pixels = shape === "screen" ? SHARPEST : SLIDES[shape].ratio;
      const picturesIn = (/** @type {View} */ view) => (rests ? pictures.find(view, pixels, state) : null);
      const sheet = sheetOf(shape, inSight, painted, together, (view) => picturesIn(view)?.indices ?? [], worth);
      const {view} = sheet;
      const shown = rests ? await backdrop.whole(state, view) : NOTHING;
      if (!shown) return null;
      const [training, others, pictured] = [rests && state.layers.training, rests && rest, picturesIn(view)];
      return {
        sheet, painter,
        scene: {state, view, theme, size: sheet.size, painted, marks, shown, worth, pictures: pictured},
        paintPictures: pictured?.indices.length ? (context) => pictures.paint({context, view, ratio: sheet.ratio, theme, state, model, tint: tintOf(model.bundle, worth, theme)}, pictured) : null,
        paintShaded: shown.manifold || shown.field || training || others ? (context) => {
          const layer = {context, view, ratio: sheet.ratio, theme, state, marks, model};
          backdrop.paint(context, view, shown, theme);
          if (training) paintTraining(layer);
          if (others) paintRest(layer, worth === null);
        } : null,
      };
    },
  };
}
