// @ts-check
// The codes of the test and training images, as dots or numerals, from sprites made once per theme.

import {classesOf, markOf} from "../words/classes.js";
import {contextOf, make} from "../base/dom.js";
import {createDotSheet, makeStamps} from "./layout/dot_raster.js";
import {toPixel} from "../base/geometry.js";
import {classColour, isDim, wordColour, worthColours} from "../base/palette.js";
import {createRoom} from "../base/room.js";
import {hasPosterior} from "../model/plane.js";
import {codesName} from "../words/splits.js";
import {showsClass} from "../state/classes.js";
import {colour as colourAs, escapeXml, short} from "./svg_pen.js";

/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../words/splits.js").Split} Split */
/** @typedef {import("../words/worths.js").Worth} Worth */
/** @typedef {{colours: readonly string[], of: Uint8Array}} Tint colours, and which of them each code has */
/** @typedef {{context: CanvasRenderingContext2D, view: View, ratio: number, theme: Theme, state: State, model: ExplorerModel,
 *   marks?: Uint8Array|null, tint?: Tint}} Layer marks: 1 for each image that is selected; none where all are shown alike; by their classes unless a tint says otherwise */
/** @typedef {Layer & {tint: Tint}} Tinted */
/** @typedef {(label: number, index: number) => boolean} Shown */

export const FADED = 0.1; // how strongly classes are shown beside the one that is pointed at in the legend
export const UNDER_MARKS = 0.3; // how strongly dots are shown under the marks of classes, which are to be read
const NUMERAL_SIZE = 12;
const [NUMERAL_TALL, NUMERAL_EDGE] = [10, 2]; // pixels of a numeral, and what its outline adds to both sides
const [LEAST_SPRITE, SPRITE_EDGE] = [18, 4]; // pixels of a mark's picture, and what it has around a wide one, as a name has
const NAME_SIZE = 13;
const [PLATE_WIDE, PLATE_TALL] = [16 / 13, 18 / 13]; // of the plate under a name, at least, by the size of its text
const DOT_EDGE = 0.6;
const [SQUARE, RING, RING_LINE] = [0.85, 0.8, 0.45]; // of a dot's radius: half a side, a radius, a line
const [SMALL, SMALLEST] = [0.7, 0.75]; // of a dot's radius, and pixels
const CROWD = 1000; // codes; fewer have room to be larger
const MOST_SPRITES = 600; // ten marks in all colours of a ramp, and more

/** Sprites are asked for on every repaint and seldom change. @type {Map<string, HTMLCanvasElement>} */
const sprites = new Map();

/** @param {string} key @param {number} size in device pixels @param {(context: CanvasRenderingContext2D) => void} draw */
function sprite(key, size, draw) {
  let canvas = sprites.get(key);
  if (!canvas) {
    canvas = make("canvas", {width: size, height: size});
    const context = contextOf(canvas);
    context.translate(size / 2, size / 2);
    draw(context);
    if (sprites.size > MOST_SPRITES) sprites.clear();
    sprites.set(key, canvas);
  }
  return canvas;
}

/** @type {Map<string, import("./layout/dot_raster.js").Stamp[]>} */
const dots = new Map();
/** @type {Map<string, number>} */
const widths = new Map();

/** @type {Record<Split, (context: CanvasRenderingContext2D, radius: number) => void>} the outline of a mark;
 *   words/splits.js says them in words */
const SHAPES = {
  test: (context, radius) => context.arc(0, 0, radius, 0, 2 * Math.PI),
  validation: (context, radius) => context.rect(-radius * SQUARE, -radius * SQUARE, 2 * radius * SQUARE, 2 * radius * SQUARE),
  train: (context, radius) => context.arc(0, 0, radius * RING, 0, 2 * Math.PI),
};

/** The dot of a code around the origin. @param {CanvasRenderingContext2D} context @param {string} colour @param {Split} split @param {number} radius @param {boolean} dark */
export function drawDot(context, colour, split, radius, dark) {
  context.beginPath();
  SHAPES[split](context, radius);
  if (split === "train") {
    context.lineWidth = radius * RING_LINE;
    context.strokeStyle = colour;
    context.stroke();
    return;
  }
  context.fillStyle = colour;
  context.fill();
  context.lineWidth = DOT_EDGE;
  context.strokeStyle = dotEdge(colour, dark);
  context.stroke();
}

