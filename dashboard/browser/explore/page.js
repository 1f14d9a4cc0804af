// @ts-check
// The page: where each view stands, and which of them redraw.

import {createBetaSlider} from "./beta_slider.js";
import {explained, explainTerms} from "../base/meanings.js";
import {captionOf} from "../words/captions.js";
import {marked, setMarked} from "../words/terms.js";
import {roundedWeights} from "../words/rounding.js";
import {aeBesideVae} from "../words/two_kinds.js";
import {areDigits, classesOf} from "../words/classes.js";
import {createLayersMenu, createModeBar} from "./controls.js";
import {createDigit} from "../images/digit_view.js";
import {actionButton, choiceBar, make, setText, setUnable, createMenu} from "../base/dom.js";
import {createExports} from "./exports.js";
import {createIdentityBar} from "./identity_bar.js";
import {createLegend} from "./legend.js";
import {createWordsLegend} from "./columns/legend.js";
import {createPlane} from "../map/plane.js";
import {createPlaneNote} from "./plane/note.js";
import {areAlike, titleOf} from "../model/explorer_model.js";
import {isDark} from "../base/palette.js";
import {sameItems} from "../base/same_items.js";
import {openPlate} from "./plate.js";
import {createSliders} from "./sliders.js";
import {createWelcome} from "./welcome.js";
import {decimalsOn, plusMinus, signedNumber} from "../words/numbers.js";

/** @typedef {import("./explorer.js").App} App */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {import("../base/palette.js").Theme} Theme */

/** @param {App} app */
export function buildPage(app) {
  const {store, models} = app;
  const modes = createModeBar((mode) => store.dispatch({type: "mode", mode}));
  const legend = createLegend(store, app.commit, classesOf(models[0].bundle), models.map(({bundle}) => bundle), app.worths);
  const words = createWordsLegend(app);
  const layers = createLayersMenu(store, app.commit, app.worths, models.map(({bundle}) => bundle), () => openPlate(app, maps, element));
  const maps = models.map((model) => createPlane(app, model));
  const follow = actionButton("Follow pointer", () => store.dispatch({type: "set", values: {held: !store.state.held}}), {"data-testid": "follow", "aria-pressed": "false", class: "lx-button lx-follow"});
  const undo = actionButton("Undo", goBack, {"data-testid": "undo", title: "Back to where you were (Ctrl Z)"});
  const exports = createExports(app, maps);
  const actions = make("div", {class: "lx-actions"}, follow, layers.element, undo,
    actionButton("Reset", app.reset, {"data-testid": "reset", title: "Everything as at the start"}), createMenu("Share", "share-menu", ...(app.extras?.share ?? []), ...exports.buttons, actionButton("Manifolds, large", () => openPlate(app, maps, element), {title: "The plate that papers print: what the decoder makes of equal prior mass, in the whole window"})));
  const bar = make("header", {class: "lx-bar"}, modes.element, words.element, legend.element, actions);
  const sides = models.map((model, i) => createSide(app, model, maps[i]));
  const digits = models.map((model) => createDigitCard(app, model));
  const panels = {move: app.move, inspect: app.inspector, select: app.select, draw: app.draw, walk: app.walk, sample: app.sample, network: app.network};
  const identity = createIdentityBar(app, () => element);
  const cut = createPlaneNote(app);
  const welcome = createWelcome(models.map(({bundle}) => bundle), app.lesson, app.extras?.told);
  const notice = make("p", {role: "alert", "data-testid": "notice"});
  const close = make("button", {type: "button", class: "lx-close", "aria-label": "Close this notice", onclick: () => store.dispatch({type: "set", values: {notice: ""}})}, "✕");
  const noticeBox = make("div", {class: "lx-notice lx-notice-over"}, notice, close);
  const spoken = make("p", {class: "lx-hidden", "aria-live": "polite", "data-testid": "spoken"});
  const centre = make("div", {class: "lx-centre"},
    make("div", {class: "lx-digits", "data-testid": "caption"}, ...digits.map((digit) => digit.element)),
    noticeBox, welcome.element, ...Object.values(panels).map((panel) => panel.element), identity?.element ?? null, cut?.element ?? null);
  const element = make("div", {class: areAlike(models) ? "lx lx-alike" : "lx", "data-models": models.length, "data-testid": "explorer"}, bar,
    make("main", {class: "lx-stage"}, ...sides.map((side) => side.element), centre), spoken);
  element.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key !== "z") return;
    if (store.state.mode === "draw") app.draw.undo();
    else goBack();
    event.preventDefault();
  });

  let isLaid = false;
  explainTerms(element);

  function goBack() {
    store.dispatch({type: "undo"});
    app.commit();
  }

  return {
    element, maps,
    /** There is something else to choose from. */
    offer: () => sides.forEach((side) => side.offer()),
    resize: () => maps.forEach((map) => map.resize()),
    /** How many squares show something live. */
    views: () => maps.reduce((sum, map) => sum + map.seen(), 0),
    /** @param {string} text */
    say: (text) => setText(spoken, text),
    /** @param {"auto"|"light"|"dark"} wanted */
    setTheme(wanted) {
      delete element.dataset.theme;
      const hosted = getComputedStyle(element).getPropertyValue("--st-background-color").trim();
      const dark = wanted === "auto" ? (hosted ? isDark(hosted) : matchMedia("(prefers-color-scheme: dark)").matches) : wanted === "dark";
      element.dataset.theme = dark ? "dark" : "light";
    },
    /** @param {Event} event */
    closeMenus(event) {
      for (const menu of element.querySelectorAll("details[open]")) if (!event.composedPath().includes(menu)) menu.removeAttribute("open");
    },
    /** @param {State} state @param {readonly Float32Array[]} decoded what each map shows @param {readonly Latent[]} shown where it shows it
     * @param {readonly ExplorerModel[]} shownBy and by which model */
    render(state, decoded, shown, shownBy) {
      element.dataset.mode = state.mode;
      if (element.dataset.square !== state.square) {
        element.dataset.square = state.square;
        for (const map of maps) map.resize();
      }
      element.toggleAttribute("data-gliding", state.glide !== null);
      modes.show(state.mode);
      words.render(state);
      legend.render(state);
      layers.render(state);
      undo.hidden = state.mode === "draw"; // the pad has its own
      setUnable(undo, state.history.length > 1 ? "" : "Nothing was changed yet.");
      follow.hidden = state.mode !== "move";
      follow.setAttribute("aria-pressed", String(!state.held));
      setText(notice, state.waiting || state.notice);
      noticeBox.hidden = !notice.textContent;
      close.hidden = state.waiting !== "";
      element.setAttribute("aria-busy", String(state.waiting !== ""));
      models.forEach((_, i) => {
        digits[i].render(shownBy[i], shown[i], decoded[i], app.theme, decimalsOn(state.views[i]));
        sides[i].render(state);
      });
      for (const [mode, panel] of Object.entries(panels)) panel.element.hidden = mode !== state.mode;
      if (state.glide === null) { // they tell of a model that rests
        panels[state.mode].render(state, decoded, shown);
        identity?.render(state);
        cut?.render(state);
        welcome.render(state);
      }
      // The words leave the maps their room: painted before it is known, these would be painted twice.
      if (!isLaid) maps.forEach((map) => map.resize());
      isLaid = true;
      for (const map of maps) map.render(state, app.theme);
    },
  };
}

