// @ts-check
// A pen with the words of a canvas that writes SVG, so that the painters of the maps paint vectors too. It knows the words that they use;
// pictures become PNG within the text.

import {contextOf, make} from "../base/dom.js";

/** @typedef {{fillStyle: string, strokeStyle: string, lineWidth: number, font: string, textAlign: string, textBaseline: string, globalAlpha: number, lineCap: string, dash: number[]}} Style */

const SPRITE_RATIO = 3; // pixels of a small picture for one unit of the drawing
/** How far below its place a line of text stands, in sizes of the text: not every reader of SVG knows baselines. @type {Record<string, number>} */
const DROP = {top: 0.8, middle: 0.35};
/** @type {Record<string, string>} */
const ANCHOR = {center: "middle", right: "end"};

export class SvgPen {
  /** @type {Style} */
  #style = {fillStyle: "#000", strokeStyle: "#000", lineWidth: 1, font: "10px sans-serif", textAlign: "left", textBaseline: "alphabetic", globalAlpha: 1, lineCap: "butt", dash: []};
  /** @type {{style: Style, open: number}[]} */
  #saved = [];
  /** Groups that are open since the last save. */
  #open = 0;
  #clips = 0;
  /** How many parts have a name by now. @type {Map<string, number>} */
  #parts = new Map();
  /** @type {string[]} */
  #written = [];
  /** @type {string[]} whole shapes of the path, each an element without its end */
  #shapes = [];
  /** The lines of the path. */
  #lines = "";
  #ruler = /** @type {CanvasRenderingContext2D|null} */ (null);

