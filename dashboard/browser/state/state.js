// @ts-check
// Everything the explorer shows, as one value, and the one function that changes it. No DOM.

import {toggled} from "./classes.js";

/** @typedef {"move"|"inspect"|"select"|"draw"|"walk"|"sample"|"network"} Mode */
/** @typedef {[number, number]} Latent a point of one model's latent space */
/** @typedef {"points"|"pictures"|"glyphs"|"training"|"manifold"|"prior"|"density"|"distance"|"entropy"|"posterior"|"unit"} LayerName */
/** @typedef {"class"|"elbo"|"log_px"|"gap"|"kl"|"nll"|"modes"|OwnColumn} Colouring what the codes are coloured by: their class, a number that each image has, or a column of one's own data */
/** @typedef {`column:${string}`} OwnColumn by its name */
/** @typedef {{model: number, part: "encoder"|"decoder", place: number, unit: number}} ChosenUnit of the stage at a place of a part of a network */
/** @typedef {{kind: "image", index: number}|{kind: "point", model: number, z: Latent}} WalkEnd */
/** @typedef {{width: number, points: number[]}} Stroke points are x0, y0, x1, y1 … in units of the pad, 0 to 1 */
/** @typedef {{model: number, take: boolean, corners: number[]}} Shape drawn on a model's map: corners are x0, y0, x1, y1 … in its latent space; take: what lies inside leaves the selection */
/** @typedef {{scale: number, cx: number, cy: number, width: number, height: number}} View latent to pixels, equal aspect */
/** @typedef {Pick<State, "z"|"selected"|"refined"|"noise"|"seed"|"sample"|"fitted"|"ends"|"path"|"t"|"shapes">} Past what undo goes back to */
/** @typedef {Pick<State, "strokes"|"upload">} Drawing */
/**
 * @typedef {object} State
 * @property {Mode} mode
 * @property {Latent[]} z one latent per model
 * @property {number} active the map that keys act on
 * @property {boolean} held whether the cursor stays when the pointer moves away
 * @property {Record<LayerName, boolean>} layers
 * @property {Colouring} colour of the codes
 * @property {number} manifoldSize tiles along a side
 * @property {"linear"|"prior"} spacing of the manifold's tiles
 * @property {boolean} dimmed whether the manifold is faint where no training code is near
 * @property {"codes"|"manifold"} square which of a model's two is seen where there is room for one
 * @property {import("./classes.js").Classes} classes that are shown
 * @property {number|null} focus the class the legend highlights for as long as it is pointed at
 * @property {number|null} lit which word of a column the legend highlights, by its place
 * @property {number|null} selected index of the chosen test image
 * @property {boolean} refined whether q is the best Gaussian for the image instead of the encoder's
 * @property {number} lens the place of the model whose posterior is shown large, where two have one
 * @property {number|null} hovered index of the test image under the pointer
 * @property {number} seed of the samples from the prior
 * @property {number} sample which of the drawn samples the cursors stand on
 * @property {boolean} fitted whether the AE samples its own fitted Gaussian instead of N(0, I)
 * @property {number} noise how often the posterior noise was drawn again; 0 is the mean itself
 * @property {ChosenUnit|null} unit of a network whose weights are shown, and its activation as a layer of the map
 * @property {[WalkEnd|null, WalkEnd|null]} ends of the walk
 * @property {"linear"|"spherical"} path
 * @property {number} t share of the walk gone, 0 to 1
 * @property {boolean} playing
 * @property {Shape[]} shapes whose images are selected, in the order in which they were drawn
 * @property {"lasso"|"rectangle"} tool that draws them
 * @property {Stroke[]} strokes
 * @property {number} pen width of the pen in 28ths of the pad
 * @property {Uint8Array|null} upload grey pixels of an uploaded image, or of a drawing that came by a link
 * @property {string} inked what the encoders see of the drawing, as a link carries it, or nothing (drawing_text.js)
 * @property {Drawing[]} drawn what was on the pad before, the latest last
 * @property {number|null} glide where the first map stands between the rungs of the ladder of β; null when it rests on one
 * @property {(View|null)[]} views what part of each latent space is in sight; null is all of it
 * @property {Past[]} history
 * @property {string} waiting what the page is waiting for, as a sentence, or nothing
 * @property {string} notice one sentence about the last thing that went wrong, or nothing
 */

