// @ts-check
// Where x comes from: the chosen image, a drawing, or the decoded image itself; with a pad, since one may draw at any time.

import {actionButton, contextOf, make, setText, setUnable} from "../../base/dom.js";
import {sameItems} from "../../base/same_items.js";
import {classesOf, oneOf} from "../../words/classes.js";
import {imageName} from "../../words/splits.js";
import {paintGrey} from "../draw/drawing.js";
import {decodedWords} from "./words.js";

/** @typedef {import("../explorer.js").App} App */
/** @typedef {import("../../state/state.js").State} State */

/** @param {App} app */
export function createSource(app) {
  const {store} = app;
  const {points} = app.models[0].bundle;
  const pad = make("canvas", {class: "lx-pad", role: "img", "aria-label": "Pad for x: draw with mouse, pen or finger", "data-testid": "network-pad"});
  const context = contextOf(pad);
  app.draw.listen(pad);
  const text = make("p", {class: "lxn-source-text", "data-testid": "network-source"});
  const elsewhere = make("p", {class: "lxn-source-text", "data-testid": "network-moved"});
  const clear = actionButton("Clear", () => {
    store.dispatch({type: "draw", drawing: {strokes: [], upload: null}});
    store.dispatch({type: "set", values: {selected: null, inked: "", noise: 0}});
    app.draw.look();
    app.commit();
  }, {"data-testid": "network-clear", class: "lx-button lxn-small", title: "No image and no drawing: x is what the decoder makes of z"});
  /** @type {unknown[]} */
  let shown = [];
  let side = 0;

  return {
    element: make("div", {class: "lxn-source", role: "group", "aria-label": "Where x comes from"}, make("h3", {}, "x"), pad, text, elsewhere, clear),
    /** There is more or less room; asked for in every frame, the browser would lay out the page in every frame. */
    resize: () => (side = 0),
    /** @param {State} state @param {"image"|"drawing"|"decoded"} kind @param {string[]} moved the models whose z is no longer what came of x */
    render(state, kind, moved) {
      setUnable(clear, kind === "decoded" ? "Nothing is chosen or drawn." : "");
      const index = state.selected ?? 0;
      setText(text, {image: `${imageName(points.splits, index)}, ${oneOf(classesOf(app.models[0].bundle), points.labels[index])}`, drawing: "your drawing", decoded: `is ${decodedWords(app.models[0].bundle.header.config).symbol} itself until you choose an image or draw`}[kind]);
      setText(elsewhere, moved.length && kind !== "decoded" ? `${moved.join(" and ")}: z was moved since, and is decoded where it is now, not where x was encoded` : "");
      if (!side) side = Math.round(pad.clientWidth * devicePixelRatio);
      const key = [kind, index, side, app.draw.version(), app.theme, app.images];
      if (!side || sameItems(key, shown)) return;
      shown = key;
      if (pad.width !== side) pad.width = pad.height = side;
      context.clearRect(0, 0, side, side);
      if (kind === "image" && app.images) paintGrey(context, app.images.subarray(points.pixels * index, points.pixels * (index + 1)), side, app.theme.text);
      else app.draw.paint(context, side, state);
    },
  };
}
