// @ts-check
// A map as SVG: grid and axes, points or numerals, contours, a walk and the cursor, as on screen, and the key; what is painted pixel by
// pixel or has 60,000 points is left to the PNG.

import {classesOf, markOf} from "../words/classes.js";
import {contextOf, make} from "../base/dom.js";
import {axisTicks, toPixel} from "../base/geometry.js";
import {mapKey} from "./key.js";
import {gaussianOutline, ownText, priorLabels, tickText} from "./marks.js";
import {dotRadius} from "./points.js";
import {CLASS_COLOURS} from "../base/palette.js";
import {chosenImage, showsClass} from "../state/state.js";

/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("../state/state.js").State} State */

const SVG_LEFT = 50;
const SVG_BOTTOM = 44;
const SVG_TEXT = 13;

/** @param {import("../model/explorer_model.js").ExplorerModel} model @param {View} view @param {State} state @param {import("../base/palette.js").Theme} theme
 * @param {import("../state/state.js").Latent[]} path of a walk, or nothing */
export function mapAsSvg(model, view, state, theme, path) {
  const {codes, labels} = model.bundle.points;
  const place = (/** @type {number} */ z1, /** @type {number} */ z2) => toPixel(view, z1, z2).map((value) => value.toFixed(1));
  const names = classesOf(model.bundle);
  const radius = dotRadius(view, model);
  const dots = Array.from(labels, (label, i) => {
    if (!showsClass(state, label) || !(state.layers.points || state.layers.glyphs)) return "";
    const [x, y] = place(codes[2 * i], codes[2 * i + 1]);
    const colour = CLASS_COLOURS[label];
    return state.layers.glyphs ? `<text x="${x}" y="${y}" fill="${colour}">${escapeXml(markOf(names, label))}</text>` : `<circle cx="${x}" cy="${y}" r="${radius}" fill="${colour}"/>`;
  });
  const [ox, oy] = place(0, 0);
  const isVae = model.bundle.kind === "vae";
  const label = (/** @type {string} */ text, /** @type {string[]} */ [x, y]) => `<text x="${x}" y="${y}" text-anchor="middle" dominant-baseline="central" font-weight="600" paint-order="stroke" stroke="${theme.background}" stroke-width="4">${text}</text>`;
  const prior = [1, 2, 3].map((sigma) => `<circle cx="${ox}" cy="${oy}" r="${(sigma * view.scale).toFixed(1)}" fill="none" stroke="${theme.text}"${isVae ? "" : ' stroke-dasharray="4"'}/>`);
  const own = isVae ? [] : [1, 2, 3].map((sigma) => `<polygon points="${gaussianOutline(model.gaussian, sigma).map(([z1, z2]) => place(z1, z2).join(",")).join(" ")}" fill="none" stroke="${theme.text}"/>`);
  const top = gaussianOutline(model.gaussian, 2).reduce((highest, z) => (z[1] > highest[1] ? z : highest));
  const said = isVae ? priorLabels(view).map(({sigma, text}) => label(text, place(0, sigma)))
    : [label(ownText(), place(model.gaussian.mean[0], top[1])), label("N(0, I), 3σ", place(0, -3))];
  const contours = state.layers.prior ? [...prior, ...own, ...said] : [];
  const image = chosenImage(state);
  const [cx, cy] = image === null ? [] : place(...model.codeOf(image));
  const chosen = image === null ? "" : `<circle cx="${cx}" cy="${cy}" r="5" fill="${CLASS_COLOURS[labels[image]]}" stroke="${theme.text}" stroke-width="2"/>`;
  const [x, y] = place(...state.z[model.place]);
  const cursor = `<circle cx="${x}" cy="${y}" r="7" fill="none" stroke="${theme.accent}" stroke-width="2.5"/>`;
  const ticks = axisTicks(view);
  const grid = [...ticks.x.map((z1) => `<path d="M${place(z1, 0)[0]} 0v${view.height}"/>`), ...ticks.y.map((z2) => `<path d="M0 ${place(0, z2)[1]}h${view.width}"/>`)];
  const line = path.map((z) => place(...z).join(",")).join(" ");
  const ends = path.length < 2 ? [] : [path[0], path[path.length - 1]].map((z, end) => [...place(...z), "AB"[end]]);
  const walk = ends.map(([left, top, name]) => `<circle cx="${left}" cy="${top}" r="10" fill="${theme.background}" stroke="${theme.accent}" stroke-width="2"/><text x="${left}" y="${top}" text-anchor="middle" dominant-baseline="central" font-weight="700">${name}</text>`);
  const numbers = [
    ...ticks.x.map((z1) => `<text x="${place(z1, 0)[0]}" y="${view.height + 18}" text-anchor="middle">${tickText(z1)}</text>`),
    ...ticks.y.map((z2) => `<text x="-8" y="${place(0, z2)[1]}" text-anchor="end" dominant-baseline="middle">${tickText(z2)}</text>`),
    `<text x="${view.width / 2}" y="${view.height + 36}" text-anchor="middle">z₁, ${model.units}</text>`, `<text x="8" y="20">z₂</text>`,
  ];
  const measure = contextOf(make("canvas"));
  measure.font = `${SVG_TEXT}px system-ui, sans-serif`;
  const key = mapKey(model, state, view, SVG_TEXT, (text) => measure.measureText(text).width);
  const below = [`<text y="${key.line / 2}">${escapeXml(key.title)}</text><text y="${1.5 * key.line}">${key.note}</text>`, ...key.entries.map(({x: left, y: middle, text, colour}) =>
    `<circle cx="${left + key.dot}" cy="${middle}" r="${key.dot}" fill="${colour}"/><text x="${left + key.indent}" y="${middle}">${escapeXml(text)}</text>`)];
  const [width, height] = [view.width + SVG_LEFT + 8, view.height + SVG_BOTTOM + 8 + key.height];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="${SVG_TEXT}">
<rect width="${width}" height="${height}" fill="${theme.background}"/>
<g transform="translate(${SVG_LEFT} 4)" fill="${theme.text}"><clipPath id="plot"><rect width="${view.width}" height="${view.height}"/></clipPath>
<g clip-path="url(#plot)"><g id="grid" stroke="${theme.line}">${grid.join("")}</g><g id="codes" fill-opacity="0.85" font-size="9" text-anchor="middle" dominant-baseline="central">${dots.join("")}</g>${contours.join("")}${chosen}<polyline id="walk" points="${line}" fill="none" stroke="${theme.accent}" stroke-width="3"/>${walk.join("")}${cursor}</g>
<rect width="${view.width}" height="${view.height}" fill="none" stroke="${theme.line}"/>${numbers.join("")}
<g id="key" transform="translate(0 ${view.height + SVG_BOTTOM})" dominant-baseline="central">${below.join("")}</g></g></svg>`;
}

/** @param {string} text */
function escapeXml(text) {
  return text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