/** @type {Mode[]} */
export const MODES = ["move", "inspect", "select", "draw", "walk", "sample", "network"];
/** @type {LayerName[]} */
export const LAYERS = ["points", "pictures", "glyphs", "training", "manifold", "prior", "density", "distance", "entropy", "posterior", "unit"];
/** Fields, of which one can be read off a map at a time. @type {LayerName[]} */
export const SHADINGS = ["density", "distance", "entropy", "unit"];
/** @type {Colouring[]} */
export const COLOURINGS = ["class", "elbo", "log_px", "gap", "kl", "nll", "modes"];
const COLUMN = "column:";
export const ownColumn = (/** @type {string} */ name) => /** @type {OwnColumn} */ (COLUMN + name);
/** The name of the column of one's own that codes are coloured by; null where it is something else. @param {string} colour */
export const columnIn = (colour) => (colour.startsWith(COLUMN) ? colour.slice(COLUMN.length) : null);
export const SAMPLE_COUNT = 10;
export const LARGEST_SEED = 2 ** 31 - 1;
export const MANIFOLD_SIZES = [10, 15, 20, 25, 30, 40];
const HISTORY_LIMIT = 100;

/**
 * @typedef {{type: "set", values: Partial<State>}
 *   |{type: "move", model: number, z: Latent, held?: boolean}
 *   |{type: "place", z: Latent[], values?: Partial<State>}
 *   |{type: "mode", mode: Mode}
 *   |{type: "select", index: number|null, z: Latent[]|null}
 *   |{type: "layer", layer: LayerName, on: boolean}
 *   |{type: "class", label: number, of?: number}
 *   |{type: "view", model: number, view: View|null}
 *   |{type: "draw", drawing: Drawing}
 *   |{type: "undraw"}
 *   |{type: "commit"}
 *   |{type: "reset", marked?: boolean}
 *   |{type: "undo"}} Action
 */

/** The state before anyone has touched anything. @param {number} models @param {boolean} [marked] whether codes are marked by their classes, as those of more classes
 * than colours are @returns {State} */
export function initialState(models, marked = false) {
  return {
    mode: "move",
    z: Array.from({length: models}, () => /** @type {Latent} */ ([0, 0])),
    active: 0, held: true,
    layers: {points: !marked, pictures: true, glyphs: marked, training: false, manifold: false,
      prior: true, density: false, distance: false, entropy: false, posterior: false, unit: false},
    colour: "class", manifoldSize: 20, spacing: "linear", dimmed: true, square: "codes", classes: null, focus: null, lit: null,
    selected: null, refined: false, lens: 0, hovered: null, seed: 1, sample: 0, fitted: false, noise: 0, unit: null,
    ends: [null, null], path: "linear", t: 0, playing: false, shapes: [], tool: "lasso",
    strokes: [], pen: 2.2, upload: null, inked: "", drawn: [], glide: null, views: Array.from({length: models}, () => null), history: [], waiting: "", notice: "",
  };
}

/** The state after an action; the same object when nothing changed. @param {State} state @param {Action} action @returns {State} */
export function reduce(state, action) {
  switch (action.type) {
    case "set": // the words of a column are highlighted as long as it colours the codes
      return {...state, ...(action.values.colour !== undefined && {lit: null}), ...action.values};
    case "move": {
      const z = state.z.map((old, model) => (model === action.model ? action.z : old));
      return {...state, z, active: action.model, held: action.held ?? state.held};
    }
    case "place":
      return {...state, ...action.values, z: action.z, views: viewsOf(state.views, action.z)};
    case "mode":
      return action.mode === state.mode ? state : {...state, mode: action.mode, playing: false, refined: false, hovered: null, notice: ""};
    case "select":
      return {...state, selected: action.index, refined: false, z: action.z ?? state.z, views: viewsOf(state.views, action.z ?? state.z), noise: 0, held: true};
    case "layer":
      return {...state, layers: withLayer(state.layers, action.layer, action.on)};
    case "class":
      return {...state, classes: toggled(state.classes, action.label, action.of)};
    case "view":
      return {...state, views: state.views.map((old, model) => (model === action.model ? action.view : old))};
    case "draw":
      return {...state, ...action.drawing, refined: false, drawn: [...state.drawn, {strokes: state.strokes, upload: state.upload}].slice(-HISTORY_LIMIT)};
    case "undraw":
      return state.drawn.length ? {...state, ...state.drawn[state.drawn.length - 1], refined: false, drawn: state.drawn.slice(0, -1)} : state;
    case "commit":
      return committed(state);
    case "reset": {
      const first = initialState(state.z.length, action.marked);
      return {...first, held: false, history: [...state.history.slice(0, -1), wholeOf(state), pastOf(first)]};
    }
    case "undo":
      return undone(state);
  }
}

