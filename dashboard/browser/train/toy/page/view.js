// @ts-check
// A first minute with toy data: the plane of the data and the latent space side by side while a small VAE learns, what is measured of it,
// and its knobs. Each frame of the page asks the thread for the next steps and draws what came back.

import {actionButton, make, setText, setUnable} from "../../../base/dom.js";
import {readTheme} from "../../../base/palette.js";
import {SPAN} from "../lattice.js";
import {linkOf, settingsOf} from "../settings.js";
import {PAINTED_SD, REACH, TOYS} from "../toys.js";
import {brushed, countOf} from "./brush.js";
import {createControls} from "./controls.js";
import {createCurve} from "./curve.js";
import {createDataPainter} from "./data_plane.js";
import {createLatentPainter} from "./latent_plane.js";
import {createPlane} from "./plane.js";
import {createReadout} from "./readout.js";
import {nearestPoint} from "./scene.js";
import {aboutData, beforeText, planeLabels, NAMES, told as toldOf} from "./words.js";

/** @typedef {import("../settings.js").Settings} Settings */
/** @typedef {import("../worker.js").Reply} Reply */
/** @typedef {"usual"|"slow"|"fast"} Pace */

const STEPS = {usual: 8, slow: 1, fast: 1000}; // at most, from frame to frame
const BUSY = 12; // milliseconds of steps from frame to frame
const SLOW = 500; // milliseconds between two steps of slow motion
const ANEW = ["data", "latent", "seed", "set"]; // with another of these another model begins
const NONE = "Paint some points first.";

/**
 * @param {HTMLElement} root
 * @param {{link: string, makeTrainer: () => Worker, changed: (link: string) => void, images: string}} options link: settings to begin with; changed: they are others now; images: the address of the page that trains on images
 */