/** @param {App} app @param {ExplorerModel} model @param {import("../map/plane.js").Plane} map */
function createSide(app, model, map) {
  const {header, plane} = model.bundle;
  const sliders = createSliders({
    store: app.store, model: model.place, name: model.title, axes: model.axes, reach: map.reach, suffix: model.place === 0 ? "" : `-${model.id}`,
    commit: app.commit, touched: app.touched,
  });
  const beta = app.ladder && model.place === 0 ? createBetaSlider(app, app.ladder, app.rung) : null;
  const chooser = createChooser(app, model);
  const note = make("span", {class: "lx-side-note"});
  const squares = choiceBar("Square", [{value: "codes", text: "Codes", testid: `see-codes-${model.id}`}, {value: "manifold", text: "Manifold", testid: `see-manifold-${model.id}`}],
    (/** @type {State["square"]} */ square) => {
      app.store.dispatch({type: "set", values: {square}});
      app.commit();
    });

  function offer() {
    chooser.offer();
    const name = app.choices()[model.place]?.find((one) => one.name === model.bundle.name)?.title ?? model.bundle.name;
    const line = headline(name, header.metrics);
    const vae = model.bundle.kind === "ae" ? app.models.find((one) => one.bundle.kind === "vae") : undefined;
    const beside = vae && aeBesideVae(header, vae.bundle.header);
    const rounded = roundedWeights(header);
    note.replaceChildren(...explained([{text: name, means: rounded}]), ...marked(line.slice(name.length)), ...(beside ? explained([{text: " · ", means: ""}, {text: beside.short, means: beside.means}]) : []));
    note.title = line + parts(header.metrics) + (plane ? `. ${plane.told}` : "") + (rounded ? `. ${rounded}` : "");
  }

  offer();
  return {
    offer,
    element: make("section", {class: "lx-side", "aria-label": model.title},
      make("div", {class: "lx-side-head"}, make("h2", {}, titleOf(model.bundle)), note, chooser.element, make("div", {class: "lx-squares"}, squares.element)),
      map.element, make("div", {class: "lx-hand"}, sliders.element, beta?.element ?? null)),
    /** @param {State} state */
    render(state) {
      sliders.render(state);
      squares.show(state.square);
      beta?.render(state);
      chooser.element.disabled = state.waiting !== "";
    },
  };
}