/** @param {string} colour @param {Split} split @param {number} radius @param {number} ratio @param {boolean} dark */
function dotStamps(colour, split, radius, ratio, dark) {
  const key = `${colour} ${split} ${radius} ${ratio} ${dark}`;
  let stamps = dots.get(key);
  if (!stamps) {
    stamps = makeStamps((radius + 0.5) * ratio, (context) => {
      context.scale(ratio, ratio);
      drawDot(context, colour, split, radius, dark);
    });
    if (dots.size > MOST_SPRITES) dots.clear();
    dots.set(key, stamps);
  }
  return stamps;
}

/** A small dot has no outline, and one shape for all splits. @param {string} colour @param {number} radius pixels of the screen */
export function smallStamps(colour, radius) {
  const key = `small ${colour} ${radius}`;
  let stamps = dots.get(key);
  if (!stamps) {
    stamps = makeStamps(radius, (context) => {
      context.fillStyle = colour;
      context.beginPath();
      context.arc(0, 0, radius, 0, 2 * Math.PI);
      context.fill();
    });
    if (dots.size > MOST_SPRITES) dots.clear();
    dots.set(key, stamps);
  }
  return stamps;
}

/** The outline keeps the pale classes apart from a white page and the dark ones from a black one. @param {string} colour of the dot @param {boolean} dark */
function dotEdge(colour, dark) {
  return dark ? `rgba(255,255,255,${isDim(colour) ? 0.8 : 0.38})` : "rgba(0,0,0,0.38)";
}

/** @param {string} colour of the numeral @param {Theme} theme */
function numeralEdge(colour, {dark}) {
  if (!dark) return {width: 1.2, colour: "rgba(40,40,40,0.9)"};
  return isDim(colour) ? {width: 1.6, colour: "rgba(255,255,255,0.8)"} : {width: 2.4, colour: "rgba(0,0,0,0.85)"};
}

/** How wide a text is, in pixels. @param {string} text @param {string} font */
function widthOf(text, font) {
  const key = `${font} ${text}`;
  let wide = widths.get(key);
  if (wide === undefined) {
    const ruler = contextOf(make("canvas"));
    ruler.font = font;
    wide = ruler.measureText(text).width;
    if (widths.size > MOST_SPRITES) widths.clear();
    widths.set(key, wide);
  }
  return wide;
}

/** @param {Theme} theme */
const numeralFont = ({font}) => `700 ${NUMERAL_SIZE}px ${font}`;

/** @param {string} filled its colour @param {string} mark @param {number} ratio @param {Theme} theme */
function numeralSprite(filled, mark, ratio, theme) {
  const side = Math.max(LEAST_SPRITE, widthOf(mark, numeralFont(theme)) + SPRITE_EDGE);
  return sprite(`numeral ${filled} ${mark} ${ratio} ${theme.dark} ${theme.font}`, Math.ceil(side * ratio), (context) => {
    context.scale(ratio, ratio);
    const {width, colour} = numeralEdge(filled, theme);
    context.font = numeralFont(theme);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineWidth = width;
    context.lineJoin = "round";
    context.strokeStyle = colour;
    context.strokeText(mark, 0, 0.5);
    context.fillStyle = filled;
    context.fillText(mark, 0, 0.5);
  });
}

/** The mark of a class on a plate of the page's colour, around a place; drawing letters anew for every mouse move would cost more than decoding.
 * @param {CanvasRenderingContext2D} context @param {string} mark @param {number} ratio @param {Theme} theme @param {number} x @param {number} y @param {number} [size] of the text */
export function paintName(context, mark, ratio, theme, x, y, size = NAME_SIZE) {
  const font = `700 ${size}px ${theme.font}`;
  const [wide, tall] = [Math.max(PLATE_WIDE * size, widthOf(mark, font) + SPRITE_EDGE), PLATE_TALL * size];
  const side = Math.max(wide, tall) + SPRITE_EDGE;
  const picture = sprite(`name ${mark} ${size} ${ratio} ${theme.halo} ${theme.font}`, Math.ceil(side * ratio), (context) => {
    context.scale(ratio, ratio);
    context.fillStyle = theme.halo;
    context.beginPath();
    context.roundRect(-wide / 2, -tall / 2, wide, tall, 4);
    context.fill();
    Object.assign(context, {font, textAlign: "center", textBaseline: "middle", fillStyle: theme.text});
    context.fillText(mark, 0, 0.5);
  });
  context.drawImage(picture, x - side / 2, y - side / 2, side, side);
}

