// @ts-check
// One test image: what it is, what the encoder saw, what each model makes of it, and what lies near it in each latent space.

import {classesOf, manyOf, oneOf} from "../words/classes.js";
import {createDigit, createStrip} from "../images/digit_view.js";
import {epsilonOf, observeFixed, seenName} from "../images/digits.js";
import {actionButton, make, setText, setUnable} from "../base/dom.js";
import {createValues} from "./columns/values.js";
import {createHardImage} from "./hard_image.js";
import {hasPosterior} from "../model/plane.js";
import {samePlace} from "../base/same_items.js";
import {gatherImages} from "../images/image_rows.js";
import {shownImage} from "../state/state.js";
import {signedNumber} from "../words/numbers.js";
import {capital, imageName, imagesName} from "../words/splits.js";
import {imageText} from "../words/images.js";

/** @typedef {import("./explorer.js").App} App */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").Latent} Latent */

const NEIGHBOURS = 8;

/** @param {App} app */
export function createInspector(app) {
  const {models, store} = app;
  const both = models.filter(({bundle}) => hasPosterior(bundle)).length > 1;
  const tile = (/** @type {string} */ name, /** @type {string} */ testid) => {
    const digit = createDigit({"aria-label": name, "data-testid": testid});
    const note = make("span", {class: "lx-tile-note"}, name);
    return {digit, note, element: make("figure", {class: "lx-tile"}, digit.element, note)};
  };
  const original = tile("original", "inspect-original");
  const seen = tile(seenName(models[0].bundle.points), "inspect-seen");
  const errors = models.map((model) => tile(`${model.short} error`, `inspect-error-${model.id}`));
  for (const {element, note} of errors) [note.className, element.title] = ["lx-tile-note lx-tile-words", "decoded − seen: blue where ink is missing, orange where there is too much; below, nll = −log p(x|z) in nats at the one z that is decoded here; the bar underneath has its mean over all z of q"];
  const rows = models.map((model) => {
    const strip = createStrip({label: `Nearest in the ${model.title}`, count: NEIGHBOURS, side: model.bundle.side, testid: `neighbours-${model.id}`, chosen: (place) => choose(found[model.place][place]), browsed: true});
    const note = make("span", {class: "lx-row-note"});
    return {strip, note, element: make("div", {class: "lx-near"}, note, strip.element)};
  });
  const title = make("h3", {});
  const file = make("p", {class: "lx-file", "data-testid": "inspect-file"});
  const values = createValues(models[0].bundle.points.columns);
  const about = make("div", {class: "lx-about-image"}, file, values.element);
  const resample = actionButton("z ~ q(z|x)", () => drawNoise(store.state.noise + 1), {"data-testid": "resample", title: both ? "Put the point of each VAE at its μ + σ·ε, with one fresh ε for both" : "Put the VAE's point at μ + σ·ε with fresh ε"});
  const mean = actionButton("z = μ", () => drawNoise(0), {title: `Put the ${both ? "points" : "VAE's point"} back at the mean of q(z|x)`});
  const hard = createHardImage(app, choose);
  const empty = make("div", {}, make("p", {class: "lx-hint lx-hint-mouse"}, "Point at a dot on either map to see its image here; click to keep it. The same image is marked in both maps."),
    make("p", {class: "lx-hint lx-hint-touch"}, "Tap a dot on either map to see its image here. The same image is marked in both maps."));
  const filled = make("div", {class: "lx-inspected"},
    make("div", {class: "lx-tiles"}, original.element, seen.element, ...errors.map((one) => one.element)), make("div", {class: "lx-nears"}, ...rows.map((row) => row.element)));
  const element = make("section", {class: "lx-panel", "aria-label": "Inspected image"},
    make("div", {class: "lx-panel-head"}, title, make("span", {class: "lx-actions"}, hard, ...(app.posteriors.probes.length ? [resample, mean] : []))), about, empty, filled);
  /** @type {number[][]} */
  let found = models.map(() => []);
  let [foundFor, shown] = ["", ""];

  /** @param {number} index */
  function choose(index) {
    if (index === undefined) return;
    store.dispatch({type: "select", index, z: models.map((model) => model.codeOf(index))});
    app.commit();
  }

  /** The VAE's z becomes μ + σ·ε, ε numbered by how often it was drawn. @param {number} noise */
  function drawNoise(noise) {
    const {selected} = store.state;
    if (selected === null) return;
    store.dispatch({type: "place", z: models.map((model) => posteriorDraw(qOf(model, selected), selected, noise)), values: {noise}});
    app.commit();
  }

  /** The q that is on show: refined, or the encoder's; an autoencoder's has no width. @param {import("../model/explorer_model.js").ExplorerModel} model @param {number} index
   * @returns {{mu: Latent, std: Latent}} */
  function qOf(model, index) {
    const {std} = model.bundle.points;
    const refined = store.state.refined ? app.posteriors.of(model)?.truth()?.q : null;
    return refined ?? {mu: model.codeOf(index), std: std ? [std[2 * index], std[2 * index + 1]] : [0, 0]};
  }

  /** Around the mean of the q that is on show. @param {number|null} index */
  function search(index) {
    const places = index === null ? [] : models.map((model) => qOf(model, index).mu);
    const key = `${index} ${places.join(" ")}`;
    if (key === foundFor) return;
    foundFor = key;
    found = models.map((model) => {
      if (index === null) return [];
      const [z1, z2] = places[model.place];
      return model.index.neighbours(z1, z2, NEIGHBOURS + 1).filter((other) => other !== index).slice(0, NEIGHBOURS);
    });
  }

  /** @param {number} index @param {readonly Float32Array[]} decoded @param {readonly Latent[]} shownAt */
  function fill(index, decoded, shownAt) {
    const {labels, splits, pixels} = models[0].bundle.points;
    const names = classesOf(models[0].bundle);
    setText(title, `${capital(imageName(splits, index))}, ${oneOf(names, labels[index])}`);
    setText(file, app.names?.[index] ?? "");
    values.show(index);
    if (!app.images) return;
    const images = app.images;
    const x = observeFixed(images, index, models[0].bundle.points);
    original.digit.show(gatherImages(images, pixels, [index]), app.theme);
    seen.digit.show(x, app.theme);
    models.forEach((model, i) => {
      const own = i ? observeFixed(images, index, model.bundle.points) : x;
      errors[i].digit.showError(decoded[i], own, app.theme);
      const where = !samePlace(shownAt[i], qOf(model, index).mu) ? " at z" : model.bundle.plane ? " on the plane" : model.bundle.kind === "vae" ? " at μ" : "";
      setText(errors[i].note, `${model.short}${where}: nll ${model.nll(own, shownAt[i]).toFixed(1)}`);
      const near = found[i];
      rows[i].strip.show(gatherImages(images, pixels, near), app.theme, `Nearest ${imagesName(splits)}: ${near.map((one) => names[labels[one]]).join(", ")}`, near.map((one) => imageText(models[0].bundle, app.names, one)));
      const alike = near.filter((one) => labels[one] === labels[index]).length;
      const about = app.posteriors.of(model) && store.state.refined ? "Near the refined μ in the" : "Near in the";
      setText(rows[i].note, `${about} ${model.short}: ${near.length ? `${alike} of ${near.length} are ${manyOf(names, labels[index])}` : "no other image"}`);
    });
  }

  return {
    element,
    /** Its nearest test images in a model's latent space. @param {number} place */
    neighbours(place) {
      search(shownImage(store.state));
      return found[place];
    },
    /** @param {State} state @param {readonly Float32Array[]} decoded what each model shows @param {readonly Latent[]} shownAt where it shows it */
    render(state, decoded, shownAt) {
      const index = shownImage(state);
      empty.hidden = index !== null;
      filled.hidden = index === null;
      file.hidden = !app.names;
      about.hidden = index === null || (file.hidden && values.element.hidden);
      for (const button of [resample, mean]) setUnable(button, state.selected === null ? "First choose an image: a dot of a map." : "");
      search(index);
      const key = `${index} ${state.z} ${state.refined} ${app.images !== null} ${app.theme.dark}`;
      if (key === shown) return;
      shown = key;
      if (index === null) setText(title, "No image chosen");
      else fill(index, decoded, shownAt);
    },
  };
}

/** @param {{mu: Latent, std: Latent}} q @param {number} index @param {number} noise @returns {Latent} */
function posteriorDraw({mu, std}, index, noise) {
  const epsilon = epsilonOf(noise, index);
  return [mu[0] + std[0] * epsilon[0], mu[1] + std[1] * epsilon[1]];
}