/** Other models that this map could show. @param {App} app @param {ExplorerModel} model */
function createChooser(app, model) {
  const select = make("select", {class: "lx-field lx-chooser", "aria-label": `model of the ${model.title}`, "data-testid": `model-${model.id}`,
    onchange: () => app.choose(model.place, select.value)});
  return {
    element: select,
    offer() {
      const choices = app.choices()[model.place] ?? [];
      const groups = [...new Set(choices.map((one) => one.group))].map((group) => make("optgroup", {label: group},
        ...choices.filter((one) => one.group === group).map(({name, title}) => make("option", {value: name, selected: name === model.bundle.name}, title))));
      select.replaceChildren(...groups);
      select.hidden = choices.length < 2;
    },
  };
}

/** The model's name with its best-known number: of both kinds one that is small where the model is good. @param {string} name @param {Record<string, any>} metrics */
function headline(name, metrics) {
  const of = (/** @type {string} */ key, /** @type {string} */ what, sign = 1) => (typeof metrics?.[key] === "number"
    ? `${name} · ${what} ${plusMinus(sign * metrics[key], metrics[`${key}_se`])} nats/image (${metrics.split ?? "?"})` : "");
  return of("elbo", "−ELBO", -1) || of("nll", "nll") || name;
}

/** Of what −ELBO is the sum, so that an autoencoder's nll can be held beside it. @param {Record<string, any>} metrics */
function parts(metrics) {
  return ["elbo", "nll", "kl"].every((key) => typeof metrics?.[key] === "number")
    ? `, which is nll ${signedNumber(metrics.nll, 2)} + KL ${signedNumber(metrics.kl, 2)}; a plain autoencoder has the nll alone` : "";
}

/** @param {App} app @param {ExplorerModel} model */
function createDigitCard(app, model) {
  /** @type {unknown[]} */
  let drawn = [];
  const digit = createDigit({"aria-label": `${areDigits(classesOf(model.bundle)) ? "digit" : "image"} decoded by the ${model.title}`, "data-testid": `digit-${model.id}`});
  const heading = make("span", {class: "lx-card-name"}, model.short);
  // On a phone, where the caption stands elsewhere; the canvas says it to a screen reader.
  const name = make("span", {class: "lx-digit-name", "aria-hidden": "true"}, model.short);
  const place = make("span", {class: "lx-number"});
  const where = make("span", {});
  const gap = make("span", {});
  /** Where the digit is: the model, and z. @type {[ExplorerModel, Latent]} */
  let stands = [model, [0, 0]];
  const near = make("button", {type: "button", class: "lx-near-codes", "data-testid": `near-${model.id}`, title: "Inspect the image whose code is nearest", onclick: () => app.inspect(stands[0].index.nearest(...stands[1]))});
  return {
    element: make("figure", {class: "lx-card"}, make("div", {class: "lx-card-digit"}, digit.element, name), make("figcaption", {}, make("span", {class: "lx-card-head"}, heading, " ", place), " ", where, " ", gap, " ", near)),
    /** @param {ExplorerModel} by the model that decoded @param {Latent} z @param {Float32Array} values @param {Theme} theme @param {number} decimals of z */
    render(by, z, values, theme, decimals) {
      const key = [by, by.network, z, theme, decimals];
      if (sameItems(key, drawn)) return;
      drawn = key;
      stands = [by, z];
      if (by.bundle.awaited) digit.clear();
      else digit.show(values, theme);
      const caption = captionOf(by, z);
      setText(place, `${by.axes[0][0]} = (${z.map((value) => signedNumber(value, decimals)).join(", ")})`);
      if (by.bundle.awaited) setText(where, "Its decoder is still on its way …");
      else setMarked(where, caption.place);
      setMarked(gap, caption.gap);
      gap.classList.toggle("lx-far", caption.far);
      setText(near, caption.near);
    },
  };
}
