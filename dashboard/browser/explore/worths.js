// @ts-check
// What the codes are coloured by: the numbers of all images on both maps, with one scale for both. What no record has is worked out
// away from the page when it is first asked for, a part at a time.

import {observeFixed} from "../images/digits.js";
import {PIXELS} from "../model/bundle.js";
import {worthsOf} from "../model/worths.js";
import {sameItems} from "../base/same_items.js";
import {COLOURINGS} from "../state/state.js";
import {scaleOver, shareOf, whyNoWorth, worthHeading, worthSentence, worthText} from "../words/worths.js";

/** @typedef {import("./explorer.js").App} App */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../model/worths.js").WorthName} WorthName */
/** @typedef {import("../words/worths.js").Worth} Worth */
/** @typedef {{nll: Float32Array, done: number}} Work reconstruction terms, of which so many are worked out */

const PART = 250; // images that are asked for in one go
/** Other pages of the same models go on where one left off. @type {WeakMap<object, Work>} */
const works = new WeakMap();

/** @param {App} app */
export function createWorths(app) {
  const {models} = app;
  /** The models whose terms this page is working out. @type {Set<ExplorerModel>} */
  const busy = new Set();
  /** @type {{key: unknown[], worths: Worth[]|null}} */
  let last = {key: [], worths: null};

  /** @param {ExplorerModel} model */
  const workOf = ({bundle}) => works.get(bundle) ?? null;
  /** @param {ExplorerModel} model */
  const termsOf = (model) => {
    const work = workOf(model);
    return work && work.done === work.nll.length ? work.nll : null;
  };
  const imageCount = () => app.images && app.images.length / PIXELS;

  /** @param {WorthName} name @param {ExplorerModel} model @returns {string} why there are no such numbers, or not yet */
  function whyNot(name, model) {
    const lacks = whyNoWorth(model.bundle, name, imageCount());
    if (lacks || worthsOf(model.bundle.points, name, termsOf(model))) return lacks;
    const work = workOf(model);
    return app.images ? `${Math.floor(100 * (work?.done ?? 0) / model.bundle.points.count)} % worked out` : "Waiting for the images";
  }

  /** Works out the reconstruction terms of a model from where it was left. @param {ExplorerModel} model */
  async function workOut(model) {
    const {bundle, place} = model;
    const {points} = bundle;
    if (busy.has(model) || !app.images) return;
    busy.add(model);
    const work = workOf(model) ?? {nll: new Float32Array(points.count), done: 0};
    works.set(bundle, work);
    while (work.done < points.count) {
      const first = work.done;
      const count = Math.min(PART, points.count - first);
      const x = new Float32Array(count * PIXELS);
      for (let i = 0; i < count; i++) x.set(observeFixed(app.images, first + i, points), i * PIXELS);
      const terms = await app.batches[place].reconstructions(first, x).catch(() => null);
      if (!terms) break; // another page goes on, or the model has left this one
      work.nll.set(terms, first);
      work.done = first + count;
      app.invalidate();
    }
    busy.delete(model);
  }

  /** What each map's codes are coloured by; null: their classes. @returns {Worth[]|null} */
  function current() {
    const {colour} = app.store.state;
    const key = [colour, ...models.flatMap((model) => (colour === "class" ? [] : [whyNot(colour, model)]))];
    if (sameItems(key, last.key)) return last.worths;
    last = {key, worths: colour === "class" ? null : worthsBy(colour)};
    return last.worths;
  }

  /** @param {WorthName} name @returns {Worth[]} */
  function worthsBy(name) {
    const values = models.map((model) => worthsOf(model.bundle.points, name, termsOf(model))?.() ?? null);
    const sets = values.flatMap((set) => (set ? [set] : []));
    const scale = sets.length ? scaleOver(sets, name === "modes") : null;
    return values.map((set, i) => ({
      name, values: set, scale, why: whyNot(name, models[i]),
      shares: set && scale ? Float32Array.from(set, (value) => shareOf(value, scale)) : null,
    }));
  }

  return {
    current,
    /** Starts what the colours lack. @param {import("../state/state.js").State} state */
    request({colour}) {
      if (colour !== "elbo" && colour !== "nll") return;
      for (const model of models) if (!whyNoWorth(model.bundle, colour, imageCount()) && whyNot(colour, model)) workOut(model);
    },
    /** Why nothing can be coloured by it, or nothing where at least one map can. @param {WorthName} name */
    whyNone(name) {
      const reasons = models.map((model) => whyNoWorth(model.bundle, name, imageCount()));
      return reasons.every(Boolean) ? [...new Set(reasons)].join("; ") : "";
    },
    names: /** @type {WorthName[]} */ (COLOURINGS.filter((name) => name !== "class")),
    /** What the colours mean, as a sentence; nothing where they are those of the classes. */
    sentence() {
      const worths = current();
      return worths ? worthSentence(models, worths) : "";
    },
    /** The numbers of an image on the maps, as a sentence. @param {number|null} index */
    spoken(index) {
      const worths = current();
      if (!worths || index === null) return "";
      return worths.flatMap(({values, scale, name}, i) => (values && scale ? [` ${models[i].short}: ${worthHeading(name)}, ${worthText(values[index], scale)}.`] : [])).join("");
    },
  };
}
