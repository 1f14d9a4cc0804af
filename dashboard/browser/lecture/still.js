// @ts-check
// A still of what a file cannot show alive: the figure of an experiment, or planes of codes side by side.

import {make} from "../base/dom.js";
import PALETTE from "../base/colours.json" with {type: "json"};
import {CLASS_COLOURS} from "../base/palette.js";

/** @typedef {{name: string, x: number[], y: number[], low: number[], high: number[]}} Curve */
/** @typedef {{x: string, y: string, logs: [boolean, boolean], curves: Curve[]}} Chart */
/** @typedef {{title: string, told: string, reach: string, points: number[]}} Plane points: x, y, x, y, …, 0 to 255; reach: of the plane from the origin */
/** @typedef {{caption: string, chart?: Chart, labels?: number[], planes?: Plane[]}} Still as dashboard/lecture/stills.py writes it */

const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM] = [1600, 760, 175, 20, 660];
const LETTER = 14.5; // how wide one of a label is, at most
const LINE = 34; // between labels
const GRID = 255;

/** @param {Still} still */
export function stillPicture({caption, chart, labels = [], planes = []}) {
  const picture = chart ? [chartDrawing(chart)] : planes.map((plane) => planeDrawing(plane, labels));
  return make("figure", {class: "lec-view lec-still", "data-testid": "still"}, make("div", {class: "lec-still-row", "data-count": picture.length}, ...picture), make("figcaption", {}, caption, ...(planes.length ? [classesLegend()] : [])));
}

function classesLegend() {
  return make("span", {class: "lec-still-classes"}, ...CLASS_COLOURS.map((colour, label) => make("span", {class: "lec-still-class", style: `--own: ${colour}`}, String(label))));
}

/** Ticks of an axis, at most about six. @param {number} low @param {number} high @param {boolean} log */
export function ticksOf(low, high, log) {
  if (log) {
    const digits = high - low < 2 ? [1, 2, 5] : [1];
    const powers = Array.from({length: Math.floor(high) - Math.floor(low) + 1}, (_, i) => Math.floor(low) + i);
    return powers.flatMap((power) => digits.map((digit) => power + Math.log10(digit))).filter((one) => one >= low - 1e-9 && one <= high + 1e-9);
  }
  const rough = (high - low) / 5;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * unit).find((one) => one >= rough) ?? unit;
  return Array.from({length: Math.floor(high / step) - Math.ceil(low / step) + 1}, (_, i) => (Math.ceil(low / step) + i) * step);
}

/** What stands where a curve ends. @param {number} value */
const endText = (value) => value.toFixed(Math.abs(value) < 10 ? 2 : 1).replace("-", "−");