/** A map that is zoomed to another place than the point it is to show shows everything again. @param {State["views"]} views @param {Latent[]} z */
function viewsOf(views, z) {
  const inSight = (/** @type {View} */ {scale, cx, cy, width, height}, /** @type {Latent} */ [z1, z2]) =>
    Math.abs(z1 - cx) * scale <= width / 2 && Math.abs(z2 - cy) * scale <= height / 2;
  return views.map((view, model) => (view && inSight(view, z[model]) ? view : null));
}

/** @param {State["layers"]} layers @param {LayerName} name @param {boolean} on */
export function withLayer(layers, name, on) {
  const next = {...layers, [name]: on};
  const rivals = /** @type {LayerName[][]} */ ([["points", "glyphs"], SHADINGS]); // both of the first mark the same test codes
  for (const group of rivals) {
    if (on && group.includes(name)) for (const other of group) next[other] = other === name;
  }
  if (name === "glyphs" && !on) next.points = true; // the codes are seen again as they were before
  return next;
}

/** @param {Past} state @returns {Past} */
export function pastOf({z, selected, refined, noise, seed, sample, fitted, ends, path, t, shapes}) {
  return {z, selected, refined, noise, seed, sample, fitted, ends, path, t, shapes};
}

/** All that a reset takes away. @param {State} state @returns {Past & Partial<State>} */
function wholeOf(state) {
  const {mode, active, layers, colour, manifoldSize, spacing, dimmed, square, classes, strokes, pen, upload, drawn, views, unit, lens} = state;
  return {...pastOf(state), mode, active, layers, colour, manifoldSize, spacing, dimmed, square, classes, strokes, pen, upload, drawn, views, unit, lens};
}

/** @param {State} state @returns {State} */
function committed(state) {
  const last = state.history.at(-1);
  const now = pastOf(state);
  if (last && JSON.stringify(pastOf(last)) === JSON.stringify(now)) return state;
  return {...state, history: [...state.history, now].slice(-HISTORY_LIMIT)};
}

/** The newest entry is where we stand, so going back means the one before it. @param {State} state @returns {State} */
function undone(state) {
  const past = state.history.at(-2);
  return past ? {...state, ...past, playing: false, history: state.history.slice(0, -1)} : state;
}

/** @typedef {{state: State, dispatch: (action: Action) => void}} Store */

/** Holds the state and says when it changed. @param {State} first @param {() => void} changed @returns {Store} */
export function createStore(first, changed) {
  const store = {
    state: first,
    /** @param {Action} action */
    dispatch(action) {
      const next = reduce(store.state, action);
      if (next === store.state) return;
      store.state = next;
      changed();
    },
  };
  return store;
}

/** The test image the page talks about: the one under the pointer, else the chosen one. @param {State} state */
export function shownImage(state) {
  return state.hovered ?? state.selected;
}

/** The test image that is marked as chosen: where the page is about other pictures a mark would be taken for one of them. @param {State} state */
export function chosenImage({mode, selected}) {
  return mode === "move" || mode === "inspect" || mode === "network" ? selected : null;
}

/** Whether a network has the drawing before it: what was chosen last goes before. @param {State} state */
export function readsDrawing({mode, selected, inked}) {
  return inked !== "" && (mode === "draw" || (mode === "network" && selected === null));
}
