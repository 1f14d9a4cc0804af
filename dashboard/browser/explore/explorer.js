// @ts-check
// The explorer: takes bundles and a place in the page, builds the views, and runs the one loop that redraws them.

import {rewriteAddress} from "../base/address.js";
import {sentenceOf} from "../base/errors.js";
import {spokenCaption} from "../words/captions.js";
import {createDrawPad} from "./draw/pad.js";
import {carriedOver, keptOf, linkedState} from "./first_state.js";
import {createInspector} from "./inspector.js";
import {createMovePanel} from "./move_panel.js";
import {createNetworkPanel} from "./network/panel.js";
import {rememberPad} from "./draw/memory.js";
import {buildPage} from "./page.js";
import {readTheme} from "../base/palette.js";
import {createPosteriors} from "./posterior/probes.js";
import {formatLink} from "../state/property_table.js";
import {onceAtRest} from "../base/rest.js";
import {tellApart} from "../model/explorer_model.js";
import {createSamplePanel} from "./sample_panel.js";
import {createSelectPanel} from "./select/panel.js";
import {createSelection} from "./select/selection.js";
import {createShelf} from "./shelf.js";
import {createShownDigits} from "./shown_digits.js";
import {createStore, initialState, shownImage} from "../state/state.js";
import {clearStats, readStats, recordFrame, recordInput} from "../base/stats.js";
import {createTurns} from "../base/turns.js";
import {createWalk} from "./walk.js";
import {createWorths} from "./worths.js";
import {areMany, classesOf} from "../words/classes.js";

/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {{z: Record<string, [number, number]>, mode: string, held: boolean, selection: number|null, link: string}} Report */
/** @typedef {{z: Latent[], t: number, rung: number|null}} Stop what moves on the way from a state to another; rung: where on the ladder of β, null where its model is none */
/** @typedef {{name: string, title: string, group: string}} Choice a model to choose: title for people, under the heading of its group */
/**
 * @typedef {object} ExplorerOptions
 * @property {(ArrayBuffer|Uint8Array)[]} bundles
 * @property {number[]} [shown] which of them the maps show, one or two; all of them unless said
 * @property {number[]} [ladder] which of them, by ascending β, the first map can glide between
 * @property {(() => Promise<Uint8Array>)[]} [encoders] for each bundle that came without: brings it, once something needs it
 * @property {(Promise<Uint8Array>|undefined)[]} [late] for each bundle that came without: its decoder, until whose arrival it decodes nothing
 * @property {ReturnType<typeof createShelf>} [shelf] the models, where they were made ready before
 * @property {Promise<Uint8Array|null>} [images] n × side² grey pixels; without it the first bundle that has images gives them
 * @property {"auto"|"light"|"dark"} [theme]
 * @property {string} [link] the state to begin with, in the form of a link; otherwise the page's address gives it
 * @property {import("./first_state.js").Kept} [kept] what an earlier page had besides
 * @property {boolean} [anew] the models are others than those the link was made with: samples and walks take their places in them
 * @property {string} [lesson] the address of the first lesson, where there are lessons
 * @property {{share: HTMLElement[], told: string}} [extras] what the host adds to the menu Share, and a sentence that newcomers are told
 * @property {string} [notice] a sentence to begin with
 * @property {Record<string, import("./network/card.js").EngineLine>} [engine] lines of the engine, by what they compute
 * @property {boolean} [apart] the address of the page is not this explorer's: it neither reads nor writes it
 * @property {(report: Report) => void} [onReport] called once after someone let go, never on the way
 * @property {Choice[][]} [choices] for each map the models it could show instead
 * @property {(names: string[], shown: number[]|null) => void} [onChoose] called with the wanted names when someone chose another model; `shown` are
 *   the places of their bundles if the page shows them already
 */
