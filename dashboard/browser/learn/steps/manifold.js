// @ts-check
// Step 9: the decoded manifold, evenly spaced or with tiles of equal prior mass, and how the aggregate posterior fills
// the prior.

import {shareText} from "../../words/captions.js";
import {marked} from "../../words/terms.js";
import {gridOver} from "../../model/density.js";
import {choiceBar, contextOf, make, setText} from "../../base/dom.js";
import {manifoldAxis, manifoldEdges, priorMassBeyond, toPixel} from "../../base/geometry.js";
import {oneOf} from "../parts/kept.js";
import {createLessonMap} from "../parts/map.js";
import {createChoiceSlider, createNote} from "../parts/parts.js";
import {paintPriorCircles} from "../parts/points.js";
import {aggregateWithin} from "../maths/samples.js";
import {manifoldPicture, paintManifold} from "../../map/backdrop.js";
import {fieldRamp} from "../../base/palette.js";

/** @typedef {import("../parts/map.js").Painter} Painter */
/** @typedef {import("../../map/backdrop.js").Manifold} Manifold */
/** @typedef {"linear"|"prior"} Spacing */
/** @typedef {"digits"|"density"} Shown */

const TILES = [5, 10, 15, 20, 25, 30];
const RADII = Array.from({length: 71}, (_, i) => Number((0.5 + i * 0.05).toFixed(2)));
/** @type {readonly Spacing[]} */
const SPACINGS = ["linear", "prior"];
/** @type {readonly Shown[]} */
const SHOWN = ["digits", "density"];
const REACH_SHOWN = 3.4; // prior standard deviations
const CELL = 4; // pixels of the density

/** @param {import("../lesson.js").Lesson} lesson @returns {import("../lesson.js").LessonView} */
export function manifoldView(lesson) {
  const {model} = lesson;
  let [tiles, radius] = [oneOf(TILES, lesson.left.tiles, 15), oneOf(RADII, lesson.left.radius, 2)];
  let spacing = oneOf(SPACINGS, lesson.left.spacing, "linear");
  let shown = oneOf(SHOWN, lesson.left.shown, "digits");
  /** @type {{key: string, manifold: Manifold}|null} */
  let decoded = null;
  /** @type {{key: string, values: Float32Array, grid: import("../../model/density.js").Grid}|null} */
  let density = null;
  let [asked, askedDensity] = ["", ""];

  const map = createLessonMap({
    lesson, testid: "lesson-map", unit: "z₁, prior sd", range: () => [[-REACH_SHOWN, -REACH_SHOWN], [REACH_SHOWN, REACH_SHOWN]],
    base(painter) {
      if (shown === "digits" && decoded) paintTiles(painter, decoded.manifold);
      if (shown === "density" && density) paintDensity(painter, density);
      if (shown === "density") paintPriorCircles(painter, model);
    },
    key: () => [shown, decoded, density],
    marks({context, view, theme}) {
      context.beginPath();
      context.arc(...toPixel(view, 0, 0), radius * view.scale, 0, 2 * Math.PI);
      context.strokeStyle = theme.halo;
      context.lineWidth = 6;
      context.stroke();
      context.strokeStyle = theme.accent;
      context.lineWidth = 3;
      context.stroke();
    },
    handles: [{name: "radius", label: "radius r; arrow keys change it", axis: 0, at: () => [radius, 0], move: (z) => setRadius(Math.hypot(z[0], z[1]))}],
  });
  const what = choiceBar("What the map shows", [{value: /** @type {Shown} */ ("digits"), text: "Decoded digits", testid: "show-digits"},
    {value: /** @type {Shown} */ ("density"), text: "Aggregate posterior", testid: "show-density"}], (value) => {
    shown = value;
    lesson.commit();
  });
  const spacings = choiceBar("Spacing of the digits", [{value: /** @type {Spacing} */ ("linear"), text: "Equal steps", testid: "spacing-linear"},
    {value: /** @type {Spacing} */ ("prior"), text: "Equal prior mass", testid: "spacing-prior"}], (value) => {
    spacing = value;
    lesson.commit();
  });
  const tileSlider = createChoiceSlider({label: "digits per side, n", testid: "manifold-n", values: TILES, first: tiles,
    changed(value) {
      tiles = value;
      lesson.invalidate();
    },
    settled: lesson.commit});
  const radiusSlider = createChoiceSlider({label: "radius r, prior sd", testid: "radius", values: RADII, first: radius, format: (value) => value.toFixed(2), changed: setRadius, settled: lesson.commit});
  const values = ["r", "prior_within", "aggregate_within"].map((name) => make("output", {class: name === "aggregate_within" ? "ls-value ls-telling" : "ls-value", "data-testid": `reading-${name}`}));
  const table = make("div", {class: "ls-readings"}, ...["r", "prior within r", "aggregate posterior within r"].map((label, i) =>
    make("div", {class: "ls-reading"}, make("span", {class: "ls-name"}, ...marked(label)), values[i])));
  const verdict = createNote("manifold-verdict", true);
  const note = createNote("manifold-note");
  /** @type {{radius: number, share: number}|null} */
  let within = null;

  /** @param {number} wanted */
  function setRadius(wanted) {
    radius = Math.min(RADII[RADII.length - 1], Math.max(RADII[0], Math.round(wanted * 20) / 20));
    radiusSlider.set(Number(radius.toFixed(2)));
    lesson.invalidate();
  }

  async function decode() {
    const key = `${tiles} ${spacing}`;
    if (asked === key) return;
    asked = key;
    const [low, high] = [-REACH_SHOWN, REACH_SHOWN];
    const axis = manifoldAxis(tiles, spacing, low, high);
    const edges = manifoldEdges(tiles, spacing, low, high);
    const z = Float32Array.from(axis.flatMap((z2) => axis.flatMap((z1) => [z1, z2])));
    const images = await lesson.decoder.decodeMany(z).catch(lesson.fail);
    if (!images || asked !== key) return;
    decoded = {key, manifold: {size: tiles, x: edges, y: edges, middles: spacing === "linear" ? null : [axis, axis], values: images}};
    lesson.invalidate();
  }

  async function measureDensity() {
    const view = map.view();
    const key = `${view.scale} ${view.width} ${view.height}`;
    if (askedDensity === key || view.width <= 1) return;
    askedDensity = key;
    const grid = gridOver(view, CELL);
    const field = await lesson.decoder.fields("density", grid).catch(lesson.fail);
    if (!field || askedDensity !== key) return;
    density = {key, values: field, grid};
    lesson.invalidate();
  }

  function readings() {
    if (within?.radius !== radius) within = {radius, share: aggregateWithin(model.bundle.points, radius)};
    return {r: radius, prior_within: 1 - priorMassBeyond(radius), aggregate_within: within.share};
  }

  return {
    elements: [map.element, make("div", {class: "ls-side"}, what.element, spacings.element, tileSlider.element, radiusSlider.element, table, verdict.element, note.element)],
    resize: map.resize,
    render() {
      if (shown === "digits") decode();
      else measureDensity();
      map.render();
      what.show(shown);
      spacings.show(spacing);
      spacings.element.hidden = tileSlider.element.hidden = shown !== "digits";
      const found = readings();
      [found.r.toFixed(2), shareText(found.prior_within), shareText(found.aggregate_within)].forEach((text, i) => setText(values[i], text));
      const much = found.aggregate_within > found.prior_within ? "more" : "less";
      verdict.say(`Within r the aggregate posterior holds ${much} than the prior does.`);
      note.say((shown === "digits"
        ? `${tiles} × ${tiles} latents decoded by ${model.bundle.name}, ${spacing === "prior" ? "at the middles of strips of equal prior mass, so that every tile stands for the same share of the prior" : "in even steps of z"}. `
        : `Mean over ${model.bundle.points.count.toLocaleString("en")} test images of q(z|x); circles: the prior at 1, 2 and 3 σ. `) +
        `Images binarised (${model.bundle.points.protocol}, seed ${model.bundle.points.seed}).`);
    },
    readings,
    left: () => ({tiles, radius, spacing, shown}),
    place: () => ({layers: {...noLayers(), manifold: shown === "digits", density: shown === "density", prior: true}, manifoldSize: Math.max(10, tiles), spacing}),
  };
}

