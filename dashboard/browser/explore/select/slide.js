// @ts-check
// The selection as a picture for a slide: on the left the map it was drawn on, on the right what the panel says of it.

import {contextOf, make, savePicture} from "../../base/dom.js";
import {PlainError, sentenceOf} from "../../base/errors.js";
import {classColour} from "../../base/palette.js";
import {createDigit} from "../../images/digit_view.js";
import {gatherImages} from "../../images/image_rows.js";
import {picturesAsPng} from "../../map/picture.js";
import {SLIDES} from "../../map/sheet.js";
import {markOf} from "../../words/classes.js";
import {plusMinus} from "../../words/numbers.js";
import {charted, meanCode, meanImage, meansOf} from "./measures.js";

/** @typedef {import("../explorer.js").App} App */
/** @typedef {CanvasRenderingContext2D} Context */
/**
 * @typedef {object} Summary
 * @property {Uint32Array} selected
 * @property {import("./panel.js").Made[]} made by each model's worker
 * @property {import("../../words/classes.js").ClassNames} names
 * @property {import("../../model/explorer_model.js").ExplorerModel[]} measured those with numbers of every image
 * @property {number[]} counts of each class
 * @property {number[][]} extreme the most and the least likely images
 * @property {string} title
 * @property {string} classes
 * @property {string} together
 */

const [MARGIN, RIGHT, WIDE] = [16, 484, 460]; // of the slide's units: of its edges, and where its right half begins and how wide it is
const [HEAD, BARS, TILES, LINES, STRIPS] = [78, 82, 192, 330, 424]; // where each part begins
const [BAR_HEIGHT, TEXT, SMALL] = [70, 15, 14];
const [SHOWN, LABEL] = [8, 90]; // images in a strip, and the width of what stands left of it

/** @param {App} app @param {Summary} summary */
export async function saveSlide(app, summary) {
  const {shapes} = app.store.state;
  app.store.dispatch({type: "set", values: {waiting: "The picture is being made …"}});
  try {
    await app.arrived(); // the images
    const map = await app.mapPicture(shapes[shapes.length - 1].model, "square");
    if (!map) throw new PlainError("The map changed while its picture was being made; save it once more.");
    savePicture(slideOf(app, summary, picturesAsPng([map])), "selection.png");
  } catch (error) {
    app.store.dispatch({type: "set", values: {notice: sentenceOf(error)}});
  } finally {
    app.store.dispatch({type: "set", values: {waiting: ""}});
  }
}

/** @param {App} app @param {Summary} summary @param {HTMLCanvasElement} map */
function slideOf(app, {selected, made, names, measured, counts, extreme, title, classes, together}, map) {
  const {theme, images, models} = app;
  const {pixels} = models[0].bundle.points;
  const {width, height, ratio} = SLIDES.wide;
  const context = contextOf(make("canvas", {width: width * ratio, height: height * ratio}));
  context.scale(ratio, ratio);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height);
  context.textBaseline = "alphabetic";
  const write = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ size, bold = false, room = WIDE) => {
    context.font = `${bold ? "600 " : ""}${size}px ${theme.font}`;
    context.fillStyle = theme.text;
    context.fillText(text, x, y, room);
  };
  write(title, MARGIN, 38, 26, true, width);
  write(classes, MARGIN, 62, 17, false, width);
  context.drawImage(map, MARGIN, HEAD, height - HEAD - 10, height - HEAD - 10);

  const columns = charted(counts);
  const step = WIDE / columns.length;
  const most = Math.max(...counts);
  context.textAlign = "center";
  columns.forEach((label, i) => {
    const tall = BAR_HEIGHT * counts[label] / most;
    context.fillStyle = classColour(label);
    context.fillRect(RIGHT + (i + 0.12) * step, BARS + BAR_HEIGHT - tall, 0.76 * step, tall);
    write(markOf(names, label), RIGHT + (i + 0.5) * step, BARS + BAR_HEIGHT + 17, SMALL, false, step);
  });

  /** @type {[string, Float32Array][]} */
  const tiles = images ? [["mean image", meanImage(images, pixels, selected)]] : [];
  models.forEach((model, i) => {
    const average = made[i]?.mean;
    if (average) tiles.push([`${model.short}: mean decode`, average]);
    tiles.push([`${model.short}: at mean z`, model.network.decode(...meanCode(model.bundle.points.codes, selected)).slice()]);
  });
  const room = WIDE / tiles.length;
  tiles.forEach(([name, values], i) => {
    paintDigit(context, theme, values, RIGHT + i * room + 4, TILES, room - 8);
    const [first, ...rest] = name.split(": ");
    write(first, RIGHT + (i + 0.5) * room, TILES + room + 8, SMALL, false, room - 4);
    write(rest.join(), RIGHT + (i + 0.5) * room, TILES + room + 24, SMALL, false, room - 4);
  });

  context.textAlign = "left";
  if (selected.length > 1) write(`Stay together: ${together}`, RIGHT, LINES + 14, TEXT);
  measured.forEach((model, i) => {
    const {logPx, elbo, gap} = meansOf(/** @type {import("../../model/bundle.js").Truths} */ (model.bundle.points.truths), selected);
    const said = [`log p(x) ${plusMinus(logPx.mean, logPx.error, 1)}`, `ELBO ${plusMinus(elbo.mean, elbo.error, 1)}`, `gap ${plusMinus(gap.mean, gap.error, 1)} nats`];
    write(`${model.short}: ${said.join(" · ")}`, RIGHT, LINES + 38 + 22 * i, SMALL);
  });
  ["Most likely", "Least likely"].forEach((name, i) => {
    if (!extreme[i].length || !images) return;
    const side = (WIDE - LABEL) / SHOWN;
    const top = STRIPS + i * (side + 8);
    write(name, RIGHT, top + side / 2 + 4, SMALL, false, LABEL - 8);
    const values = gatherImages(images, pixels, extreme[i]);
    extreme[i].forEach((_, at) => paintDigit(context, theme, values.subarray(pixels * at, pixels * (at + 1)), RIGHT + LABEL + at * side, top, side - 2));
  });
  return context.canvas;
}

/** @param {Context} context @param {import("../../base/palette.js").Theme} theme @param {Float32Array} values @param {number} x @param {number} y @param {number} side */
function paintDigit(context, theme, values, x, y, side) {
  const digit = createDigit({});
  digit.show(values, theme);
  context.imageSmoothingEnabled = false;
  context.drawImage(digit.element, x, y, side, side);
  context.imageSmoothingEnabled = true;
  context.strokeStyle = theme.line;
  context.lineWidth = 1;
  context.strokeRect(x, y, side, side);
}
