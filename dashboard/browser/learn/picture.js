// @ts-check
// What a live view shows as one picture for a slide: its canvases, and its words, legends and bars where the page has set them, below
// the step's title. Controls stay out, and so does what is still hidden.

import {contextOf, make} from "../base/dom.js";

/** @typedef {import("../base/palette.js").Theme} Theme */

const MARGIN = 24;
const TITLE_SIZE = 22;
const NOTE_SIZE = 12;
const CONTROLS = "button, input, .ls-handle";
const HELD_BACK = ".ls-telling"; // until the step is answered

/** @param {HTMLElement} stage @param {{title: string, source: string, theme: Theme, ratio: number}} options source: what the numbers belong to; ratio: pixels of the picture to one of the page */
export function pictureOf(stage, {title, source, theme, ratio}) {
  const frame = stage.getBoundingClientRect();
  const bottom = Math.max(frame.bottom, ...Array.from(stage.querySelectorAll("*"), (element) => element.getBoundingClientRect().bottom));
  const [above, below] = [MARGIN + TITLE_SIZE * 2, NOTE_SIZE * 2 + MARGIN];
  const [width, height] = [frame.width + 2 * MARGIN, above + bottom - frame.top + below];
  const context = contextOf(make("canvas", {width: Math.round(width * ratio), height: Math.round(height * ratio)}));
  context.scale(ratio, ratio);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height);
  context.fillStyle = theme.text;
  context.font = `600 ${TITLE_SIZE}px ${theme.font}`;
  context.fillText(title, MARGIN, MARGIN + TITLE_SIZE);
  context.fillStyle = theme.muted;
  context.font = `${NOTE_SIZE}px ${theme.font}`;
  context.fillText(source, MARGIN, height - MARGIN);
  context.translate(MARGIN - frame.left, above - frame.top);
  paint(context, stage);
  return context.canvas;
}

/** @param {CanvasRenderingContext2D} context @param {Element} element */
function paint(context, element) {
  const style = getComputedStyle(element);
  if (element.matches(CONTROLS) || style.display === "none" || style.opacity === "0") return;
  const isSeen = style.visibility === "visible";
  if (isSeen) paintBox(context, element, style);
  else if (element.matches(HELD_BACK)) paintInstead(context, element);
  if (element instanceof HTMLCanvasElement) {
    if (isSeen) paintCanvas(context, element, style);
    return;
  }
  for (const child of element.childNodes) {
    if (child instanceof Element) paint(context, child);
    else if (child instanceof Text && isSeen) paintWords(context, child, style);
  }
}

/** Ground, frame and outline. @param {CanvasRenderingContext2D} context @param {Element} element @param {CSSStyleDeclaration} style */
function paintBox(context, element, style) {
  const {left, top, width, height} = element.getBoundingClientRect();
  const [border, outline] = [style.borderTopStyle, style.outlineStyle].map((kind, i) => (kind === "none" ? 0 : parseFloat(i ? style.outlineWidth : style.borderTopWidth)));
  context.beginPath();
  const radius = style.borderTopLeftRadius.endsWith("%") ? width / 2 : parseFloat(style.borderTopLeftRadius);
  context.roundRect(left, top, width, height, radius);
  context.fillStyle = style.backgroundColor;
  context.fill();
  for (const [wide, colour] of /** @type {[number, string][]} */ ([[border, style.borderTopColor], [outline, style.outlineColor]])) {
    if (!wide) continue;
    context.beginPath();
    context.roundRect(left + wide / 2, top + wide / 2, Math.max(0, width - wide), Math.max(0, height - wide), radius);
    context.strokeStyle = colour;
    context.lineWidth = wide;
    context.stroke();
  }
}

/** @param {CanvasRenderingContext2D} context @param {HTMLCanvasElement} canvas @param {CSSStyleDeclaration} style */
function paintCanvas(context, canvas, style) {
  const {left, top, width, height} = canvas.getBoundingClientRect();
  if (!canvas.width || !canvas.height) return;
  context.imageSmoothingEnabled = style.imageRendering !== "pixelated";
  context.drawImage(canvas, left, top, width, height);
}

/** What the style sheet shows in place of what is held back: a name without a number, or an empty frame, would look like a fault.
 * @param {CanvasRenderingContext2D} context @param {Element} element */
function paintInstead(context, element) {
  const style = getComputedStyle(element, "::after");
  if (!style.content.startsWith('"')) return;
  const {left, right, top, bottom} = element.getBoundingClientRect();
  const isNumber = element instanceof HTMLOutputElement;
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.fillStyle = style.color;
  context.textBaseline = "middle";
  context.textAlign = isNumber ? "right" : "center";
  context.fillText(JSON.parse(style.content), isNumber ? right : (left + right) / 2, (top + bottom) / 2);
  context.textAlign = "left";
}

/** Word by word, since only the page knows where its lines end. @param {CanvasRenderingContext2D} context @param {Text} text @param {CSSStyleDeclaration} style */
function paintWords(context, text, style) {
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.fillStyle = style.color;
  context.textBaseline = "alphabetic";
  const range = document.createRange();
  for (const word of text.data.matchAll(/\S+/g)) {
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    const [box] = range.getClientRects();
    if (!box) continue;
    const {fontBoundingBoxAscent: up, fontBoundingBoxDescent: down} = context.measureText(word[0]);
    context.fillText(word[0], box.left, box.top + (box.height - up - down) / 2 + up);
  }
}
