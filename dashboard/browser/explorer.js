// @ts-check
// The explorer: takes bundles and a place in the page, builds the views, and runs the one loop that redraws them.

import {readBundle, unpackImages} from "./bundle.js";
import {spokenCaption} from "./captions.js";
import {createModel} from "./explorer_model.js";
import {createDrawPad} from "./draw_pad.js";
import {createInspector} from "./inspector.js";
import {buildPage} from "./page.js";
import {createMovePanel} from "./move_panel.js";
import {readTheme} from "./palette.js";
import {formatLink, parseLink} from "./property_table.js";
import {createPosteriorProbe} from "./posterior_probe.js";
import {createSamplePanel} from "./sample_panel.js";
import {createStore, initialState} from "./state.js";
import {clearStats, readStats, recordFrame, recordInput} from "./stats.js";
import {createWalk} from "./walk.js";
import {createBatchDecoder} from "./worker.js";

/** @typedef {import("./explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("./state.js").State} State */
/** @typedef {{z: Record<string, [number, number]>, mode: string, selection: number|null}} Report */
/**
 * @typedef {object} ExplorerOptions
 * @property {(ArrayBuffer|Uint8Array)[]} bundles one or two
 * @property {Promise<Uint8Array|null>} [images] n × 784 grey pixels; without it the first bundle that has images gives them
 * @property {"auto"|"light"|"dark"} [theme]
 * @property {string} [link] the state to begin with, in the form of a link; otherwise the page's address gives it
 * @property {(report: Report) => void} [onReport] called once after someone let go, never on the way
 * @property {string[][]} [choices] for each map the names of the models it could show instead
 * @property {(names: string[]) => void} [onChoose] called with the wanted names when someone chose another model
 */
/**
 * @typedef {object} App what views share
 * @property {import("./state.js").Store} store
 * @property {ExplorerModel[]} models
 * @property {import("./worker.js").BatchDecoder[]} batches
 * @property {Uint8Array|null} images
 * @property {import("./palette.js").Theme} theme
 * @property {ReturnType<typeof createWalk>} walk
 * @property {ReturnType<typeof createSamplePanel>} sample
 * @property {ReturnType<typeof createInspector>} inspector
 * @property {ReturnType<typeof createDrawPad>} draw
 * @property {ReturnType<typeof createMovePanel>} move
 * @property {ReturnType<typeof createPosteriorProbe>} probe exact posteriors, where a model has any
 * @property {(place: number, low: import("./state.js").Latent, high: import("./state.js").Latent) => void} frame zoom a map to a part of its space
 * @property {(event: Event) => void} touched someone did something: time the answer
 * @property {() => void} commit someone let go: remember, report, and say it
 * @property {() => void} invalidate draw again in the next frame
 * @property {() => boolean} large whether the screen is one to be read from a back row
 * @property {() => void} reset
 * @property {() => string} link
 * @property {string[][]} choices
 * @property {(place: number, name: string) => void} choose
 */

const REPORT_DELAY = 250;
const LARGE_WIDTH = 1700;

