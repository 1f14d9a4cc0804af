// @ts-check
// The strongest ways into and out of a chosen unit: lines between cells, orange where they push it up, blue where down.

import {contextOf, make} from "../../base/dom.js";
import {weightsFrom, weightsInto} from "../../model/stages.js";

/** @typedef {import("./row.js").Shown} Shown */
/** @typedef {import("../../state/state.js").ChosenUnit} ChosenUnit */
/** @typedef {(unit: number) => [number, number]} PlaceOf where the middle of a unit is drawn, from the corner of the row */
/** @typedef {{values: ArrayLike<number>, placeOf: PlaceOf}} Source */
/** @typedef {{from: number, share: number}} Link share: −1 … 1 of the strongest */

const MOST = 20;

/** The units whose contributions are largest, the strongest last; contributions of none are no links. @param {Float32Array} contributions @returns {Link[]} */
export function strongest(contributions) {
  // Numbers are sorted far faster than places: first how large one has to be, then where they are.
  const sizes = Float32Array.from(contributions, Math.abs).sort();
  const [most, least] = [sizes[sizes.length - 1] || 1, sizes[Math.max(0, sizes.length - MOST)]];
  const links = [];
  for (let i = 0; i < contributions.length && links.length < MOST; i++) {
    if (contributions[i] !== 0 && Math.abs(contributions[i]) >= least) links.push({from: i, share: contributions[i] / most});
  }
  return links.sort((a, b) => Math.abs(a.share) - Math.abs(b.share));
}

/** What each input adds to a unit now: w·h. @param {Float32Array} weights @param {ArrayLike<number>} values */
export function contributionsOf(weights, values) {
  return weights.map((weight, i) => weight * values[i]);
}

/** @param {() => {width: number, height: number}} room of the row that the lines lie over */
export function createLinks(room) {
  const canvas = make("canvas", {class: "lxn-links", "aria-hidden": "true"});
  const context = contextOf(canvas);
  let blank = true;

  /** @param {Link[]} links @param {PlaceOf} placeOf @param {[number, number]} to @param {[string, string]} colours */
  function draw(links, placeOf, to, colours) {
    for (const {from, share} of links) {
      const [x, y] = placeOf(from);
      const middle = (x + to[0]) / 2;
      context.strokeStyle = colours[share < 0 ? 0 : 1];
      context.globalAlpha = 0.25 + 0.6 * Math.abs(share);
      context.lineWidth = 0.6 + 1.6 * Math.abs(share);
      context.beginPath();
      context.moveTo(x, y);
      context.bezierCurveTo(middle, y, middle, to[1], to[0], to[1]);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  return {
    element: canvas,
    /** @param {ChosenUnit|null} unit @param {Shown[]} shown the stages of its part @param {Map<string, import("../../model/bundle.js").Tensor>} tensors
     * @param {Source|null} input what the first of them reads, where that is drawn as a picture @param {[string, string]} colours below 0 and above */
    paint(unit, shown, tensors, input, colours) {
      if (!unit && blank) return;
      const ratio = window.devicePixelRatio || 1;
      const {width, height} = room();
      const [wide, tall] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (canvas.width !== wide || canvas.height !== tall) Object.assign(canvas, {width: wide, height: tall});
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      blank = unit === null;
      if (!unit) return;
      const {stage, cells, values} = shown[unit.place];
      const [before, next] = [unit.place ? sourceOf(shown[unit.place - 1]) : input, shown[unit.place + 1]];
      const here = cells.placeOf(unit.unit);
      if (before && stage.layer.op === "linear" && stage.shape.length === 1) {
        draw(strongest(contributionsOf(weightsInto(tensors, stage, unit.unit).values, before.values)), before.placeOf, here, colours);
      }
      const out = next && weightsFrom(tensors, stage, next.stage, unit.unit);
      if (out && next.stage.shape.length === 1) draw(strongest(out.values.map((weight) => weight * values[unit.unit])), next.cells.placeOf, here, colours);
    },
  };
}

/** A stage of maps has no single units to draw lines from. @param {Shown} shown @returns {Source|null} */
function sourceOf({stage, values, cells}) {
  return stage.shape.length === 1 ? {values, placeOf: cells.placeOf} : null;
}
