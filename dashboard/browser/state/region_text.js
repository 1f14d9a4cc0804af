// @ts-check
// A selection as a link carries it: the corners of its shapes in the order in which they were drawn, each with the map it was drawn on.
// 0a1.2_3_4.5_… adds what lies inside a polygon on the first map, 1t… takes away what lies inside one on the second. No DOM.

/** @typedef {import("./state.js").Shape} Shape */

export const MOST_CORNERS = 96; // of all shapes together: a link has to hold them
const FARTHEST = 1000;

/** @param {readonly Shape[]} shapes */
export function textOfShapes(shapes) {
  return shapes.map(({model, take, corners}) => `${model}${take ? "t" : "a"}${corners.join("_")}`).join("~");
}

/** The shapes of a text, or null for one that is none of a page with so many models. @param {string} text @param {number} models @returns {Shape[]|null} */
export function shapesOfText(text, models) {
  if (text === "") return [];
  const shapes = text.split("~").map((part) => parsedShape(part, models));
  const count = shapes.reduce((sum, shape) => sum + (shape?.corners.length ?? Infinity), 0) / 2;
  return count <= MOST_CORNERS ? /** @type {Shape[]} */ (shapes) : null;
}

/** @param {string} text @param {number} models @returns {Shape|null} */
function parsedShape(text, models) {
  const [, model, how, numbers] = /^(\d)([at])([\d._-]+)$/.exec(text) ?? [];
  const texts = numbers?.split("_") ?? [];
  const corners = texts.map(Number);
  const sound = texts.length >= 6 && texts.length % 2 === 0 && texts.every((one) => /^-?\d{1,4}(\.\d{1,9})?$/.test(one)) && corners.every((value) => Math.abs(value) <= FARTHEST);
  return sound && Number(model) < models ? {model: Number(model), take: how === "t", corners} : null;
}