/** @param {Chart} chart */
function chartDrawing({x, y, logs, curves}) {
  const scaled = (/** @type {number} */ value, /** @type {number} */ axis) => (logs[axis] ? Math.log10(value) : value);
  const reach = (/** @type {number[]} */ values, /** @type {number} */ axis) => {
    const all = values.map((value) => scaled(value, axis)).filter(Number.isFinite);
    return [Math.min(...all), Math.max(...all)];
  };
  const [left, right] = reach(curves.flatMap((curve) => curve.x), 0);
  const [low, high] = reach(curves.flatMap((curve) => [...curve.y, ...curve.low, ...curve.high]), 1);
  const named = (/** @type {Curve} */ {name, y: values}) => `${name} ${endText(values[values.length - 1])}`;
  const edge = WIDTH - 28 - LETTER * Math.max(...curves.map((curve) => named(curve).length)); // the labels have the rest
  const toX = (/** @type {number} */ value) => LEFT + ((value - left) / (right - left)) * (edge - LEFT);
  const toY = (/** @type {number} */ value) => BOTTOM - ((value - low) / (high - low)) * (BOTTOM - TOP);
  const at = (/** @type {number} */ px, /** @type {number} */ py) => `${toX(scaled(px, 0)).toFixed(1)},${toY(scaled(py, 1)).toFixed(1)}`;
  const text = (/** @type {number} */ value, /** @type {boolean} */ log) => (log ? 10 ** value : value).toLocaleString("en", {maximumSignificantDigits: 4}).replace("-", "−");
  const root = drawing(WIDTH, HEIGHT, `${y} against ${x}: ${curves.map(({name}) => name).join("; ")}`);
  for (const value of ticksOf(left, right, logs[0])) add(root, "text", {x: toX(value), y: BOTTOM + 36, "text-anchor": "middle"}, text(value, logs[0]));
  for (const value of ticksOf(low, high, logs[1])) {
    add(root, "path", {class: "lec-still-rule", d: `M${LEFT} ${toY(value)}H${edge}`});
    add(root, "text", {x: LEFT - 12, y: toY(value) + 9, "text-anchor": "end"}, text(value, logs[1]));
  }
  add(root, "text", {x: (LEFT + edge) / 2, y: HEIGHT - 14, "text-anchor": "middle"}, x);
  add(root, "text", {x: 0, y: 0, transform: `translate(30 ${(TOP + BOTTOM) / 2}) rotate(-90)`, "text-anchor": "middle"}, y);
  const ends = curves.map((curve, i) => ({curve, i, y: toY(scaled(curve.y[curve.y.length - 1], 1))})).sort((a, b) => a.y - b.y);
  let least = TOP + LINE / 2;
  const highest = BOTTOM - LINE * (ends.length - 0.5);
  ends.forEach(({curve, i, y: end}, rank) => {
    const group = add(root, "g", {style: `--own: ${PALETTE.colours[i % PALETTE.colours.length]}`});
    if (curve.low.length) add(group, "polygon", {class: "lec-still-band", points: [...curve.x.map((px, j) => at(px, curve.low[j])), ...curve.x.map((px, j) => at(px, curve.high[j])).reverse()].join(" ")});
    add(group, "polyline", {class: "lec-still-curve", points: curve.x.map((px, j) => at(px, curve.y[j])).join(" ")});
    const labelY = Math.min(Math.max(end, least), highest + rank * LINE);
    least = labelY + LINE;
    const last = toX(scaled(curve.x[curve.x.length - 1], 0));
    add(group, "path", {class: "lec-still-lead", d: `M${last + 6} ${end}L${edge + 20} ${labelY}`});
    add(group, "text", {x: edge + 28, y: labelY + 9}, named(curve));
  });
  return root;
}

/** @param {Plane} plane @param {number[]} labels */
function planeDrawing({title, told, reach, points}, labels) {
  const root = drawing(GRID, GRID, `Codes under ${title}, within ±${reach}`);
  add(root, "path", {class: "lec-still-rule", d: `M0 ${GRID / 2}H${GRID}M${GRID / 2} 0V${GRID}`});
  CLASS_COLOURS.forEach((colour, label) => {
    const dots = labels.flatMap((one, i) => (one === label ? [`M${points[2 * i]} ${GRID - points[2 * i + 1]}h0`] : []));
    add(root, "path", {class: "lec-still-dots", style: `--own: ${colour}`, d: dots.join("")});
  });
  return make("div", {class: "lec-still-plane"}, make("p", {}, make("strong", {}, title), ` ${told}`), root, make("p", {class: "lec-still-reach"}, `z₁ and z₂ from −${reach} to ${reach}`));
}

/** @param {number} width @param {number} height @param {string} label */
function drawing(width, height, label) {
  const root = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  root.setAttribute("viewBox", `0 0 ${width} ${height}`);
  root.setAttribute("role", "img");
  root.setAttribute("aria-label", label);
  return root;
}

/** @param {SVGElement} parent @param {string} tag @param {Record<string, string|number>} attributes @param {string} [text] */
function add(parent, tag, attributes, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.textContent = text;
  parent.append(element);
  return /** @type {SVGElement} */ (element);
}