/** How many times larger a part of the latent space is seen than where all of it is. @param {View} view @param {[import("../state/state.js").Latent, import("../state/state.js").Latent]} part */
export function closeness(view, [low, high]) {
  return view.scale / Math.min(view.width / (high[0] - low[0]), view.height / (high[1] - low[1]));
}

/** A dot's radius: smaller where the whole cloud is in sight, larger as one comes closer. @param {View} view @param {ExplorerModel} model */
export function dotRadius(view, model) {
  const closer = Math.max(1, closeness(view, [model.low, model.high]));
  const alone = Math.max(1, CROWD / model.bundle.points.labels.length) ** 0.2;
  return Math.round(Math.min(5, Math.max(1.9, Math.min(view.width, view.height) / 230) * alone * closer ** 0.35) * 4) / 4;
}

/** What codes are coloured by. @param {import("../model/bundle.js").Bundle} bundle @param {Worth|null} worth a number that each image has; null: their classes @param {Theme} theme @returns {Tint} */
export function tintOf(bundle, worth, theme) {
  if (!worth) return {colours: classesOf(bundle).map((_, label) => classColour(label)), of: bundle.points.labels};
  const {shares, words, values, absent} = worth;
  if (words && values) {
    return {colours: [...words.map((_, place) => wordColour(place, absent > 0)), theme.muted], of: Uint8Array.from(values, (place) => Math.min(place, words.length))};
  }
  if (!shares) return {colours: [theme.muted], of: new Uint8Array(bundle.points.labels.length)};
  const ramp = worthColours(theme.dark);
  return {colours: absent ? [...ramp, theme.muted] : ramp, of: Uint8Array.from(shares, (share) => (Number.isNaN(share) ? ramp.length : Math.round(share * (ramp.length - 1))))};
}

/** @param {Layer} layer @returns {Tinted} */
function tinted(layer) {
  return {...layer, tint: layer.tint ?? tintOf(layer.model.bundle, null, layer.theme)};
}

/** The codes of points, as the layers show them. @param {Layer} given */
export function paintPoints(given) {
  const layer = tinted(given);
  const {context, ratio, state: {layers}} = layer;
  for (const {shown, strength} of sheetsOf(layer)) {
    if (layers.glyphs) {
      smallDotsOf(layer, shown).layOver(context, ratio, strength * UNDER_MARKS);
      context.globalAlpha = strength;
      paintNumerals(layer, shown);
    } else dotsOf(layer, shown).layOver(context, ratio, strength);
  }
  context.globalAlpha = 1;
}

/** The same as vectors. @param {import("./svg_pen.js").SvgPen} pen @param {Layer} given */
export function codesAsSvg(pen, given) {
  const layer = tinted(given);
  const {view, theme, model, tint, state: {layers}} = layer;
  const edges = tint.colours.map((colour) => {
    if (!theme.dark || !isDim(colour)) return "";
    return layers.glyphs ? ` ${colourAs("stroke", numeralEdge(colour, theme).colour)} stroke-width="${numeralEdge(colour, theme).width}"` : ` ${colourAs("stroke", dotEdge(colour, true))}`;
  });
  for (const {shown, strength} of sheetsOf(layer)) {
    if (layers.glyphs) {
      const small = smallRadius(view, model);
      pen.part("dots", ` opacity="${strength * UNDER_MARKS}"`, () => dotPlaces(layer, shown, (i, _, x, y) => pen.write(`<circle cx="${short(x)}" cy="${short(y)}" r="${short(small)}" fill="${tint.colours[tint.of[i]]}"/>`)));
      const {width, colour} = numeralEdge("", theme); // those that differ carry their own
      const style = ` opacity="${strength}" font-family="${escapeXml(theme.font)}" font-size="${NUMERAL_SIZE}" font-weight="700" text-anchor="middle" paint-order="stroke" ${colourAs("stroke", colour)} stroke-width="${width}" stroke-linejoin="round"`;
      const names = classesOf(model.bundle);
      pen.part("codes", style, () => numeralPlaces(layer, shown, NUMERAL_SIZE / 2, (i, label, x, y) =>
        pen.write(`<text x="${short(x)}" y="${short(y + 0.35 * NUMERAL_SIZE)}" fill="${tint.colours[tint.of[i]]}"${edges[tint.of[i]]}>${escapeXml(markOf(names, label))}</text>`)));
      continue;
    }
    const radius = dotRadius(view, model);
    pen.part("codes", ` opacity="${strength}" ${colourAs("stroke", dotEdge("", theme.dark))} stroke-width="${DOT_EDGE}"`, () => dotPlaces(layer, shown, (i, split, x, y) => pen.write(vectorDot(tint.colours[tint.of[i]], split, x, y, radius, edges[tint.of[i]]))));
  }
}

