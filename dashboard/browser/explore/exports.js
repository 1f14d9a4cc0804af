// @ts-check
// What a visitor can take away: a link, pictures of what is on screen, codes as a table, a walk as a GIF.

import {rewriteAddress} from "../base/address.js";
import {inkPixels, sideOf} from "../images/digit_view.js";
import {actionButton, choiceBar, contextOf, make, setText, save, savePicture} from "../base/dom.js";
import {PlainError, sentenceOf} from "../base/errors.js";
import {encodeGif} from "../base/gif.js";
import {captioned} from "../map/layout/caption.js";
import {picturesAsPng, picturesAsSvg} from "../map/picture.js";
import {enlarged} from "../map/plate.js";
import {SLIDES, viewOfAll} from "../map/sheet.js";
import {areDigits, classesOf} from "../words/classes.js";
import {fileName} from "../words/files.js";
import {platesOf} from "./plate.js";
import {cellsOf, headsOf, quoted} from "./select/table.js";

/** @typedef {import("./explorer.js").App} App */
/** @typedef {import("../map/plane.js").Plane} Plane */
/** @typedef {import("../map/picture.js").MapPicture} MapPicture */
/** @typedef {import("../map/sheet.js").Shape} Shape */

const [DIGIT_PICTURE, GIF_PICTURE] = [560, 168]; // pixels along a picture, about: as many to each of the image
const NAME_HEIGHT = 24; // pixels below the pictures of a GIF
const GIF_FRAMES = 41;
/** @type {{value: Shape, text: string, testid: string, title: string}[]} */
const SHAPES = [
  {value: "screen", text: "As on screen", testid: "shape-screen", title: "Maps of the shape that they have here"},
  {value: "square", text: "Square", testid: "shape-square", title: titleOf("square")},
  {value: "wide", text: "Wide", testid: "shape-wide", title: titleOf("wide")},
];

const FILES = [
  {value: "each", text: "A file each", testid: "files-each"},
  {value: "pair", text: "Both in one", testid: "files-pair", title: "Both maps side by side on one scale, in one picture for a slide"},
];

/** @param {App} app @param {Plane[]} maps */
export function createExports(app, maps) {
  const {models} = app;
  const copy = actionButton("Copy link", async () => {
    const link = `${addressOf(models)}#${app.link()}`;
    try {
      await navigator.clipboard.writeText(link);
      setText(copy, "Link copied");
    } catch {
      // Pages opened from disk may not reach the clipboard; then the address bar has the same link, unless it is another page's.
      setText(copy, rewriteAddress(link) && window === window.parent ? "The link is in the address bar" : "No link can be had here");
    }
    setTimeout(() => setText(copy, "Copy link"), 2000);
  }, {"data-testid": "copy-link"});

  const each = (/** @type {(place: number, name: string) => void} */ act) => () => models.forEach((model, place) => act(place, fileName(model.name)));
  const digitImages = each((place, name) => savePicture(digitPicture(models[place].decode(app.store.state.z[place]), app.theme.ink), `${name}-digit.png`));
  /** @type {Shape} */
  let shape = "screen";
  let files = "each";
  const shapes = choiceBar("Shape of the maps", SHAPES, (wanted) => choose(wanted, wanted === "screen" ? "each" : files));
  const pairs = choiceBar("Files of the maps", FILES, (wanted) => choose(wanted === "pair" && shape === "screen" ? "wide" : shape, wanted));
  pairs.element.hidden = models.length < 2;
  choose(shape, files);

  /** Two maps are in one picture on a slide alone: on the screen each has a square of its own. @param {Shape} newShape @param {string} newFiles */
  function choose(newShape, newFiles) {
    [shape, files] = [newShape, newFiles];
    shapes.show(shape);
    pairs.show(files);
  }

  /** Maps whose layers are worked out for the shape first. @param {(pictures: MapPicture[], name: string) => void} give those of a file */
  const mapPictures = (give) => async () => {
    if (app.store.state.waiting) return;
    app.store.dispatch({type: "set", values: {waiting: "The maps are being made …"}});
    const of = shape === "screen" ? "map" : `map-${shape}`;
    const together = files === "pair" ? {inSight: viewOfAll(maps.map((map) => map.inSight())),
      keyHeight: (/** @type {import("../state/state.js").View} */ view, /** @type {number} */ size) => Math.max(...maps.map((map) => map.keyHeight(view, size)))} : null;
    try {
      const made = await Promise.all(maps.map((map) => map.picture(shape, app.theme, together)));
      const pictures = made.filter((one) => one !== null);
      if (pictures.length < made.length) throw new PlainError("The map changed while its picture was being made; save it once more.");
      if (together) give(pictures, `${models.map((model) => fileName(model.name)).join("-and-")}-${of}`);
      else each((place, name) => give([pictures[place]], `${name}-${of}`))();
    } catch (error) {
      app.store.dispatch({type: "set", values: {notice: sentenceOf(error)}});
    } finally {
      app.store.dispatch({type: "set", values: {waiting: ""}});
    }
  };
  const mapImages = mapPictures((pictures, name) => savePicture(picturesAsPng(pictures), `${name}.png`));
  const mapVectors = mapPictures((pictures, name) => save(picturesAsSvg(pictures), "image/svg+xml", `${name}.svg`));
  const tables = each((place, name) => save(codesAsCsv(models[place].bundle.points, app.names), "text/csv", `${name}-codes.csv`));
  const manifolds = async () => {
    const plates = await platesOf(app, maps, app.store.state.spacing);
    for (const {model, canvas, caption} of plates) savePicture(captioned(canvas, caption, app.theme), `${fileName(model.name)}-manifold.png`);
  };

  async function walk() {
    app.walk.endCodes(0); // asks for what its ends need
    await app.arrived();
    const frames = app.walk.frames(GIF_FRAMES);
    if (!frames) {
      gif.closest("details")?.removeAttribute("open"); // the menu would lie over what is said
      app.store.dispatch({type: "set", values: {notice: "Choose two ends in Walk first; then the walk can be saved."}});
      return;
    }
    save(walkAsGif(frames, [...models.map((model) => model.name), "pixel blend"], app.theme.ink), "image/gif", "walk.gif");
  }

  const gif = actionButton("Walk as GIF", walk, {"data-testid": "export-gif"});

  return {
    buttons: [...(app.apart ? [] : [copy]), actionButton(`${areDigits(classesOf(models[0].bundle)) ? "Digits" : "Decoded"} as PNG`, digitImages), shapes.element, pairs.element, actionButton("Maps as PNG", mapImages), actionButton("Maps as SVG", mapVectors, {title: "Codes, contours and axes as vectors, over shaded layers, manifold and training codes as a picture"}),
      actionButton("Whole manifolds as PNG", manifolds, {title: "All codes of each model, whatever is in sight, and every tile in full ink, as in Manifolds, large"}), actionButton("Codes as CSV", tables, {"data-testid": "export-csv"}), gif],
  };
}