/**
 * @typedef {object} App what views share
 * @property {import("../state/state.js").Store} store
 * @property {ExplorerModel[]} models
 * @property {import("../model/worker.js").BatchDecoder[]} batches
 * @property {Uint8Array|null} images
 * @property {readonly string[]|null} names what the files call the images, where they are one's own
 * @property {() => Promise<unknown>} arrived resolves when the images and what was asked for of the encoders are here, or are known not to come
 * @property {() => boolean} encodes whether every model can encode; where not, it has their encoders brought
 * @property {import("../base/palette.js").Theme} theme
 * @property {ReturnType<typeof createWalk>} walk
 * @property {ReturnType<typeof createSamplePanel>} sample
 * @property {ReturnType<typeof createInspector>} inspector
 * @property {ReturnType<typeof createSelection>} selection
 * @property {ReturnType<typeof createSelectPanel>} select
 * @property {ReturnType<typeof createDrawPad>} draw
 * @property {ReturnType<typeof createMovePanel>} move
 * @property {ReturnType<typeof createNetworkPanel>} network
 * @property {Record<string, import("./network/card.js").EngineLine>} engine lines of the engine, by what they compute
 * @property {ReturnType<typeof createPosteriors>} posteriors the exact ones, of each VAE
 * @property {ReturnType<typeof createWorths>} worths what the codes are coloured by
 * @property {import("./shelf.js").Ladder|null} ladder
 * @property {number} rung of the ladder that the first map shows
 * @property {() => import("./shelf.js").Glide|null} glide what the first map shows while it is between two rungs
 * @property {(position: number) => Partial<State>} glided what changes when the first map glides to a position on the ladder
 * @property {(place: number, low: Latent, high: Latent) => void} frame zoom a map to a part of its space
 * @property {(place: number, shape: import("../map/sheet.js").Shape) => Promise<import("../map/picture.js").MapPicture|null>} mapPicture a map as it can be saved; null where it changed meanwhile
 * @property {(event: Event) => void} touched someone did something: time the answer
 * @property {() => void} commit someone let go: remember, report, and say it
 * @property {() => void} invalidate draw again in the next frame
 * @property {ReturnType<typeof createTurns>} turns of views with many tiles to draw
 * @property {(index: number|undefined) => void} inspect look at one image, in Inspect; nothing where there is none
 * @property {() => void} reset
 * @property {string} [lesson] the address of the first lesson
 * @property {ExplorerOptions["extras"]} extras
 * @property {boolean} apart the address of the page is not this explorer's
 * @property {() => string} link the state, as it follows the # of an address
 * @property {() => Choice[][]} choices
 * @property {(place: number, name: string) => void} choose
 */

const TILES_OF_A_FRAME = 1600; // that are drawn anew

/** @param {HTMLElement|ShadowRoot} root @param {ExplorerOptions} options */
export function mountExplorer(root, options) {
  const shelf = options.shelf ?? createShelf(options.bundles, [...(options.shown ?? options.bundles.keys())], options.ladder ?? [], options.encoders, options.late);
  let stage = mountStage(root, options, shelf, stepTo, null);
  shelf.ladder?.prepare();

  /** Shows another rung of the ladder in the first map, with everything else as it was. @param {number} rung */
  function stepTo(rung) {
    const shadow = /** @type {ShadowRoot|Document} */ (root.getRootNode());
    const focused = shadow.activeElement instanceof HTMLElement ? shadow.activeElement.dataset.testid : undefined;
    const {state} = stage;
    stage.destroy();
    shelf.step(rung);
    stage = mountStage(root, options, shelf, stepTo, state());
    if (focused) /** @type {HTMLElement|null} */ (root.querySelector(`[data-testid="${focused}"]`))?.focus();
  }

  return {
    /** @param {Partial<ExplorerOptions>} changed */
    update(changed) {
      Object.assign(options, changed);
      stage.update(changed);
      const rung = changed.shown && options.ladder ? options.ladder.indexOf(changed.shown[0]) : -1;
      if (rung >= 0 && rung !== shelf.rung()) stepTo(rung);
    },
    /** What the next page may begin with. */
    standing: () => ({link: stage.link(), kept: keptOf(stage.state())}),
    /** Shows the state of a link, with nothing kept of the one before. @param {string} link */
    show: (link) => stage.show(link),
    /** Shows the state of a link, with all that a link does not carry as it is. @param {string} link */
    follow: (link) => stage.follow(link),
    /** Which images are selected, ascending. */
    selected: () => stage.selected(),
    /** Shows a place on the way from one state to another. @param {Stop} stop */
    pass: (stop) => stage.pass(stop),
    destroy() {
      stage.destroy();
      shelf.close();
    },
  };
}

/** The page for the models that are on show. @param {HTMLElement|ShadowRoot} root @param {ExplorerOptions} options @param {ReturnType<typeof createShelf>} shelf
 * @param {(rung: number) => void} stepTo @param {State|null} carried the state of the page that stood here with another rung */
