// @ts-check
// Step 10: one network trained with different weights β of the KL. The same images' codes move as β does.

import {betaMeaning, betaProtocol, collapseOf} from "../../words/beta_words.js";
import {make} from "../../base/dom.js";
import {oneOf, pairOf} from "../parts/kept.js";
import {createBars, roundedEnd} from "../parts/bars.js";
import {createLessonMap} from "../parts/map.js";
import {createMotion} from "../parts/motion.js";
import {createChoiceSlider, createNote, createPicture, createReadings} from "../parts/parts.js";
import {paintCodes, paintPriorCircles} from "../parts/points.js";
import {paintCursor} from "../../map/marks.js";
import {codesBetween} from "../../model/explorer_model.js";

/** @typedef {import("../../state/state.js").Latent} Latent */
/** @typedef {import("../../model/explorer_model.js").ExplorerModel} ExplorerModel */

const MORPH = 600; // milliseconds
const USUAL_BETA = 1;

/** @param {import("../lesson.js").Lesson} lesson @returns {import("../lesson.js").LessonView} */
export function betaView(lesson) {
  const {models} = lesson;
  const betas = models.map((model) => Number(model.bundle.header.beta));
  let place = Math.max(0, betas.indexOf(oneOf(betas, lesson.left.beta, USUAL_BETA)));
  let z = pairOf(lesson.left.z) ?? /** @type {Latent} */ ([0.8, 0.5]);
  let {codes} = models[place].bundle.points;
  const range = rangeOfAll(models); // one scale, so that one sees the codes draw together
  const motion = createMotion(lesson);
  const map = createLessonMap({
    lesson, testid: "lesson-map", unit: "z₁, prior sd", range: () => range,
    base(painter) {
      const model = models[place];
      paintCodes(painter, {...model, low: range[0], high: range[1], bundle: {...model.bundle, points: {...model.bundle.points, codes}}}, 0.8);
      paintPriorCircles(painter, model);
    },
    key: () => [codes],
    marks: ({context, view, theme}) => paintCursor(context, view, theme, z, true, true),
    handles: [{name: "z", label: "the latent z that is decoded; arrow keys move it", at: () => z, move: (to) => (z = to)}],
    press(to) {
      z = to;
      lesson.commit();
    },
  });
  const slider = createChoiceSlider({
    label: "β, weight of the KL in training", testid: "beta", values: models.map((_, i) => i), first: place, format: (i) => String(betas[i]),
    changed(next) {
      const [oldCodes, model] = [codes, models[next]];
      place = next;
      motion.start(MORPH, (share) => {
        codes = codesBetween(oldCodes, model.bundle.points.codes, share);
        lesson.invalidate();
      }, lesson.commit);
    },
    settled: lesson.commit,
  });
  const picture = createPicture("lesson-digit", "decode(z)");
  const [nllBar, klBar] = [["nll", "nll"], ["kl", "KL"]].map(([kind, label]) => createBars(`${label} on the test split, nats`, [{label, parts: [kind], telling: kind === "kl"}]));
  const ends = ["nll", "kl"].map((name) => roundedEnd(Math.max(...models.map((model) => model.bundle.header.metrics[name] ?? 0))));
  const table = createReadings([{name: "beta", label: "β", format: String, strong: true}, {name: "nll", label: "nll", unit: "nats", kind: "nll"}, {name: "kl", label: "KL(q ‖ p(z))", unit: "nats", kind: "kl", telling: true},
    {name: "active", label: "active units of 2", digits: 0, telling: true}]);
  const collapse = createNote("beta-collapse", true);
  const note = createNote("beta-note");

  function readings() {
    const {metrics} = models[place].bundle.header;
    return {beta: betas[place], nll: metrics.nll ?? null, kl: metrics.kl ?? null, active: metrics.latent?.active_units ?? null};
  }

  function told() {
    const {header} = models[place].bundle;
    return `${betaProtocol(header)} ${betaMeaning(header)}`;
  }

  return {
    elements: [map.element, make("div", {class: "ls-side"}, slider.element,
      make("div", {class: "ls-beside"}, picture.element, make("div", {class: "ls-side"}, nllBar.element, klBar.element, table.element)), collapse.element, note.element)],
    resize: map.resize,
    render() {
      map.render();
      picture.show(models[place].decode(z), lesson.theme);
      picture.say(`decode(z) at z = (${z[0].toFixed(2)}, ${z[1].toFixed(2)})`.replaceAll("-", "−"));
      const now = readings();
      [nllBar, klBar].forEach((bar, i) => {
        const value = i ? now.kl : now.nll;
        bar.show(value === null ? null : [{value, parts: [[0, value]]}], 0, ends[i]);
      });
      table.show(now);
      collapse.say(collapseOf(models[place].bundle.header));
      note.say(told());
    },
    readings,
    left: () => ({beta: betas[place], z}),
    models,
    place: () => ({z: [z, [0, 0]]}),
  };
}

/** What the map shows at whatever β: the core of every model. @param {readonly ExplorerModel[]} models @returns {[Latent, Latent]} */
export function rangeOfAll(models) {
  const corner = (/** @type {0|1} */ end) => /** @type {Latent} */ ([0, 1].map((axis) => (end ? Math.max : Math.min)(...models.map(({core}) => core[end][axis]))));
  return [corner(0), corner(1)];
}