/** @param {"square"|"wide"} shape */
function titleOf(shape) {
  const {width, height, ratio} = SLIDES[shape];
  return `${width * ratio} × ${height * ratio} pixels, for a slide: all that is in sight, and more where there is room`;
}

/** The address of this page with its models, where an address names models. @param {App["models"]} models */
function addressOf(models) {
  const address = new URL(location.href.split("#")[0]);
  if (address.searchParams.has("models")) address.searchParams.set("models", models.map((model) => model.bundle.name).join(","));
  return address.href;
}

/** @param {ArrayLike<number>} values @param {Uint32Array} ink */
function digitPicture(values, ink) {
  const side = sideOf(values);
  const small = contextOf(make("canvas", {width: side, height: side}));
  const image = small.createImageData(side, side);
  inkPixels(new Uint32Array(image.data.buffer), 0, side, values, ink, side);
  small.putImageData(image, 0, 0);
  return enlarged(small.canvas, Math.round(DIGIT_PICTURE / side));
}

/** @param {import("../model/bundle.js").Points} points @param {readonly string[]|null} files what the files call the images */
function codesAsCsv({codes, std, off, labels, columns}, files) {
  const head = std ? "index,label,mu1,mu2,std1,std2" : off ? "index,label,w1,w2,off" : "index,label,code1,code2";
  const file = (/** @type {number} */ i) => (files ? `,${quoted(files[i])}` : "");
  const lines = Array.from(labels, (label, i) => {
    const numbers = [codes[2 * i], codes[2 * i + 1], ...(std ? [std[2 * i], std[2 * i + 1]] : off ? [off[i]] : [])];
    return [`${i},${label},${numbers.map((value) => value.toPrecision(6)).join(",")}${file(i)}`, ...cellsOf(columns, i)].join(",");
  });
  const known = `${head}${files ? ",file" : ""}`;
  return `${[known, ...headsOf(columns, known.split(","))].join(",")}\n${lines.join("\n")}\n`;
}

/** The pictures of every step side by side, each above its name. @param {Float32Array[][]} steps @param {string[]} names @param {Uint32Array} ink */
function walkAsGif(steps, names, ink) {
  const pixels = sideOf(steps[0][0]);
  const zoom = Math.round(GIF_PICTURE / pixels);
  const [width, side] = [names.length * pixels * zoom, pixels * zoom];
  const said = namesAsGreys(names, side);
  const frames = steps.map((pictures) => {
    const frame = new Uint8Array(width * side + said.length);
    for (let i = 0; i < width * side; i++) {
      const [x, y] = [Math.floor(i % width / zoom), Math.floor(i / width / zoom)];
      frame[i] = Math.round(pictures[Math.floor(x / pixels)][y * pixels + x % pixels] * 255);
    }
    frame.set(said, width * side);
    return frame;
  });
  return encodeGif({width, height: side + NAME_HEIGHT, palette: ink, frames: [...frames, ...frames.slice(1, -1).reverse()], delay: 8});
}

/** Names side by side in a line, as the ink of every pixel. @param {string[]} names @param {number} width of each @returns {Uint8Array} */
function namesAsGreys(names, width) {
  const context = contextOf(make("canvas", {width: names.length * width, height: NAME_HEIGHT}));
  context.font = `${NAME_HEIGHT * 0.65}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  names.forEach((name, i) => context.fillText(name, (i + 0.5) * width, NAME_HEIGHT / 2));
  const {data} = context.getImageData(0, 0, names.length * width, NAME_HEIGHT);
  return Uint8Array.from({length: data.length / 4}, (_, i) => data[4 * i + 3]);
}
