// @ts-check
// The state a link carries, as one declared table: each property checks what it is given, because a link can come from anywhere.

import {classesOfText, textOfClasses} from "./classes.js";
import {drawingOfText} from "./drawing_text.js";
import {shapesOfText, textOfShapes} from "./region_text.js";
import {COLOURINGS, columnIn, LARGEST_SEED, LAYERS, MANIFOLD_SIZES, MODES, readsDrawing, SAMPLE_COUNT, withLayer} from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Latent} Latent */
/** @typedef {import("./state.js").WalkEnd} WalkEnd */
/** @typedef {import("./state.js").View} View */
/** @typedef {{key: string, format: (state: State) => string, parse: (text: string, state: State) => Partial<State>|null}} Property */

const LONGEST_LINK = 3000;
const LONGEST_COLUMN = 80;
const FARTHEST = 1000;
const IMAGES = 60_000;
const NARROWEST = 1e-5; // of a view, in units of the latent space

/** @type {Property[]} */
export const PROPERTIES = [
  choice("mode", MODES, (state) => state.mode, (mode) => ({mode})),
  {
    key: "z",
    format: (state) => state.z.map(latentText).join(";"),
    parse(text, state) {
      const z = text.split(";").map(parsedLatent);
      return z.length === state.z.length && z.every((one) => one !== null) ? {z: /** @type {Latent[]} */ (z)} : null;
    },
  },
  {
    key: "layers",
    format: (state) => LAYERS.filter((name) => state.layers[name]).join(","),
    parse(text) {
      const names = text === "" ? [] : text.split(",");
      if (!names.every((name) => LAYERS.some((known) => known === name))) return null;
      let layers = /** @type {State["layers"]} */ (Object.fromEntries(LAYERS.map((name) => [name, false])));
      for (const name of LAYERS) if (names.includes(name)) layers = withLayer(layers, name, true);
      return LAYERS.every((name) => layers[name] === names.includes(name)) ? {layers} : null; // two that exclude each other
    },
  },
  {
    key: "view",
    format: (state) => (state.views.some((view) => view) ? state.views.map((view) => (view ? viewText(view) : "")).join(";") : ""),
    parse(text, state) {
      const views = text === "" ? state.views.map(() => null) : text.split(";").map((part) => (part === "" ? null : parsedView(part)));
      return views.length === state.views.length && !views.includes(undefined) ? {views: /** @type {State["views"]} */ (views)} : null;
    },
  },
  {
    key: "colour",
    format: (state) => state.colour,
    parse(text) {
      const isKnown = COLOURINGS.some((name) => name === text) || (columnIn(text) && text.length <= LONGEST_COLUMN);
      return isKnown ? {colour: /** @type {State["colour"]} */ (text)} : null;
    },
  },
  choice("n", MANIFOLD_SIZES.map(String), (state) => String(state.manifoldSize), (size) => ({manifoldSize: Number(size)})),
  choice("spacing", /** @type {("linear"|"prior")[]} */ (["linear", "prior"]), (state) => state.spacing, (spacing) => ({spacing})),
  choice("empty", /** @type {("faint"|"full")[]} */ (["faint", "full"]), (state) => (state.dimmed ? "faint" : "full"), (empty) => ({dimmed: empty === "faint"})),
  choice("square", /** @type {("codes"|"manifold")[]} */ (["codes", "manifold"]), (state) => state.square, (square) => ({square})),
  {
    key: "classes",
    format: (state) => textOfClasses(state.classes),
    parse(text) {
      const classes = classesOfText(text);
      return classes === undefined ? null : {classes};
    },
  },
  optional("image", (state) => state.selected, (selected) => ({selected})),
  whole("seed", 0, LARGEST_SEED, (state) => state.seed, (seed) => ({seed})),
  whole("sample", 0, SAMPLE_COUNT - 1, (state) => state.sample, (sample) => ({sample})),
  choice("from", /** @type {("prior"|"fitted")[]} */ (["prior", "fitted"]), (state) => (state.fitted ? "fitted" : "prior"), (from) => ({fitted: from === "fitted"})),
  choice("q", /** @type {("encoder"|"best")[]} */ (["encoder", "best"]), (state) => (state.refined ? "best" : "encoder"), (q) => ({refined: q === "best"})),
  whole("lens", 0, 1, (state) => state.lens, (lens) => ({lens})),
  whole("noise", 0, 9999, (state) => state.noise, (noise) => ({noise})),
  {
    key: "unit",
    format: ({unit}) => (unit ? `${unit.model}${unit.part[0]}${unit.place}.${unit.unit}` : ""),
    parse(text, state) {
      if (text === "") return {unit: null};
      const match = /^(\d)([ed])(\d{1,2})\.(\d{1,5})$/.exec(text);
      if (!match || Number(match[1]) >= state.z.length) return null;
      return {unit: {model: Number(match[1]), part: match[2] === "e" ? "encoder" : "decoder", place: Number(match[3]), unit: Number(match[4])}};
    },
  },
  {
    key: "ends",
    format: (state) => state.ends.map((end) => (end ? endText(end) : "")).join(";"),
    parse(text, state) {
      const parts = text.split(";");
      if (parts.length !== 2) return null;
      const ends = parts.map((part) => (part === "" ? null : parsedEnd(part, state.z.length)));
      return ends.some((end) => end === undefined) ? null : {ends: /** @type {State["ends"]} */ (ends)};
    },
  },
  choice("path", /** @type {("linear"|"spherical")[]} */ (["linear", "spherical"]), (state) => state.path, (path) => ({path})),
  {
    key: "t",
    format: (state) => shortNumber(state.t),
    parse(text) {
      const t = parsedNumber(text);
      return t !== null && t >= 0 && t <= 1 ? {t} : null;
    },
  },
  {
    key: "region",
    format: (state) => textOfShapes(state.shapes),
    parse(text, state) {
      const shapes = shapesOfText(text, state.z.length);
      return shapes && {shapes};
    },
  },
  choice("tool", /** @type {("lasso"|"rectangle")[]} */ (["lasso", "rectangle"]), (state) => state.tool, (tool) => ({tool})),
  {
    key: "drawing",
    format: (state) => (readsDrawing(state) ? state.inked : ""),
    parse: (text) => (drawingOfText(text) ? {inked: text} : null),
  },
];