  set fillStyle(/** @type {string} */ value) { this.#style.fillStyle = value; }
  set strokeStyle(/** @type {string} */ value) { this.#style.strokeStyle = value; }
  set lineWidth(/** @type {number} */ value) { this.#style.lineWidth = value; }
  set lineCap(/** @type {string} */ value) { this.#style.lineCap = value; }
  set globalAlpha(/** @type {number} */ value) { this.#style.globalAlpha = value; }
  set textAlign(/** @type {string} */ value) { this.#style.textAlign = value; }
  set textBaseline(/** @type {string} */ value) { this.#style.textBaseline = value; }
  set font(/** @type {string} */ value) { this.#style.font = value; }
  get font() { return this.#style.font; }

  save() {
    this.#saved.push({style: {...this.#style}, open: this.#open});
    this.#open = 0;
  }

  restore() {
    this.#close();
    const last = this.#saved.pop();
    if (last) [this.#style, this.#open] = [last.style, last.open];
  }

  /** @param {number} x @param {number} y */
  translate(x, y) {
    this.#group(`transform="translate(${short(x)} ${short(y)})"`);
  }

  /** Of what was drawn up to the next restore, only what lies in the path is seen. */
  clip() {
    const id = `clip-${++this.#clips}`;
    this.#written.push(`<clipPath id="${id}">${this.#outlines().map((shape) => `${shape}/>`).join("")}</clipPath>`);
    this.#group(`clip-path="url(#${id})"`);
  }

  beginPath() {
    [this.#shapes, this.#lines] = [[], ""];
  }

  /** @param {number} x @param {number} y */
  moveTo(x, y) {
    this.#lines += `M${short(x)} ${short(y)}`;
  }

  /** @param {number} x @param {number} y */
  lineTo(x, y) {
    this.#lines += `${this.#lines ? "L" : "M"}${short(x)} ${short(y)}`;
  }

  closePath() {
    this.#lines += "Z";
  }

  /** A whole circle: the maps have no other arcs. @param {number} x @param {number} y @param {number} radius */
  arc(x, y, radius) {
    this.#shapes.push(`<circle cx="${short(x)}" cy="${short(y)}" r="${short(radius)}"`);
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  rect(x, y, width, height) {
    this.#shapes.push(boxOf("rect", x, y, width, height));
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height @param {number} radius */
  roundRect(x, y, width, height, radius) {
    this.#shapes.push(`${boxOf("rect", x, y, width, height)} rx="${short(radius)}"`);
  }

  fill() {
    for (const shape of this.#outlines()) this.#written.push(`${shape}${this.#filled()}/>`);
  }

  stroke() {
    for (const shape of this.#outlines()) this.#written.push(`${shape} fill="none"${this.#stroked()}/>`);
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  fillRect(x, y, width, height) {
    this.#written.push(`${boxOf("rect", x, y, width, height)}${this.#filled()}/>`);
  }

  /** @param {number} x @param {number} y @param {number} width @param {number} height */
  strokeRect(x, y, width, height) {
    this.#written.push(`${boxOf("rect", x, y, width, height)} fill="none"${this.#stroked()}/>`);
  }

  /** @param {number[]} dash */
  setLineDash(dash) {
    this.#style.dash = dash;
  }

  /** @param {string} text @param {number} x @param {number} y @param {number} [room] text that is wider is narrowed to it; with any, it keeps its
   * width where the font is not to be had */
  fillText(text, x, y, room) {
    if (!text) return;
    const {font, textAlign, textBaseline} = this.#style;
    const [, weight, size, family] = /^(\d+ )?([\d.]+)px (.*)$/.exec(font) ?? ["", "", "10", "sans-serif"];
    const narrowed = room === undefined ? "" : ` textLength="${short(Math.min(room, this.measureText(text).width))}" lengthAdjust="spacingAndGlyphs"`;
    const anchor = ANCHOR[textAlign] ? ` text-anchor="${ANCHOR[textAlign]}"` : "";
    this.#written.push(`<text x="${short(x)}" y="${short(y + (DROP[textBaseline] ?? 0) * Number(size))}" font-family="${escapeXml(family)}" font-size="${size}"${weight ? ` font-weight="${weight.trim()}"` : ""}${anchor}${narrowed}${this.#filled()}>${escapeXml(text)}</text>`);
  }

  /** @param {string} text */
  measureText(text) {
    this.#ruler ??= contextOf(make("canvas"));
    this.#ruler.font = this.#style.font;
    return this.#ruler.measureText(text);
  }

  /** Slide programs know pictures by their older attribute. @param {HTMLCanvasElement} picture @param {number} x @param {number} y @param {number} width @param {number} height */
  drawImage(picture, x, y, width, height) {
    this.#written.push(`${boxOf("image", x, y, width, height)} preserveAspectRatio="none"${this.#opacity()} xlink:href="${picture.toDataURL()}"/>`);
  }

  getTransform() {
    return {a: SPRITE_RATIO};
  }

  /** What is drawn by `draw`, as a part with a name; a second one of a name has a number behind it. @param {string} id @param {string} attributes @param {() => void} draw */
  part(id, attributes, draw) {
    const number = (this.#parts.get(id) ?? 0) + 1;
    this.#parts.set(id, number);
    this.save();
    this.#group(`id="${number > 1 ? `${id}-${number}` : id}"${attributes}`);
    draw();
    this.restore();
  }

  /** An element of one's own. @param {string} element */
  write(element) {
    this.#written.push(element);
  }

  /** The drawing, as large as this many pixels. @param {number} width of the drawing @param {number} height @param {number} ratio of pixels to its units */
  text(width, height, ratio) {
    this.#close();
    return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${short(width * ratio)}" height="${short(height * ratio)}" viewBox="0 0 ${short(width)} ${short(height)}">\n${this.#written.join("\n")}\n</svg>`;
  }

  /** @param {string} attributes */
  #group(attributes) {
    this.#written.push(`<g ${attributes}>`);
    this.#open++;
  }

  #close() {
    for (; this.#open; this.#open--) this.#written.push("</g>");
  }

  #outlines() {
    return this.#lines ? [...this.#shapes, `<path d="${this.#lines}"`] : this.#shapes;
  }

  #filled() {
    return ` ${colour("fill", this.#style.fillStyle)}${this.#opacity()}`;
  }

  #stroked() {
    const {strokeStyle, lineWidth, lineCap, dash} = this.#style;
    return ` ${colour("stroke", strokeStyle)} stroke-width="${lineWidth}"${lineCap === "butt" ? "" : ` stroke-linecap="${lineCap}"`}${dash.length ? ` stroke-dasharray="${dash.join(" ")}"` : ""}${this.#opacity()}`;
  }

  #opacity() {
    return this.#style.globalAlpha < 1 ? ` opacity="${this.#style.globalAlpha}"` : "";
  }
}

/** A colour as SVG has it, with its cover apart. @param {"fill"|"stroke"} name @param {string} value */
export function colour(name, value) {
  const [, numbers, cover] = /^rgba\((.*),\s*([\d.]+)\)$/.exec(value) ?? [];
  return numbers ? `${name}="rgb(${numbers})" ${name}-opacity="${cover}"` : `${name}="${value}"`;
}

/** @param {string} tag @param {number} x @param {number} y @param {number} width @param {number} height */
function boxOf(tag, x, y, width, height) {
  return `<${tag} x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}"`;
}

/** @param {number} value */
export function short(value) {
  return String(Math.round(value * 100) / 100);
}

/** @param {string} text */
export function escapeXml(text) {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