/** The codes that are laid over the map in one go, and how much they cover it; codes without a tint have no words to be highlighted. @param {Layer} layer @returns {{shown: Shown, strength: number}[]} */
export function sheetsOf({state, model, marks, tint}) {
  const {layers, focus, lit} = state;
  if (!layers.points && !layers.glyphs) return [];
  // What lies under the points, or is to be seen among them, must not drown in them.
  const strength = layers.manifold || (layers.posterior && hasPosterior(model.bundle)) ? 0.4 : 0.85;
  if (focus === null && lit === null && !marks) return [{shown: (label) => showsClass(state, label), strength}];
  const isLit = (/** @type {number} */ label, /** @type {number} */ index) => (focus === null || label === focus) && (lit === null || tint?.of[index] === lit) && (!marks || marks[index] === 1);
  return [false, true].map((lit) => ({shown: (label, index) => showsClass(state, label) && isLit(label, index) === lit, strength: lit ? strength : FADED}));
}

/** @param {Tinted} layer @param {Shown} shown */
function dotsOf(layer, shown) {
  const {view, ratio, theme, model, tint} = layer;
  const sheet = createDotSheet(Math.ceil(view.width * ratio), Math.ceil(view.height * ratio));
  const radius = dotRadius(view, model);
  /** @type {Partial<Record<Split, import("./layout/dot_raster.js").Stamp[][]>>} */
  const stamps = {};
  dotPlaces(layer, shown, (i, split, x, y) => {
    const ofSplit = (stamps[split] ??= tint.colours.map((one) => dotStamps(one, split, radius, ratio, theme.dark)));
    sheet.add(ofSplit[tint.of[i]], x * ratio, y * ratio);
  });
  return sheet;
}

/** Where codes stand as marks, those for whose mark there is no room are seen, too. @param {Tinted} layer @param {Shown} shown */
function smallDotsOf(layer, shown) {
  const {view, ratio, model, tint} = layer;
  const sheet = createDotSheet(Math.ceil(view.width * ratio), Math.ceil(view.height * ratio));
  const radius = smallRadius(view, model) * ratio;
  const stamps = tint.colours.map((colour) => smallStamps(colour, radius));
  dotPlaces(layer, shown, (i, _, x, y) => sheet.add(stamps[tint.of[i]], x * ratio, y * ratio));
  return sheet;
}

/** A small dot's radius: the smaller, the more of them there are. @param {View} view @param {ExplorerModel} model */
export function smallRadius(view, model) {
  const {points, rest} = model.bundle;
  const count = points.labels.length;
  return Math.max(SMALLEST, SMALL * dotRadius(view, model) * (count / (count + (rest?.count ?? 0))) ** 0.2);
}

/** Where each dot is put, in the order in which they lie over one another. @param {Layer} layer @param {Shown} shown
 * @param {(index: number, split: Split, x: number, y: number) => void} put */
function dotPlaces({view, model}, shown, put) {
  const {codes, labels, splits} = model.bundle.points;
  const [left, top] = toPixel(view, 0, 0);
  let i = 0;
  for (const [split, count] of Object.entries(splits)) {
    for (const end = Math.min(labels.length, i + count); i < end; i++) {
      if (shown(labels[i], i)) put(i, /** @type {Split} */ (split), left + codes[2 * i] * view.scale, top - codes[2 * i + 1] * view.scale);
    }
  }
}

