// @ts-check
// A training that goes on in a notebook as its film, for anywidget. While a cell runs the kernel hears nothing, so nothing is asked
// of it: it sends instants by itself (dashboard/notebook/training.py), some to keep, others to look at until the next.

import {PlainError} from "../../base/errors.js";
import {mountFilm} from "../../film/film.js";
import {placeIn, takeColours} from "./surroundings.js";

/** @typedef {import("./explore.js").WidgetModel} WidgetModel */
/** @typedef {{step: number, kept: boolean, live: boolean}} Said */

const RUN = "training";

/** One training; what comes before it has a place on show is kept for it. */
export default function notebookFilm() {
  /** @type {Map<number, Uint8Array>} */
  const frames = new Map();
  /** @type {import("../../film/source.js").Latest|null} */
  let latest = null;
  let live = true;
  /** Places that show it. @type {Set<() => void>} */
  const places = new Set();

  /** @param {{model: WidgetModel}} widget */
  function initialize({model}) {
    model.on("msg:custom", (/** @type {Said} */ said, /** @type {DataView[]} */ [view]) => {
      live = said.live;
      if (view) {
        const bytes = new Uint8Array(/** @type {ArrayBuffer} */ (view.buffer), view.byteOffset, view.byteLength);
        if (said.kept) frames.set(said.step, bytes);
        else latest = {bytes, tag: String(said.step)};
      }
      for (const show of places) show();
    });
  }

  /** @param {{model: WidgetModel, el: HTMLElement}} cell @returns {() => void} cleanup */
  function render({model, el}) {
    const root = placeIn(el, model.get("_styles"), "");
    const reel = () => ({run: RUN, title: model.get("title"), kind: model.get("_kind"), steps: [...frames.keys()].sort((a, b) => a - b), latest: latest && Number(latest.tag), live});
    /** @type {import("../../film/source.js").FilmSource} */
    const source = {
      async frame(_, step) {
        const bytes = frames.get(step);
        if (!bytes) throw new PlainError(`There is no instant of step ${step}.`);
        return bytes;
      },
      latest: async (_, tag) => (latest && latest.tag !== tag ? latest : null),
      async cast() {
        const view = model.get("_cast");
        return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      },
      again: false,
    };
    const film = mountFilm(root, {source, reels: [reel()], link: "", report() {}});
    const show = () => film.update([reel()]);
    places.add(show);
    const undress = takeColours(root, film.retheme);
    return () => {
      places.delete(show);
      undress();
      film.destroy();
    };
  }

  return {initialize, render};
}
