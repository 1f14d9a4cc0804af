// @ts-check
// Step 8: the same images under a VAE and under a plain autoencoder, and what each decodes when one samples it: the VAE
// from N(0, I), the autoencoder from N(0, I) and, fairly, from the Gaussian of its own codes.

import {marked} from "../../words/terms.js";
import {createStrip} from "../../images/digit_view.js";
import {observeFixed} from "../../images/digits.js";
import {actionButton, make, setText} from "../../base/dom.js";
import {explained} from "../../base/meanings.js";
import {oneOf as one} from "../../words/classes.js";
import {toPixel} from "../../base/geometry.js";
import {createLessonMap} from "../parts/map.js";
import {seedOf} from "../parts/kept.js";
import {createNote, createPicture} from "../parts/parts.js";
import {paintCodes, paintDraw, paintImage, paintPriorCircles} from "../parts/points.js";
import {drawMany, FAR_DRAWS, shareBeyond, STANDARD_NORMAL} from "../../images/draws.js";

/** @typedef {import("../../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../../state/state.js").Latent} Latent */

const SHOWN_DRAWS = 9;

/** What counts as far of a model's codes. @param {ExplorerModel} model */
const far = (model) => `No training code within ${model.usual.toFixed(3)} ${model.units}, as 95 of 100 test images have one (a VAE's z drawn from q).`;

/** @param {import("../lesson.js").Lesson} lesson @returns {import("../lesson.js").LessonView} */
export function autoencoderView(lesson) {
  const [vae, ae] = lesson.models;
  let seed = seedOf(lesson.left.seed);
  let index = lesson.kept.image ?? 0;
  const rows = [
    {name: "far_vae", model: vae, gaussian: STANDARD_NORMAL, label: "VAE, z ~ N(0, I)", fitted: false},
    {name: "far_ae_prior", model: ae, gaussian: STANDARD_NORMAL, label: "AE, z ~ N(0, I)", fitted: false},
    {name: "far_ae_own", model: ae, gaussian: ae.gaussian, label: "AE, its own Gaussian", fitted: true},
  ].map((row) => {
    const strip = createStrip({label: row.label, count: SHOWN_DRAWS, side: row.model.bundle.side, testid: `strip-${row.name}`});
    const share = make("output", {class: "ls-value ls-telling", "data-testid": `reading-${row.name}`});
    return {...row, strip, share, far: 0, shown: /** @type {Latent[]} */ ([]), element: make("div", {class: "ls-strip-row"}, make("span", {class: "ls-name"}, ...marked(row.label)), make("span", {}, share, make("span", {class: "ls-unit"}, " ", ...explained([{text: "far from training codes", means: far(row.model)}]))), strip.element)};
  });
  const maps = [vae, ae].map((model) => createLessonMap({
    lesson, testid: `lesson-map-${model.bundle.kind}`, unit: `z₁, ${model.units}`, range: () => model.core,
    base(painter) {
      paintCodes(painter, model, 0.6);
      paintPriorCircles(painter, model);
    },
    key: () => [],
    marks({context, view, theme}) {
      for (const row of rows) {
        if (row.model !== model) continue;
        for (const [z1, z2] of row.shown) paintDraw(context, toPixel(view, z1, z2), row.fitted ? lesson.second : theme.text, theme.halo);
      }
      paintImage({context, view, theme}, model, index);
    },
    press(z) {
      index = lesson.kept.image = model.index.nearest(z[0], z[1]);
      lesson.commit();
    },
  }));
  const pictures = [createPicture("lesson-image", "x"), createPicture("lesson-vae", "VAE"), createPicture("lesson-ae", "AE")];
  const again = actionButton("Draw again", () => {
    seed++;
    draw();
    lesson.commit();
  }, {"data-testid": "draw-again", class: "lx-button ls-primary"});
  const note = createNote("autoencoder-note");
  draw();

  function draw() {
    for (const row of rows) {
      const latents = drawMany(row.gaussian, FAR_DRAWS, seed);
      row.far = shareBeyond(latents, row.model.trained, row.model.usual);
      row.shown = latents.slice(0, SHOWN_DRAWS);
    }
  }

  function showImage() {
    const x = observeFixed(lesson.images, index, vae.bundle.points);
    pictures[0].show(x, lesson.theme);
    pictures[0].say(`image ${index}, ${one(vae.bundle.header.classes, vae.bundle.points.labels[index])}`);
    [vae, ae].forEach((model, i) => {
      const z = model.codeOf(index);
      pictures[i + 1].show(model.decode(z), lesson.theme);
      pictures[i + 1].say(`${i ? "AE" : "VAE"}, nll ${model.nll(x, z).toFixed(1)}`);
    });
  }

  return {
    elements: [...maps.map((map, i) => make("section", {class: "ls-map-box"}, make("h3", {}, lesson.models[i].title), map.element)),
      make("div", {class: "ls-side"}, make("div", {class: "ls-pictures"}, ...pictures.map((picture) => picture.element)), ...rows.map((row) => row.element), again, note.element)],
    resize: () => maps.forEach((map) => map.resize()),
    render() {
      for (const map of maps) map.render();
      showImage();
      for (const row of rows) {
        row.strip.show(row.model.network.decodeMany(Float32Array.from(row.shown.flat())), lesson.theme);
        setText(row.share, `${Math.round(100 * row.far)} %`); // known to about a point, as the answer says it
      }
      note.say(`Of ${FAR_DRAWS.toLocaleString("en")} draws (seed ${seed}), ±1 point; squares: ${SHOWN_DRAWS} of them. Choose a dot for its image; nll at μ or code, pixels ${vae.bundle.points.protocol}, seed ${vae.bundle.points.seed}.`);
    },
    readings: () => Object.fromEntries(rows.map((row) => [row.name, row.far])),
    left: () => ({seed}),
    models: [vae, ae],
    place: () => ({mode: "sample", seed}),
  };
}
