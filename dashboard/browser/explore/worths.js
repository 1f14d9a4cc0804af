// @ts-check
// What the codes are coloured by: the numbers of all images on both maps, with one scale for both. What no record has is worked out
// away from the page when it is first asked for, a part at a time.

import {observeFixed} from "../images/digits.js";
import {worthsOf} from "../model/worths.js";
import {sameItems} from "../base/same_items.js";
import {COLOURINGS, columnIn, ownColumn} from "../state/state.js";
import {scaleOver, shareOf, valueText, whyNoWorth, worthHeading, worthSentence} from "../words/worths.js";

/** @typedef {import("./explorer.js").App} App */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../words/worths.js").WorthName} WorthName */
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
  const imageCount = () => app.images && app.images.length / app.models[0].bundle.points.pixels;

  /** What gives the numbers that the model itself has. @param {WorthName} name @param {ExplorerModel} model */
  const measured = (name, model) => worthsOf(model.bundle.points, /** @type {import("../model/worths.js").WorthName} */ (name), termsOf(model));

  /** @param {WorthName} name @param {ExplorerModel} model @returns {string} why there are no such numbers, or not yet */
  function whyNot(name, model) {
    const lacks = whyNoWorth(model.bundle, name, imageCount());
    if (lacks || columnIn(name) !== null || measured(name, model)) return lacks;
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
      const x = new Float32Array(count * points.pixels);
      for (let i = 0; i < count; i++) x.set(observeFixed(app.images, first + i, points), i * points.pixels);
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
    const columns = models.map(({bundle}) => bundle.points.columns.find((column) => column.name === columnIn(name)) ?? null);
    const values = models.map((model, i) => columns[i]?.values ?? measured(name, model)?.() ?? null);
    const sets = values.flatMap((set, i) => (set && !columns[i]?.words ? [set] : []));
    const whole = name === "modes" || (columnIn(name) !== null && sets.every((set) => Array.from(set).every((value) => Number.isNaN(value) || Number.isInteger(value))));
    const scale = sets.length ? scaleOver(sets, whole) : null;
    return values.map((set, i) => ({
      name, values: set, scale, words: columns[i]?.words ?? null, absent: columns[i]?.absent ?? 0, why: whyNot(name, models[i]),
      shares: set && scale && !columns[i]?.words ? Float32Array.from(set, (value) => shareOf(value, scale)) : null,
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
    /** The columns of one's own data. */
    own: models[0].bundle.points.columns.map(({name}) => ownColumn(name)),
    /** What the colours mean, as a sentence; nothing where they are those of the classes. */
    sentence() {
      const worths = current();
      return worths ? worthSentence(models, worths) : "";
    },
    /** The numbers of an image on the maps, as a sentence. @param {number|null} index */
    spoken(index) {
      const worths = current();
      if (!worths || index === null) return "";
      const [{name}] = worths;
      if (columnIn(name) !== null) return ` ${worthHeading(name)}: ${valueText(worths[0], index)}.`;
      return worths.flatMap((worth, i) => (worth.values && worth.scale ? [` ${models[i].short}: ${worthHeading(name)}, ${valueText(worth, index)}.`] : [])).join("");
    },
  };
}