/** @param {string} fill @param {Split} split @param {number} x @param {number} y @param {number} radius @param {string} edge where it is not that of most */
function vectorDot(fill, split, x, y, radius, edge) {
  if (split === "test") return `<circle cx="${short(x)}" cy="${short(y)}" r="${radius}" fill="${fill}"${edge}/>`;
  if (split === "train") return `<circle cx="${short(x)}" cy="${short(y)}" r="${short(radius * RING)}" fill="none" stroke="${fill}" stroke-opacity="1" stroke-width="${short(radius * RING_LINE)}"/>`;
  const half = radius * SQUARE;
  return `<rect x="${short(x - half)}" y="${short(y - half)}" width="${short(2 * half)}" height="${short(2 * half)}" fill="${fill}"${edge}/>`;
}

/** @param {Tinted} layer @param {Shown} shown */
function paintNumerals(layer, shown) {
  const {context, ratio, theme, model, tint} = layer;
  const names = classesOf(model.bundle);
  numeralPlaces(layer, shown, LEAST_SPRITE / 2, (i, label, x, y) => {
    const picture = numeralSprite(tint.colours[tint.of[i]], markOf(names, label), ratio, theme);
    const side = picture.width / ratio;
    context.drawImage(picture, x - side / 2, y - side / 2, side, side);
  });
}

/** Each mark keeps a box to itself, so that they can be read. @param {Layer} layer @param {Shown} shown @param {number} half of a mark's side
 * @param {(index: number, label: number, x: number, y: number) => void} put */
function numeralPlaces({view, theme, model}, shown, half, put) {
  const {codes, labels} = model.bundle.points;
  const names = classesOf(model.bundle);
  const widest = Math.max(...names.map((_, label) => widthOf(markOf(names, label), numeralFont(theme))));
  const room = createRoom(widest + NUMERAL_EDGE, NUMERAL_TALL + NUMERAL_EDGE);
  for (let i = 0; i < labels.length; i++) {
    if (!shown(labels[i], i)) continue;
    const x = view.width / 2 + (codes[2 * i] - view.cx) * view.scale;
    const y = view.height / 2 - (codes[2 * i + 1] - view.cy) * view.scale;
    if (x < -half || y < -half || x > view.width + half || y > view.height + half) continue;
    if (room.take(x, y)) put(i, labels[i], x, y);
  }
}

/** The training codes, grey: their labels do not travel with the bundle. @param {Layer} layer */
export function paintTraining({context, view, theme, model}) {
  const {codes} = model.bundle.train;
  context.fillStyle = theme.dark ? "rgba(255,255,255,0.34)" : "rgba(30,36,48,0.3)";
  for (let i = 0; i < codes.length; i += 2) {
    const x = view.width / 2 + (codes[i] - view.cx) * view.scale;
    const y = view.height / 2 - (codes[i + 1] - view.cy) * view.scale;
    if (x >= 0 && y >= 0 && x <= view.width && y <= view.height) context.fillRect(x - 0.6, y - 0.6, 1.2, 1.2);
  }
}

/** How many codes of the classes that the legend shows lie beyond the map, and how many of the others are shown as pictures; a sentence each, where there are any.
 * @param {ExplorerModel} model @param {View} view @param {State} state @param {readonly number[]} [pictured] @returns {string[]} */
export function sightTexts({bundle: {points: {codes, labels, splits}, rest}}, view, state, pictured = []) {
  if (!state.layers.points && !state.layers.glyphs) return [];
  const [x, y] = [view.width / 2 / view.scale, view.height / 2 / view.scale];
  const isBeyond = (/** @type {number} */ i) => Math.abs(codes[2 * i] - view.cx) > x || Math.abs(codes[2 * i + 1] - view.cy) > y;
  let [inside, beyond] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    if (!showsClass(state, labels[i])) continue;
    if (isBeyond(i)) beyond++;
    else inside++;
  }
  const shown = pictured.reduce((sum, i) => sum + Number(!isBeyond(i)), 0);
  const [name, own] = [codesName(splits), beyond === 1 ? " with an image" : " with images"];
  return [
    beyond ? `${beyond.toLocaleString("en")} ${beyond === 1 ? name.slice(0, -1) : name}${rest ? own : ""} out of sight` : "",
    shown ? `${shown.toLocaleString("en")} of ${inside.toLocaleString("en")} in sight as ${shown === 1 ? "a picture" : "pictures"}` : "",
  ].filter(Boolean);
}