/** @template {string} T @param {string} key @param {readonly T[]} values @param {(state: State) => T} read @param {(value: T) => Partial<State>} write @returns {Property} */
function choice(key, values, read, write) {
  return {
    key, format: read,
    parse(text) {
      const found = values.find((value) => value === text);
      return found === undefined ? null : write(found);
    },
  };
}

/** @param {string} key @param {number} low @param {number} high @param {(state: State) => number} read @param {(value: number) => Partial<State>} write @returns {Property} */
function whole(key, low, high, read, write) {
  return {
    key, format: (state) => String(read(state)),
    parse(text) {
      const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
      return value >= low && value <= high ? write(value) : null;
    },
  };
}

/** @param {string} key @param {(state: State) => number|null} read @param {(value: number|null) => Partial<State>} write @returns {Property} */
function optional(key, read, write) {
  const number = whole(key, 0, IMAGES - 1, (state) => read(state) ?? 0, write);
  return {
    key, format: (state) => (read(state) === null ? "" : number.format(state)),
    parse: (text, state) => (text === "" ? write(null) : number.parse(text, state)),
  };
}

/** @param {number} value */
function shortNumber(value) {
  return String(Number(value.toFixed(4)));
}

/** @param {Latent} z */
function latentText(z) {
  return z.map(shortNumber).join(",");
}

/** @param {string} text @returns {number|null} */
function parsedNumber(text) {
  return /^-?\d{1,4}(\.\d{1,9})?$/.test(text) ? Number(text) : null;
}

/** @param {string} text @returns {Latent|null} */
function parsedLatent(text) {
  const [z1, z2, ...rest] = text.split(",").map(parsedNumber);
  if (z1 == null || z2 == null || rest.length || Math.abs(z1) > FARTHEST || Math.abs(z2) > FARTHEST) return null;
  return [z1, z2];
}

/** The middle of a view and what of the latent space spans its shorter side: on another screen as on this one. @param {View} view */
function viewText({cx, cy, scale, width, height}) {
  return [cx, cy, Math.min(width, height) / scale].map((value) => String(Number(value.toFixed(6)))).join(",");
}

/** @param {string} text @returns {View|undefined} of a canvas of one pixel, until a map gives it its size */
function parsedView(text) {
  const [cx, cy, span, ...rest] = text.split(",").map(parsedNumber);
  if (cx == null || cy == null || span == null || rest.length || Math.max(Math.abs(cx), Math.abs(cy), span) > FARTHEST || span < NARROWEST) return undefined;
  return {scale: 1 / span, cx, cy, width: 1, height: 1};
}

/** @param {WalkEnd} end */
function endText(end) {
  return end.kind === "image" ? `i${end.index}` : `p${end.model}:${latentText(end.z)}`;
}

/** @param {string} text @param {number} models @returns {WalkEnd|undefined} */
function parsedEnd(text, models) {
  if (/^i\d{1,5}$/.test(text) && Number(text.slice(1)) < IMAGES) return {kind: "image", index: Number(text.slice(1))};
  const match = /^p(\d):(.+)$/.exec(text);
  const z = match && parsedLatent(match[2]);
  return match && z && Number(match[1]) < models ? {kind: "point", model: Number(match[1]), z} : undefined;
}

/** The part of the state that a link carries; only what differs from `plain`. @param {State} state @param {State} plain */
export function formatLink(state, plain) {
  const pairs = PROPERTIES.map((property) => [property.key, property.format(state), property.format(plain)]);
  return pairs.filter(([, text, usual]) => text !== usual).map(([key, text]) => `${key}=${encodeURIComponent(text)}`).join("&");
}

/** What a link says, as far as it makes sense, and the names of what did not. @param {string} link @param {State} plain @returns {{values: Partial<State>, refused: string[]}} */
export function parseLink(link, plain) {
  if (link.length > LONGEST_LINK) return {values: {}, refused: ["link"]};
  /** @type {Partial<State>} */
  let values = {};
  const refused = [];
  const given = new URLSearchParams(link);
  for (const property of PROPERTIES) {
    const texts = given.getAll(property.key);
    if (texts.length === 0) continue;
    const parsed = texts.length === 1 ? property.parse(texts[0], plain) : null;
    if (parsed) values = {...values, ...parsed};
    else refused.push(property.key);
  }
  return {values, refused};
}
