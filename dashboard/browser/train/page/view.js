// @ts-check
// The page Train: first what is to be trained, then the film of the training as it goes on, beside it what can be done.

import {actionButton, make, save, setText, showFailure} from "../../base/dom.js";
import {sentenceOf} from "../../base/errors.js";
import {readTheme} from "../../base/palette.js";
import {gzipped} from "../../base/gzip.js";
import {mountFilm} from "../../film/film.js";
import {runFile} from "../archive.js";
import {castFile, idxFile} from "../files.js";
import {modelConfig, trainConfig} from "../recipe.js";
import {startSession} from "../session.js";
import {createCurves} from "./curves.js";
import {acceptFiles, readFiles} from "./drop.js";
import {createForm} from "./form.js";
import {createPanel} from "./panel.js";
import {drawSheet} from "./sheet.js";
import {aboutData, runLine} from "./words.js";

/** @typedef {import("../data.js").DataSet} DataSet */
/** @typedef {{bundle: Uint8Array, images: Uint8Array}} Explored a bundle, and the images of its points */
/**
 * @typedef {object} TrainingOptions
 * @property {DataSet} data to begin with
 * @property {{title: string, open: () => Promise<DataSet>}[]} others that can be had instead
 * @property {{title: string, text: string}[]} absent others, and how to come by them
 * @property {(line: string) => void} told what was trained so far, in a line
 * @property {string} toy the address of the page of toys
 * @property {Record<string, any>} model settings to begin with
 * @property {Record<string, any>} train
 * @property {() => Worker} makeTrainer
 * @property {(explored: Explored) => void} explore
 */

const MAPPED = 1000; // held-out images on the live map: with more, looking would take too much of the training
const ANSWERS = 250; // milliseconds between two drawings of the curve

