// @ts-check
// Words below a picture that is saved: away from the page nothing else says what it shows.

import {contextOf, make} from "../../base/dom.js";

const [SIZE, LINE] = [1 / 48, 1.45]; // of the picture's width, and of the text's size

/** Text in lines no wider than there is room for; a longer word has a line to itself. @param {string} text @param {number} room @param {(text: string) => number} widthOf @returns {string[]} */
export function wrapped(text, room, widthOf) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ")) {
    const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
    if (lines.length && widthOf(longer) <= room) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** A picture above its caption. @param {HTMLCanvasElement} picture @param {string} caption @param {import("../../base/palette.js").Theme} theme */
export function captioned(picture, caption, theme) {
  const {width, height} = picture;
  const size = Math.round(width * SIZE);
  const context = contextOf(make("canvas", {width, height}));
  const font = context.font = `${size}px ${theme.font}`;
  const lines = wrapped(caption, width - 2 * size, (text) => context.measureText(text).width);
  context.canvas.height = height + Math.ceil((lines.length * LINE + 1) * size); // which empties it and forgets its font
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, context.canvas.height);
  context.drawImage(picture, 0, 0);
  Object.assign(context, {font, fillStyle: theme.text, textBaseline: "top"});
  lines.forEach((line, i) => context.fillText(line, size, height + (i * LINE + 0.3) * size));
  return context.canvas;
}
