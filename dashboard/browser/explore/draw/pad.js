// @ts-check
// A digit drawn by hand or uploaded, encoded by every model while the stroke grows.

import {sentenceOf} from "../../base/errors.js";
import {areDigits, classesOf} from "../../words/classes.js";
import {createDigit} from "../../images/digit_view.js";
import {seenName} from "../../images/digits.js";
import {actionButton, contextOf, make, setText, setUnable, slider, widthOf} from "../../base/dom.js";
import {createRaster, fitted, paintGrey, paintStrokes, seenPixels} from "./drawing.js";
import {sameItems} from "../../base/same_items.js";
import {textOfDrawing} from "../../state/drawing_text.js";
import {readUpload} from "./upload.js";
import {signedNumber} from "../../words/numbers.js";

/** @typedef {import("../explorer.js").App} App */
/** @typedef {import("../../state/state.js").State} State */
/** @typedef {import("../../state/state.js").Stroke} Stroke */

const CENTRED = "Drawings are scaled and centred as MNIST digits are, also for models of other images.";
const PROMPT = 14; // pixels at least

/** @param {App} app */
export function createDrawPad(app) {
  const {store, models} = app;
  const {side: pixelsAcross} = models[0].bundle;
  const raster = createRaster(pixelsAcross);
  const digits = areDigits(classesOf(models[0].bundle));
  const pad = make("canvas", {class: "lx-pad", tabindex: "0", role: "img", "data-testid": "draw-pad",
    "aria-label": `Drawing pad: draw ${digits ? "a digit " : ""}with mouse, pen or finger; Delete clears it, Control Z takes the last stroke back.`});
  const context = contextOf(pad);
  const width = widthOf(pad, app.invalidate);
  const mnist = createDigit({"aria-label": "the drawing, scaled and centred as MNIST does", "data-testid": "draw-mnist"});
  const seen = createDigit({"aria-label": "what the encoders see", "data-testid": "draw-seen"});
  const file = make("input", {type: "file", accept: "image/png,image/jpeg", class: "lx-hidden", tabindex: "-1", "data-testid": "upload", "aria-label": "Picture to upload",
    onchange: async () => {
      const chosen = file.files?.[0];
      file.value = "";
      if (chosen) await take(chosen);
    }});
  const undo = actionButton("Undo", () => change({type: "undraw"}), {"data-testid": "draw-undo"});
  const clear = actionButton("Clear", clearAll, {"data-testid": "draw-clear"});
  const pen = slider({min: 1, max: 5, step: 0.1, "aria-label": "pen width in pixels", oninput: () => store.dispatch({type: "set", values: {pen: Number(pen.value)}})});
  const numbers = make("p", {class: "lx-hint", "data-testid": "draw-note"});
  const small = (/** @type {HTMLElement} */ digit, /** @type {string} */ name) => make("figure", {class: "lx-tile"}, digit, make("span", {class: "lx-tile-note"}, name));
  const element = make("section", {class: "lx-panel", "aria-label": "Draw"},
    make("div", {class: "lx-draw"}, pad, make("div", {class: "lx-draw-side"},
      make("div", {class: "lx-panel-head"}, make("h3", {}, digits ? "Draw a digit" : "Draw"), make("span", {class: "lx-actions"}, undo, clear, actionButton("Upload …", () => file.click()), file)),
      make("div", {class: "lx-draw-row"}, make("div", {class: "lx-tiles"}, small(mnist.element, "as MNIST"), small(seen.element, seenName(models[0].bundle.points))),
        make("div", {class: "lx-draw-more"}, make("label", {class: "lx-slider lx-pen"}, "Pen", pen), numbers)))));
  /** @type {(Stroke & {box: DOMRect, pointer: number})|null} */
  let growing = null;
  const x = new Float32Array(models[0].bundle.points.pixels);
  /** @type {Uint8Array|null} the drawing as MNIST has it, or null while the pad is blank */
  let grey = null;
  let drawing = 0;
  /** @type {import("../posterior/probe.js").Subject|null} */
  let subject = null;
  /** @type {{inked: string, z: State["z"]}|null} where the points were left with a drawing: at its codes, or where a hand moved them since */
  let stood = null;
  /** @type {unknown[][]} what the note and the small pictures were made from */
  let [noted, pictured] = [[], []];

  /** @param {import("../../state/state.js").Action} action */
  function change(action) {
    store.dispatch(action);
    encode();
    app.commit();
  }

  /** The strokes with the one under the pen. @param {State} state */
  function allStrokes(state) {
    return growing ? [...state.strokes, growing] : state.strokes;
  }

  /** An uploaded picture gives way to the first stroke. @param {State} state */
  function uploadOf(state) {
    return growing ? null : state.upload && fitted(state.upload, pixelsAcross);
  }

  function clearAll() {
    if (store.state.strokes.length || store.state.upload) change({type: "draw", drawing: {strokes: [], upload: null}});
  }

  /** Takes up what is on the pad. */
  function look() {
    const {state} = store;
    const strokes = allStrokes(state);
    drawing++;
    grey = uploadOf(state) ?? (strokes.length ? raster(strokes) : null);
    if (grey) x.set(seenPixels(grey, models[0].bundle.points.protocol));
    else subject = null;
  }

  /** @param {State["z"]|null} [back] where the points go back to; a chosen image stays chosen */
  function encode(back) {
    look();
    const ink = grey;
    store.dispatch({type: "set", values: {inked: ink ? textOfDrawing(seenPixels(ink, "dynamic")) : ""}});
    if (!app.encodes() || !ink) return; // called again once the encoders are here
    subject = {story: "drawing", key: `drawing ${drawing}`, x: x.slice()};
    const z = back ?? models.map((model) => model.network.encode(seenPixels(ink, model.bundle.points.protocol)).mu);
    store.dispatch({type: "place", z, values: {held: true, ...(back === undefined && {selected: null, refined: false, noise: 0})}});
  }

  /** @param {File} chosen */
  async function take(chosen) {
    try {
      const upload = await readUpload(chosen, pixelsAcross);
      store.dispatch({type: "set", values: {notice: ""}});
      change({type: "draw", drawing: {strokes: [], upload}});
    } catch (error) {
      store.dispatch({type: "set", values: {notice: sentenceOf(error)}});
    }
  }

  /** @param {PointerEvent} event */
  function addPoint(event) {
    if (growing?.pointer !== event.pointerId) return; // a second finger, or the palm of the hand
    const {box} = growing;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const {clientX, clientY} of events.length ? events : [event]) {
      growing.points.push((clientX - box.left) / box.width, (clientY - box.top) / box.height);
    }
    app.touched(event);
    encode();
  }

  /** @param {HTMLCanvasElement} surface to draw on */
  function listen(surface) {
    surface.addEventListener("pointerdown", (event) => {
      if (growing || event.button !== 0) return;
      surface.setPointerCapture(event.pointerId);
      // In Network an image may stand where the first stroke goes.
      if (store.state.mode === "network" && store.state.selected !== null) store.dispatch({type: "draw", drawing: {strokes: [], upload: null}});
      // What is said above may wrap while the stroke grows and move the pad: the stroke keeps its shape.
      growing = {width: store.state.pen, points: [], box: surface.getBoundingClientRect(), pointer: event.pointerId};
      addPoint(event);
    });
    surface.addEventListener("pointermove", addPoint);
    surface.addEventListener("pointerup", lift);
    surface.addEventListener("pointercancel", lift);
  }

  const lift = (/** @type {PointerEvent} */ event) => {
    if (growing?.pointer !== event.pointerId) return;
    const {width, points} = growing;
    growing = null;
    change({type: "draw", drawing: {strokes: [...store.state.strokes, {width, points}], upload: null}});
  };
  listen(pad);
  pad.addEventListener("keydown", (event) => {
    if (event.key === "Delete" || event.key === "Backspace") clearAll();
  });
  pad.addEventListener("dragover", (event) => event.preventDefault());
  pad.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer?.files[0]) take(event.dataTransfer.files[0]);
  });

  return {
    element, listen, look,
    /** The points go where they were left with this drawing, or stay where a link has put them. @param {boolean} placed */
    enter: (placed) => encode(placed ? store.state.z : stood?.inked === store.state.inked ? stood.z : null),
    /** The drawing as an encoder sees it; null while the pad is blank. @param {string} protocol @returns {Float32Array|null} */
    seenBy: (protocol) => grey && seenPixels(grey, protocol),
    /** Changes with every point of a stroke. */
    version: () => drawing,
    /** What is on the pad, on another canvas. @param {CanvasRenderingContext2D} surface @param {number} side @param {State} state */
    paint(surface, side, state) {
      const [strokes, upload] = [allStrokes(state), uploadOf(state)];
      if (!strokes.length && !upload) paintPrompt(surface, side);
      if (upload) paintGrey(surface, upload, side, app.theme.text);
      paintStrokes(surface, strokes, side, app.theme.text);
    },
    /** What the encoders see of the drawing, or null while it is blank. @returns {import("../posterior/probe.js").Subject|null} */
    subject: () => subject,
    undo: () => change({type: "undraw"}),
    /** @param {State} state @param {readonly Float32Array[]} _decoded @param {readonly import("../../state/state.js").Latent[]} shownAt */
    render(state, _decoded, shownAt) {
      const strokes = allStrokes(state);
      const upload = uploadOf(state);
      stood = subject && {inked: state.inked, z: state.z};
      setUnable(undo, state.drawn.length ? "" : "Nothing was drawn yet.");
      setUnable(clear, strokes.length || upload ? "" : "The pad is empty.");
      pen.value = String(state.pen);
      pen.style.setProperty("--lx-share", `${(state.pen - 1) / 4 * 100}%`);
      const side = Math.round(width() * devicePixelRatio);
      if (!side) return;
      if (pad.width !== side) pad.width = pad.height = side;
      context.clearRect(0, 0, side, side);
      this.paint(context, side, state);
      showSmall();
      const key = [drawing, ...shownAt];
      if (sameItems(key, noted)) return;
      noted = key;
      const note = grey && !subject ? "Not encoded yet: the encoders are still to come." : grey ? `−log p(x|z), nats: ${models.map((model, i) => `${model.short}\u00a0${signedNumber(model.nll(x, shownAt[i]), 1)}`).join(", ")}` : "";
      setText(numbers, [note, digits ? "" : CENTRED].filter(Boolean).join(note.endsWith(".") ? " " : ". "));
    },
  };

  function showSmall() {
    const key = [drawing, app.theme];
    if (sameItems(key, pictured)) return;
    pictured = key;
    if (grey) {
      mnist.show(Float32Array.from(grey, (value) => value / 255), app.theme);
      seen.show(x, app.theme);
    } else {
      mnist.clear();
      seen.clear();
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {number} side */
  function paintPrompt(context, side) {
    context.font = `${Math.max(side / 16, PROMPT * devicePixelRatio)}px ${app.theme.font}`;
    context.textAlign = "center";
    context.fillStyle = app.theme.muted;
    const words = ["draw a digit here", "draw here"].slice(digits ? 0 : 1);
    context.fillText(words.find((one) => context.measureText(one).width < 0.9 * side) ?? "draw", side / 2, side / 2);
  }
}