/** @param {HTMLElement} root @param {TrainingOptions} options */
export function mountTraining(root, {data: first, others, absent, toy, told: tellLine, model: usual, train: usualTrain, makeTrainer, explore}) {
  const element = make("div", {class: "lx tr", "data-testid": "training"});
  root.append(element);
  let data = first;
  /** @type {() => void} */
  let leave = () => {};
  /** @type {() => void} */
  let repaint = () => {};
  const lesson = {theme: readTheme(element), sharpness: () => Math.min(3, devicePixelRatio || 1), textSize: () => (element.clientWidth >= 1500 ? 19 : 13)};
  const observer = new ResizeObserver(() => repaint());
  observer.observe(element);

  function choose() {
    leave();
    const threads = navigator.hardwareConcurrency || 2; // one is left to the page
    const about = make("p", {class: "tr-about"});
    const sheet = make("canvas", {class: "tr-sheet", role: "img", "aria-label": "Some of the images to train on"});
    const form = createForm({kind: "vae", beta: usualTrain.beta, seconds: usualTrain.seconds, team: threads > 3 ? 2 : 1, seed: usualTrain.seed}, threads, tell, begin);
    const told = make("p", {class: "lx-notice", role: "alert", hidden: true});
    const input = make("input", {type: "file", multiple: true, hidden: true, "data-testid": "train-files", onchange: () => take([...(input.files ?? [])])});
    const own = actionButton("Your own images …", () => input.click(), {title: "Pictures, or a file of IDX, .npy or .npz; or drop them anywhere here"});
    const sets = [{title: first.name, open: async () => first}, ...others].filter(({title}) => title !== data.name).map(({title, open}) => actionButton(title, () => put(open, `Fetching ${title} …`), {"data-testid": `train-set-${title}`}));
    const stage = make("div", {class: "tr-empty"}, sheet);
    element.replaceChildren(make("div", {class: "tr-grid"}, stage, make("aside", {class: "tr-panel"}, 
      make("h2", {}, "Train a model here"), make("p", {class: "tr-new"}, "New here? ", make("a", {href: toy, "data-testid": "train-toy"}, "Begin with a toy"), ": a minute, and all of it in sight."), about, form.element,
      make("div", {class: "tr-after"}, ...sets, own), input, told, ...absent.map(({title, text}) => make("p", {class: "tr-absent"}, `${title} ${text}`)))));
    acceptFiles(stage, take);
    leave = () => {};
    repaint = () => drawSheet(sheet, data, lesson.theme);

    /** @param {File[]} files */
    function take(files) {
      if (files.length) put(() => readFiles(files), "Reading your images …");
    }

    /** Other images to train on. @param {() => Promise<DataSet>} open @param {string} meanwhile */
    async function put(open, meanwhile) {
      told.hidden = false;
      setText(told, meanwhile);
      try {
        data = await open();
        choose();
      } catch (error) {
        setText(told, sentenceOf(error));
      }
    }

    tell();
    repaint();

    function tell() {
      about.textContent = aboutData(data, form.wish().kind === "vae");
    }
  }

  /** @param {import("./form.js").Wish} wish */
  function begin(wish) {
    try {
      watch(wish);
    } catch (error) {
      showFailure(element, error);
    }
  }

  /** @param {import("./form.js").Wish} wish */
  function watch({kind, beta, seconds, team, seed}) {
    const isVae = kind === "vae";
    const model = modelConfig({...usual, kind, ...(data.side === 28 ? {} : {side: data.side})});
    const train = trainConfig({...usualTrain, data: data.set, beta, seconds, seed, classes: data.classes, train_size: data.train.labels.length, held_out: data.held.labels.length, batch_size: Math.min(usualTrain.batch_size, data.train.labels.length)});
    const recipe = {model, train, name: `Trained here, seed ${seed}`};
    const mapped = Math.min(MAPPED, data.held.labels.length);
    const shown = {...data.held, classes: data.classes, splits: {validation: data.held.labels.length}, of: data.of};
    const session = startSession({recipe, images: data.train, held: data.held, shown, mapped, team}, makeTrainer(), () => changed());
    const cast = gzipped(idxFile(data.held.images.subarray(0, mapped * data.held.pixels), data.side)).then((packed) =>
      castFile(recipe, {...shown, images: data.held.images, labels: data.held.labels.subarray(0, mapped), splits: {validation: mapped}}, packed));
    const place = make("div", {class: "tr-film"});
    const curves = createCurves(lesson);
    const panel = createPanel(session, train, isVae, {explore: openExplore, keep, anew: choose}, curves.element);
    element.replaceChildren(make("div", {class: "tr-grid"}, place, panel.element));
    const film = mountFilm(place, {
      source: {
        frame: async (_, step) => (/** @type {import("../session.js").Instant} */ (session.instants.get(step))).frame,
        latest: (_, tag) => session.look(tag), cast: () => cast, again: true,
      },
      reels: [reel()], link: "", report() {},
    });
    let drawnAt = -Infinity;
    let timer = 0;

    /** @returns {import("../../film/store.js").Reel} */
    function reel() {
      const {finished, failed, step} = session.state();
      const turns = session.events.filter(({type}) => type === "turned").map(({step, knob, old, new: now}) => /** @type {[number, string]} */ ([step, `${knob === "beta" ? "β" : "learning rate"} ${old} → ${now}`]));
      return {run: "here", title: recipe.name, kind, steps: [...session.instants.keys()], latest: finished ? null : step, live: !(finished || failed), turns};
    }

    function changed() {
      panel.render();
      film.update([reel()]);
      tellLine(runLine(recipe, data.name, session.state().step, session.events));
      clearTimeout(timer);
      timer = setTimeout(draw, Math.max(0, drawnAt + ANSWERS - performance.now()));
    }

    function draw() {
      drawnAt = performance.now();
      curves.draw(session.events, isVae);
    }

    function keep() {
      const {finished} = session.state();
      save(runFile({recipe, events: session.events, instants: session.instants, finished, data}), "application/zip", `run-${kind}-seed-${seed}.zip`);
    }

    async function openExplore() {
      explore({bundle: await session.bundle(), images: data.held.images});
    }

    panel.render();
    draw();
    leave = () => {
      clearTimeout(timer);
      film.destroy();
      session.end();
    };
    repaint = () => {
      film.retheme();
      draw();
    };
  }

  choose();
  return {
    retheme() {
      lesson.theme = readTheme(element);
      repaint();
    },
    destroy() {
      leave();
      observer.disconnect();
      element.remove();
    },
  };
}