/** @param {HTMLElement|ShadowRoot} root @param {ExplorerOptions} options */
export function mountExplorer(root, options) {
  const models = options.bundles.map((bytes, place) => createModel(readBundle(bytes), bytes, place));
  const batches = options.bundles.map((bytes) => createBatchDecoder(bytes));
  const plain = initialState(models.length);
  const {values, refused} = parseLink(options.link ?? location.hash.slice(1), plain);
  const first = {...plain, ...values, held: Object.keys(values).length > 0};
  if (first.selected !== null && first.selected >= models[0].bundle.points.count) first.selected = null;
  if (refused.length) first.notice = `The link had parts that make no sense here (${refused.join(", ")}); they were left out.`;

  let [frame, reportTimer, lastReport, alive] = [0, 0, JSON.stringify(reportOf(plain)), true];
  /** What each decoder last decoded; the same object as long as the picture is the same. */
  const decodedAt = first.z.map((z) => z);
  const decoded = models.map((model) => model.decode(first.z[model.place]));
  let lastMode = "";

  const app = /** @type {App} */ ({
    models, batches, images: null,
    store: createStore(first, invalidate),
    touched: recordInput,
    invalidate, commit, reset,
    frame: (place, low, high) => page.maps[place].frame(low, high),
    large: () => page.element.clientWidth >= LARGE_WIDTH,
    choices: options.choices ?? [],
    choose: (place, name) => options.onChoose?.(models.map((model) => (model.place === place ? name : model.bundle.name))),
    link: () => `${location.href.split("#")[0]}#${formatLink(app.store.state, plain)}`,
  });
  app.probe = createPosteriorProbe(app);
  app.walk = createWalk(app);
  app.sample = createSamplePanel(app);
  app.inspector = createInspector(app);
  app.draw = createDrawPad(app);
  app.move = createMovePanel(app);
  const page = buildPage(app);
  root.append(page.element);

  function invalidate() {
    if (!frame && alive) frame = requestAnimationFrame(draw);
  }

  function draw() {
    frame = 0;
    const began = performance.now();
    const {state} = app.store;
    if (state.mode !== lastMode) enterMode(state);
    app.probe?.request(app.store.state);
    app.probe?.advance();
    models.forEach((model, i) => {
      const z = latentShown(app.store.state, model);
      const at = decodedAt[i];
      if (at[0] === z[0] && at[1] === z[1]) return;
      decodedAt[i] = z;
      model.decode(z);
    });
    page.render(app.store.state, decoded, decodedAt);
    recordFrame(began);
  }

  /** @param {State} state */
  function enterMode(state) {
    lastMode = state.mode;
    if (state.mode === "walk") app.walk.enter();
    if (state.mode === "sample") app.sample.enter();
    if (state.mode === "draw") app.draw.enter();
    commit();
  }

  function commit() {
    app.store.dispatch({type: "commit"});
    clearTimeout(reportTimer);
    reportTimer = setTimeout(settle, REPORT_DELAY);
  }

  /** @param {State} state @returns {Report} */
  function reportOf(state) {
    return {z: Object.fromEntries(models.map((model, i) => [model.bundle.kind, state.z[i]])), mode: state.mode, selection: state.selected};
  }

  /** Nobody has touched anything for a while: now the address, the host and the screen reader may hear of it. */
  function settle() {
    const {state} = app.store;
    const link = formatLink(state, plain);
    if (location.hash.slice(1) !== link) history.replaceState(history.state, "", link ? `#${link}` : location.pathname + location.search);
    page.say(spokenCaption(models, state.z));
    const report = reportOf(state);
    const text = JSON.stringify(report);
    if (text === lastReport) return;
    lastReport = text;
    options.onReport?.(report);
  }

  function reset() {
    app.store.dispatch({type: "set", values: {...initialState(models.length), history: app.store.state.history}});
    commit();
  }

  function retheme() {
    page.setTheme(options.theme ?? "auto");
    app.theme = readTheme(page.element);
    page.resize();
    invalidate();
  }

  const resized = new ResizeObserver(() => {
    page.resize();
    invalidate();
  });
  resized.observe(page.element);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", retheme);
  // A menu lies over the page until someone touches anything else.
  const closeMenus = (/** @type {Event} */ event) => page.closeMenus(event);
  document.addEventListener("pointerdown", closeMenus);
  receiveImages();
  retheme();
  commit();
  Object.assign(globalThis, {__latentExplorer: {stats: readStats, clearStats, state: () => app.store.state}});

  async function receiveImages() {
    const holder = models.find((model) => model.bundle.hasImages);
    try {
      app.images = await (options.images ?? (holder ? unpackImages(holder.bundle) : null));
    } catch (error) {
      app.store.dispatch({type: "set", values: {notice: error instanceof Error ? error.message : String(error)}});
    }
    invalidate();
  }

  return {
    /** @param {Partial<ExplorerOptions>} changed */
    update(changed) {
      Object.assign(options, changed);
      retheme();
    },
    link: () => formatLink(app.store.state, plain),
    destroy() {
      alive = false;
      cancelAnimationFrame(frame);
      clearTimeout(reportTimer);
      resized.disconnect();
      scheme.removeEventListener("change", retheme);
      document.removeEventListener("pointerdown", closeMenus);
      for (const batch of batches) batch.terminate();
      page.element.remove();
    },
  };
}

/** The latent whose picture is on screen: while inspecting, that of the image under the pointer. @param {State} state @param {ExplorerModel} model */
function latentShown(state, model) {
  return state.mode === "inspect" && state.hovered !== null ? model.codeOf(state.hovered) : state.z[model.place];
}