function mountStage(root, options, shelf, stepTo, carried) {
  const models = shelf.models();
  tellApart(models, nameOf);
  const [ladder, rung] = [shelf.ladder, shelf.rung()];
  const marked = areMany(classesOf(models[0].bundle));
  const plain = initialState(models.length, marked);
  const first = carried ? carriedOver(carried, models) : linkedState(options, options.link ?? (options.apart ? "" : location.hash.slice(1)), plain, models);

  let [frame, lastReport, alive] = [0, JSON.stringify(reportOf({...(carried ?? plain), held: first.held})), true];
  /** What is on its way. @type {Set<Promise<void>>} */
  const coming = new Set();
  let encodersAsked = false;
  const resting = onceAtRest(settle);
  const digits = createShownDigits(models, first.z);
  let lastMode = "";
  /** Of the address: Back leads from one mode to the one before, while what is done within one replaces its address. */
  let settledMode = first.mode;
  /** A link says where the cursors are, and entering its mode must not move them. */
  let placed = !carried && !options.anew && first.z !== plain.z;

  const app = /** @type {App} */ ({
    models, apart: options.apart === true, lesson: options.lesson, extras: options.extras, engine: options.engine ?? {}, batches: shelf.decoders(), images: null, names: null, ladder, rung,
    store: createStore(first, invalidate),
    touched: recordInput,
    invalidate, commit, reset,
    turns: createTurns(TILES_OF_A_FRAME, invalidate),
    frame: (place, low, high) => page.maps[place].frame(low, high),
    mapPicture: (place, shape) => page.maps[place].picture(shape, app.theme, null),
    inspect(index) {
      if (index === undefined || index < 0) return;
      app.store.dispatch({type: "mode", mode: "inspect"});
      app.store.dispatch({type: "select", index, z: models.map((model) => model.codeOf(index))});
      commit();
    },
    encodes() {
      const all = models.every((model) => model.network.encodes);
      if (!all && options.encoders && !encodersAsked) {
        encodersAsked = true;
        expectPart(receiveEncoders());
      }
      return all;
    },
    arrived: () => Promise.all(coming),
    choices: () => options.choices ?? [],
    choose(place, name) {
      const names = models.map((model) => (model.place === place ? name : model.bundle.name));
      const wanted = place === 0 && ladder ? ladder.find(name) : -1;
      if (wanted >= 0) stepTo(wanted);
      else app.store.dispatch({type: "set", values: {waiting: `“${options.choices?.[place].find((one) => one.name === name)?.title ?? name}” is on its way …`}});
      resting.begin(); // it would be lost if a report followed at once
      options.onChoose?.(names, wanted >= 0 ? shelf.shown() : null);
    },
    glide() {
      const {glide} = app.store.state;
      return glide === null || !ladder ? null : ladder.at(glide);
    },
    glided(glide) {
      const {mode, selected, noise, z} = app.store.state;
      const codes = mode === "inspect" && selected !== null && noise === 0 && ladder ? ladder.at(glide).codes : null;
      const code = codes && selected !== null ? /** @type {Latent} */ ([codes[2 * selected], codes[2 * selected + 1]]) : null;
      return code ? {glide, z: [code, ...z.slice(1)]} : {glide};
    },
    link: () => formatLink(app.store.state, plain),
  });
  app.posteriors = createPosteriors(app);
  app.walk = createWalk(app);
  app.sample = createSamplePanel(app);
  app.inspector = createInspector(app);
  app.selection = createSelection(app);
  app.select = createSelectPanel(app);
  app.draw = createDrawPad(app);
  app.move = createMovePanel(app);
  app.worths = createWorths(app);
  app.network = createNetworkPanel(app);
  const page = buildPage(app);
  root.append(page.element);

  /** @param {ExplorerModel} model */
  function nameOf({place, bundle: {name}}) {
    return options.choices?.[place]?.find((one) => one.name === name)?.title ?? name;
  }

  function invalidate() {
    if (!frame && alive) frame = requestAnimationFrame(draw);
  }

  function draw() {
    frame = 0;
    const began = performance.now();
    app.turns.begin();
    if (app.store.state.mode !== lastMode) enterMode(app.store.state);
    const {state} = app.store;
    const glide = app.glide();
    if (!glide) app.posteriors.request(state);
    app.worths.request(state);
    app.posteriors.advance();
    digits.follow(state, glide);
    page.render(state, digits.pictures, digits.places, digits.by);
    recordFrame(began);
  }

  /** @param {State} state */
  function enterMode(state) {
    if (lastMode) placed = false;
    if (lastMode === "select") app.selection.cancel();
    lastMode = state.mode;
    if (state.mode === "walk" && !(placed && (state.ends[0] || state.ends[1]))) app.walk.enter();
    if (state.mode === "sample" && !placed) app.sample.enter();
    if (state.mode === "draw") app.draw.enter(placed);
    if (state.mode === "network") app.network.enter();
    commit();
  }

  function commit() {
    app.store.dispatch({type: "commit"});
    resting.begin();
  }

  /** @param {State} state @returns {Report} */
  function reportOf(state) {
    return {z: Object.fromEntries(models.map((model, i) => [model.id, state.z[i]])), mode: state.mode, held: state.held, selection: state.selected, link: formatLink(state, plain)};
  }

  /** Nobody has touched anything for a while: now the address, the host and the screen reader may hear of it. */
  function settle() {
    const {state} = app.store;
    const link = formatLink(state, plain);
    if (!options.apart) {
      if (location.hash.slice(1) !== link) rewriteAddress(link ? `#${link}` : location.pathname + location.search, state.mode !== settledMode);
      settledMode = state.mode;
      rememberPad(link, state);
    }
    page.say(state.mode === "select" ? app.select.spoken() : spokenCaption(models, state.z) + app.worths.spoken(shownImage(state)));
    const report = reportOf(state);
    const text = JSON.stringify(report);
    if (text === lastReport) return;
    lastReport = text;
    options.onReport?.(report);
  }

  function reset() {
    app.store.dispatch({type: "reset", marked});
    commit();
  }

  /** A link that was opened where the page stands already. */
  function followAddress() {
    if (!options.apart) follow(location.hash.slice(1));
  }

  /** @param {string} link */
  function follow(link) {
    show(link, keptOf(app.store.state));
  }

  /** @param {string} link @param {import("./first_state.js").Kept} [kept] */
  function show(link, kept) {
    const state = linkedState({...options, anew: false, kept}, link, plain, models);
    [lastMode, placed, settledMode] = ["", state.z !== plain.z, state.mode];
    app.store.dispatch({type: "set", values: state});
  }

  function retheme() {
    page.setTheme(options.theme ?? "auto");
    app.theme = readTheme(page.element, models[0]?.bundle.header.paper);
    page.resize();
    invalidate();
  }

  const resized = new ResizeObserver(() => {
    page.resize();
    invalidate();
  });
  resized.observe(page.element);
  for (const map of page.maps) resized.observe(map.element); // the bar above may wrap
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", retheme);
  // A menu lies over the page until someone touches anything else.
  const closeMenus = (/** @type {Event} */ event) => page.closeMenus(event);
  document.addEventListener("pointerdown", closeMenus);
  addEventListener("hashchange", followAddress);
  expectPart(receiveImages());
  if (shelf.awaits()) expectPart(shelf.begun.then(() => void (lastMode = app.store.state.mode === "move" ? lastMode : ""), complain)); // "": to be entered again
  retheme();
  commit();
  Object.assign(globalThis, {__latentExplorer: {stats: () => ({...readStats(), views: page.views()}), clearStats, state: () => app.store.state, names: () => models.map((model) => model.bundle.name), pending}});

  /** @param {Promise<void>} part */
  function expectPart(part) {
    coming.add(part);
    part.then(() => {
      coming.delete(part);
      invalidate();
    });
  }

  async function receiveEncoders() {
    try {
      await shelf.complete();
      if (["draw", "walk", "network"].includes(app.store.state.mode)) lastMode = ""; // to be entered again, with what was drawn or chosen in the meantime
    } catch (error) {
      complain(error);
      encodersAsked = false; // what needs them next asks again
    }
  }

  async function receiveImages() {
    app.names = (await shelf.names().catch(complain)) ?? null;
    app.images = (await (options.images ?? shelf.images()).catch(complain)) ?? null;
  }

  /** What is still to come: images and what was asked for of the encoders, the drawing of what was done, its way into the address. */
  function pending() {
    return Object.entries({parts: coming.size > 0, frame: frame !== 0, rest: resting.awaited()}).flatMap(([name, holds]) => (holds ? [name] : []));
  }

  /** @param {unknown} error */
  function complain(error) {
    app.store.dispatch({type: "set", values: {notice: sentenceOf(error)}});
  }

  return {
    /** @param {Partial<ExplorerOptions>} changed */
    update(changed) {
      if (changed.choices) {
        app.store.dispatch({type: "set", values: {waiting: ""}});
        page.offer();
      }
      if (changed.notice !== undefined) app.store.dispatch({type: "set", values: {notice: changed.notice}});
      retheme();
    },
    state: () => app.store.state,
    link: app.link, show, follow,
    selected: () => app.selection.indices(),
    /** @param {Stop} stop */
    pass({z, t, rung}) {
      // On the rung of the page the model rests: what is faint while it glides would stay so.
      const glided = /** @type {Partial<State>} */ (rung === null || rung === app.rung ? {glide: null} : app.glided(rung));
      app.store.dispatch({type: "place", z: glided.z ?? z, values: {t, held: true, glide: glided.glide}});
    },
    destroy() {
      alive = false;
      cancelAnimationFrame(frame);
      resting.end();
      resized.disconnect();
      scheme.removeEventListener("change", retheme);
      document.removeEventListener("pointerdown", closeMenus);
      removeEventListener("hashchange", followAddress);
      page.element.remove();
    },
  };
}
