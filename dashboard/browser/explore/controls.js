// @ts-check
// The bar above the maps: modes, and the menu of layers.

import {actionButton, choiceBar, createMenu, make, setText} from "../base/dom.js";
import {hasPosterior, whyNotExact} from "../model/plane.js";
import {setMarked} from "../words/terms.js";
import {worthTitle} from "../words/worths.js";
import {LAYERS, MANIFOLD_SIZES, MODES, SHADINGS} from "../state/state.js";

/** @typedef {import("../state/state.js").Store} Store */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").Mode} Mode */
/** @typedef {import("../state/state.js").LayerName} LayerName */
/** @typedef {import("../state/state.js").Colouring} Colouring */
/** @typedef {ReturnType<typeof import("./worths.js").createWorths>} Worths */

/** @type {Record<Mode, [string, string]>} */
const MODE_TEXTS = {
  move: ["Move", "Decode the point under the pointer (key M)"],
  inspect: ["Inspect", "Look at one image (key I)"],
  select: ["Select", "Draw round images on a map (key L)"],
  draw: ["Draw", "Draw, and have it encoded (key D)"],
  walk: ["Walk", "Go from one image to another (key W)"],
  sample: ["Sample", "Draw z from the prior (key S)"],
  network: ["Network", "Follow an image through the networks, from pixels to pixels (key N)"],
};
/** @type {Record<LayerName, string>} */
const LAYER_TEXTS = {
  points: "Test codes", pictures: "Images in place of dots, close up", glyphs: "Test codes as the marks of their classes", training: "Training codes", manifold: "Decoded manifold under the codes",
  prior: "Prior contours", density: "Aggregate posterior (AE: density of codes)", distance: "Distance to training codes", entropy: "Decoder entropy",
  posterior: "True posterior p(z|x) of an image", unit: "Activation of the unit chosen in Network",
};

const SHADING = "Shading of the maps, one at a time";

/** Where a model of more dimensions is shown on a plane. @type {Partial<Record<LayerName, string>>} */
const TEXTS_ON_PLANES = {density: "Aggregate posterior (AE, plane: density of codes)", distance: "Distance to training codes (plane: to their places on it)"};

/** @param {(mode: Mode) => void} chosen */
export function createModeBar(chosen) {
  return choiceBar("Mode", MODES.map((mode) => ({value: mode, text: MODE_TEXTS[mode][0], title: MODE_TEXTS[mode][1], testid: `mode-${mode}`})), chosen);
}

/** Changes the state and lets the address follow. @param {Store} store @param {() => void} commit */
function applier(store, commit) {
  return (/** @type {import("../state/state.js").Action} */ action) => {
    store.dispatch(action);
    commit();
  };
}

/** @param {Store} store @param {() => void} commit @param {Worths} worths */
function createColouring(store, commit, worths) {
  const optionOf = (/** @type {Worths["names"][number]} */ name) => ({name, element: make("option", {value: name})});
  const [measured, own] = [worths.names.map(optionOf), worths.own.map(optionOf)];
  const options = [...measured, ...own];
  const select = make("select", {class: "lx-field lx-colour-of", "aria-label": "Colour of the codes", "data-testid": "colour",
    onchange: () => applier(store, commit)({type: "set", values: {colour: /** @type {Colouring} */ (select.value)}})}, make("option", {value: "class"}, "Class"), ...measured.map((one) => one.element), own.length ? make("optgroup", {label: "Your data"}, ...own.map((one) => one.element)) : null);
  const note = make("p", {class: "lx-hint lx-colour-note", "data-testid": "colour-note"});
  return {
    element: make("div", {class: "lx-check-group", role: "group", "aria-label": "Colour of the codes"}, make("h3", {}, "Colour of the codes"), make("div", {class: "lx-check-more"}, select), note),
    /** @param {State} state */
    render(state) {
      for (const {name, element} of options) {
        const why = worths.whyNone(name);
        setText(element, why ? `${worthTitle(name)} (${why[0].toLowerCase()}${why.slice(1)})` : worthTitle(name));
        element.disabled = why !== "";
      }
      select.value = state.colour;
      setMarked(note, worths.sentence());
      note.hidden = !note.textContent;
    },
  };
}

/** @param {Store} store @param {() => void} commit @param {Worths} worths @param {readonly import("../model/bundle.js").Bundle[]} bundles of the models on the maps
 * @param {() => void} enlarge shows the manifold in the whole window */
export function createLayersMenu(store, commit, worths, bundles, enlarge) {
  const apply = applier(store, commit);
  const texts = {...LAYER_TEXTS, ...(bundles.some(({plane}) => plane) && TEXTS_ON_PLANES)};
  const boxes = LAYERS.map((layer) => {
    const box = make("input", {type: "checkbox", "data-testid": `layer-${layer}`, onchange: () => apply({type: "layer", layer, on: box.checked})});
    const element = make("label", {class: "lx-check"}, box, texts[layer]);
    if (layer === "posterior" && !bundles.some(hasPosterior)) [box.disabled, element.title] = [true, whyNotExact(bundles[0])];
    return {layer, box, element};
  });
  const size = make("select", {class: "lx-field", "aria-label": "Tiles along a side", "data-testid": "manifold-size", onchange: () => apply({type: "set", values: {manifoldSize: Number(size.value)}})},
    ...MANIFOLD_SIZES.map((n) => make("option", {value: n}, `${n} × ${n}`)));
  const spacing = make("select", {class: "lx-field", "aria-label": "Spacing of the tiles", "data-testid": "manifold-spacing",
    onchange: () => apply({type: "set", values: {spacing: spacing.value === "prior" ? "prior" : "linear"}})},
    make("option", {value: "linear"}, "equal steps"), make("option", {value: "prior"}, "equal prior mass"));
  const dimmed = make("input", {type: "checkbox", "data-testid": "manifold-dimmed", onchange: () => apply({type: "set", values: {dimmed: dimmed.checked}})});
  const manifold = make("div", {class: "lx-check-group", role: "group", "aria-label": "Decoded manifold"}, make("h3", {}, "Decoded manifold"),
    make("div", {class: "lx-check-more"}, size, spacing, actionButton("Large", enlarge, {"data-testid": "plate", title: "The manifold in the whole window"})),
    make("label", {class: "lx-check"}, dimmed, "Faint where no training code is near"));
  const colouring = createColouring(store, commit, worths);
  return {
    element: createMenu("Layers", "layers-menu", ...boxes.filter(({layer}) => !SHADINGS.includes(layer)).map((one) => one.element),
      make("div", {class: "lx-check-group", role: "group", "aria-label": SHADING}, make("h3", {}, SHADING), ...boxes.filter(({layer}) => SHADINGS.includes(layer)).map((one) => one.element)), colouring.element, manifold),
    /** @param {State} state */
    render(state) {
      colouring.render(state);
      for (const {layer, box, element} of boxes) {
        box.checked = state.layers[layer];
        if (layer === "unit") element.hidden = state.unit === null;
      }
      size.value = String(state.manifoldSize);
      spacing.value = state.spacing;
      dimmed.checked = state.dimmed;
    },
  };
}