export function mountToy(root, {link, makeTrainer, changed, images}) {
  let settings = settingsOf(link);
  let worker = makeTrainer();
  /** @type {import("../worker.js").Told|null} */
  let told = null;
  /** @type {import("../worker.js").Frame|null} */
  let frame = null;
  /** @type {import("../measures.js").Measured|null} */
  let measured = null;
  /** @type {Float32Array|null} */
  let shade = null;
  /** @type {import("./words.js").Before|null} */
  let before = null;
  /** @type {Pace} */
  let pace = "usual";
  /** @type {number[]|null} */
  let z = null;
  /** @type {number|null} */
  let point = null;
  let [runs, asked, single, stale, erases, drawn, failed] = [false, false, false, true, false, false, ""];
  let [steppedAt, request] = [-Infinity, 0];

  const element = make("div", {class: "lx ty", "data-testid": "toy"});
  root.append(element);
  wear();
  const lesson = {theme: readTheme(element), sharpness: () => Math.min(2, devicePixelRatio || 1), textSize: () => 12};
  const dataPlane = createPlane({reach: REACH, label: "", testid: "toy-data", vertical: true}, pointedAtData);
  const latentPlane = createPlane({reach: SPAN, label: "", testid: "toy-latent", vertical: false}, (at) => {
    z = at && (settings.latent === 1 ? [at[0]] : at);
    wake();
  });
  const [paintData, paintLatent] = [createDataPainter(), createLatentPainter()];
  const curve = createCurve(lesson), readout = createReadout();
  const controls = createControls(change, (wanted) => {
    remember();
    settings = {...wanted, points: settings.points};
    begin();
    setRuns(true);
  });
  const train = actionButton("Train", () => setRuns(!runs), {class: "lx-button tr-start", "data-testid": "toy-train"});
  const step = actionButton("Step", () => {
    setRuns(false);
    single = true;
    wake();
  }, {"data-testid": "toy-step", title: "One step of Adam on 256 points"});
  const slow = actionButton("Slow motion", () => setPace("slow"), {"data-testid": "toy-slow", title: "Two steps a second"});
  const fast = actionButton("Fast", () => setPace("fast"), {"data-testid": "toy-fast", title: "As many steps as this device can"});
  const again = actionButton("Again", () => {
    remember();
    begin();
  }, {"data-testid": "toy-again", title: "The same from the beginning"});
  const erase = actionButton("Erase", () => {
    erases = !erases;
    erase.setAttribute("aria-pressed", String(erases));
  }, {"data-testid": "toy-erase", "aria-pressed": "false", title: "Take points away; so do the Delete key and the Alt key"});
  const clear = actionButton("Clear", () => repaint(""), {"data-testid": "toy-clear"});
  const brush = make("div", {class: "ty-brush", hidden: true}, erase, clear);
  const [about, said, formerly, count] = [make("p", {class: "ty-about"}), make("p", {class: "ty-told", "data-testid": "toy-told"}), make("p", {class: "ty-before"}), make("p", {class: "ty-count", "data-testid": "toy-steps"})];
  const trouble = make("p", {class: "lx-notice", role: "alert", hidden: true});
  const square = (/** @type {string} */ title, /** @type {string} */ rest, /** @type {ReturnType<typeof createPlane>} */ plane, /** @type {HTMLElement|null} */ more) => make("section", {class: "ty-square"}, make("div", {class: "ty-head"}, make("h3", {}, title, make("span", {}, `, ${rest}`)), more ?? ""), plane.element);
  element.append(
    make("div", {class: "ty-top"}, controls.bar, controls.shading),
    make("div", {class: "ty-grid"},
      make("div", {class: "ty-stage"}, square("Data x", "and what the decoder makes of z", dataPlane, brush), square("Latent z", "and q(z|x) of the points", latentPlane, null),
        make("div", {class: "ty-below"}, curve.element, readout.element)),
      make("aside", {class: "tr-panel ty-panel", "aria-label": "Training"},
        make("h2", {}, "A first minute with a VAE"), controls.sights, make("div", {class: "ty-keys"}, train, step, slow, fast, again), count, trouble, said, formerly, controls.knobs, about,
        make("a", {class: "ty-on", href: images}, "Seen enough? Train on images"))),
  );
  const observer = new ResizeObserver(() => wake());
  observer.observe(element);

  listen();
  if (isEmpty()) retell();
  else begin();

  /** Dark pages have other colours for what is exact, too. */
  function wear() {
    element.dataset.theme = readTheme(element).dark ? "dark" : "light";
  }

  function listen() {
    worker.onmessage = ({data}) => take(data);
    worker.onerror = (event) => {
      event.preventDefault();
      take({kind: "failed", sentence: "The training stopped with an error of the browser: load the page anew."});
    };
  }

  /** @param {Reply} reply */
  function take(reply) {
    if (reply.kind === "failed") {
      failed = reply.sentence;
      runs = false;
      trouble.hidden = false;
      setText(trouble, failed);
    } else if (reply.kind === "data") {
      told = reply.told;
      stale = true;
    } else {
      frame = reply.frame;
      asked = false;
      shade = frame.shade ?? shade;
      if (frame.measured) {
        measured = frame.measured;
        curve.add({step: frame.step, measured});
        curve.draw();
        retell();
      }
      setText(count, `${frame.step.toLocaleString("en")} steps${settings.learned ? `, s = ${frame.noise.toFixed(3)}` : ""}`);
    }
    wake();
  }

  /** A model of its own for these settings, from its first step. */
  function begin() {
    changed(linkOf(settings));
    [point, measured, frame, shade] = [null, null, null, null];
    curve.clear();
    worker.terminate(); // what it was at would come too late
    worker = makeTrainer();
    listen();
    asked = false;
    if (isEmpty()) {
      [told, runs] = [null, false];
      retell();
      return wake();
    }
    worker.postMessage({kind: "begin", settings});
    retell();
  }

  /** @param {Partial<Settings>} part */
  function change(part) {
    const anew = ANEW.some((name) => name in part);
    if (anew) remember();
    settings = {...settings, ...part};
    if (anew) return begin();
    changed(linkOf(settings));
    stale = true;
    retell();
    wake();
  }

  /** Keep how far a model came, to be compared with the next. */
  function remember() {
    if (measured && frame && frame.step && before?.divergence !== measured.divergence) before = {latent: settings.latent, data: settings.data, steps: frame.step, divergence: measured.divergence};
  }

  /** @param {[number, number]|null} at @param {Event & {type: string}} event */
  function pointedAtData(at, event) {
    const paints = settings.data === "painted";
    if (at && paints) {
      const key = event instanceof KeyboardEvent ? event.key : "", presses = event instanceof PointerEvent && event.buttons > 0;
      const rubs = erases || key === "Delete" || key === "Backspace" || (event instanceof PointerEvent && event.altKey);
      if (presses || [" ", "Enter", "Delete", "Backspace"].includes(key)) repaint(brushed(settings.points, at, rubs));
    }
    z = null;
    point = at && told ? nearestPoint(told.points, at) : null;
    wake();
  }

  /** @param {string} points */
  function repaint(points) {
    if (points === settings.points) return;
    const first = !settings.points;
    settings = {...settings, points};
    if (first || isEmpty()) return begin();
    changed(linkOf(settings));
    worker.postMessage({kind: "data", settings}); // the model goes on, with other data
    retell();
  }

  function isEmpty() {
    return settings.data === "painted" && !settings.points;
  }

  /** @param {boolean} on */
  function setRuns(on) {
    runs = on && !isEmpty() && !failed;
    retell();
    wake();
  }

  /** @param {Pace} wanted */
  function setPace(wanted) {
    pace = pace === wanted ? "usual" : wanted;
    slow.setAttribute("aria-pressed", String(pace === "slow"));
    fast.setAttribute("aria-pressed", String(pace === "fast"));
    wake();
  }

  function retell() {
    const noise = settings.learned ? frame?.noise ?? settings.noise : settings.noise, widest = told?.widest ?? 1;
    controls.show(settings, noise, widest);
    readout.show(measured);
    const sd = settings.data === "painted" ? PAINTED_SD : TOYS[settings.data].sd;
    setText(about, aboutData(settings, countOf(settings.points)));
    setText(said, isEmpty() ? "" : toldOf(settings, measured, frame?.step ?? 0, noise, widest, sd));
    setText(formerly, before ? beforeText(before, settings) : "");
    setText(train, runs ? "Pause" : frame?.step ? "Go on" : "Train");
    for (const key of [train, step, again]) setUnable(key, isEmpty() ? NONE : failed);
    brush.hidden = settings.data !== "painted";
    planeLabels(settings.latent, NAMES[settings.data]).forEach((label, i) => [dataPlane, latentPlane][i].canvas.setAttribute("aria-label", label));
  }

  /** Something is to be drawn, or asked for, in the next frame. */
  function wake() {
    drawn = false;
    request ||= requestAnimationFrame(tick);
  }

  /** @param {number} now */
  function tick(now) {
    request = 0;
    const isDue = runs && (pace !== "slow" || now - steppedAt >= SLOW);
    if (!asked && told && (isDue || single || stale)) {
      const steps = single ? 1 : isDue ? STEPS[pace] : 0;
      worker.postMessage({kind: "advance", settings, steps, milliseconds: BUSY, measures: stale || single || pace === "slow"});
      if (steps) steppedAt = now;
      [asked, single, stale] = [true, false, false];
    }
    if (!drawn) draw();
    if (runs) request ||= requestAnimationFrame(tick);
  }

  function draw() {
    drawn = true;
    const {theme} = lesson;
    const scene = told && {told, frame, settings, shade, z, point};
    dataPlane.draw(theme, lesson.sharpness(), (drawing) => scene && paintData(drawing, scene));
    latentPlane.draw(theme, lesson.sharpness(), (drawing) => scene && paintLatent(drawing, scene));
  }

  return {
    /** Settings of another link, as when Back was pressed. @param {string} other */
    show(other) {
      if (other === linkOf(settings)) return;
      settings = settingsOf(other);
      begin();
    },
    retheme() {
      wear();
      lesson.theme = readTheme(element);
      curve.draw();
      wake();
    },
    destroy() {
      cancelAnimationFrame(request);
      worker.terminate();
      observer.disconnect();
      element.remove();
    },
    /** For whoever looks from outside. */
    state: () => ({settings, runs, step: frame?.step ?? 0, measured}),
  };
}