function noLayers() {
  return {points: false, pictures: false, glyphs: false, training: false, manifold: false, prior: false, density: false, distance: false, entropy: false, posterior: false, unit: false};
}

/** @type {{manifold: Manifold, theme: unknown, canvas: HTMLCanvasElement}|null} the picture painted last */
let painted = null;

/** @param {Painter} painter @param {Manifold} manifold */
function paintTiles({context, view, theme}, manifold) {
  if (painted?.manifold !== manifold || painted.theme !== theme) painted = {manifold, theme, canvas: manifoldPicture(manifold, theme)};
  paintManifold(context, view, manifold, painted.canvas);
}

/** Its square root, which keeps the outskirts in sight. @param {Painter} painter @param {{values: Float32Array, grid: import("../../model/density.js").Grid}} density */
function paintDensity({context, view, theme}, {values, grid}) {
  const canvas = make("canvas", {width: grid.columns, height: grid.rows});
  const sheet = contextOf(canvas);
  const image = sheet.createImageData(grid.columns, grid.rows);
  const pixels = new Uint32Array(image.data.buffer);
  const ramp = fieldRamp("density", theme.dark);
  const most = values.reduce((highest, value) => Math.max(highest, value), 1e-12);
  values.forEach((value, i) => (pixels[i] = ramp[Math.round(Math.sqrt(value / most) * 255)]));
  sheet.putImageData(image, 0, 0);
  const [left, top] = toPixel(view, grid.low[0], grid.high[1]);
  const [right, bottom] = toPixel(view, grid.high[0], grid.low[1]);
  context.imageSmoothingEnabled = true;
  context.drawImage(canvas, left, top, right - left, bottom - top);
}
