// @ts-check
// log p(x) = ELBO + KL(q ‖ p(z|x)) as measured lengths, and beside them the posterior under a lens.

import {classesOf, oneOf} from "../words/classes.js";
import {actionButton, contextOf, make, setText, setUnable, widthOf} from "../base/dom.js";
import {fitView} from "../base/geometry.js";
import {createSums} from "./identity_sums.js";
import {openLargeView} from "./large_view.js";
import {createModeDigits} from "./mode_digits.js";
import {paintAxes, paintGrid} from "../map/marks.js";
import {paintTruth} from "../map/posterior.js";
import {areAlike} from "../model/explorer_model.js";
import {whyNotExact} from "../model/plane.js";
import {sameItems} from "../base/same_items.js";
import {setMarked} from "../words/terms.js";
import {apart, signedNumber} from "../words/numbers.js";
import {imageName} from "../words/splits.js";

/** @typedef {import("./explorer.js").App} App */
/** @typedef {import("./posterior/probe.js").Truth} Truth */
/** @typedef {import("../exact/posterior_summary.js").Posterior} Posterior */
/** @typedef {{view: ReturnType<typeof openLargeView>, canvas: HTMLCanvasElement, of: Posterior|null, closeUp: Posterior|null}} Enlarged */

const LENS_PADDING = 6;
/** @type {never[]} */
const NONE = [];
const [LARGE_SIDE, LARGE_TEXT, SHARPNESS] = [600, 14, 2]; // of the picture for the whole window, and its pixels for each of these
const LARGE_CELLS = 128; // along a side of it, each decoded: between them a posterior is smooth

/** @param {App} app @param {() => Element} page to lie over when enlarged @returns null where no model has a posterior */
export function createIdentityBar(app, page) {
  const {posteriors} = app;
  if (!posteriors.probes.length) return null;
  const told = () => /** @type {import("./posterior/probe.js").PosteriorProbe} */ (posteriors.underLens());
  const sums = createSums(app);
  const lens = make("canvas", {class: "lx-lens", role: "img", tabindex: "0", "data-testid": "posterior-lens", title: "Zoom the map to the posterior"});
  const context = contextOf(lens);
  const width = widthOf(lens, app.invalidate);
  const costs = createStack([["log p(x)", "lx-part-truth"], ["gap", "lx-part-gap"]]);
  costs.element.title = "How far log p(x) is from 0, and the ELBO by the gap farther";
  const parts = createStack([["nll", "lx-part-nll"], ["KL(q ‖ p(z))", "lx-part-kl"]]);
  parts.element.title = "How far the ELBO is from 0, in its two parts, ELBO = −(nll + KL): the mean of nll = −log p(x|z) over all z of q, and the KL of q to the prior";
  const note = make("p", {class: "lx-hint", "data-testid": "identity-note"});
  const modes = createModeDigits(app);
  const refine = actionButton("Refine q", posteriors.refine, {"data-testid": "refine-q", title: "Move q from the encoder's answer to the best Gaussian (key Q on a map)"});
  const zoomIn = () => {
    const frame = told().frame();
    if (!frame) return;
    app.frame(told().model.place, ...frame);
    app.store.dispatch({type: "layer", layer: "posterior", on: true});
    app.commit();
  };
  lens.addEventListener("click", zoomIn);
  lens.addEventListener("keydown", (event) => {
    if (event.key === "Enter") zoomIn();
  });
  /** Enlarged, and the posterior that was decoded for its size: of which it is, and what came.
   * @type {Enlarged|null} */
  let large = null;
  const enlarge = actionButton("⤢", () => {
    large = {view: openLargeView(page(), "The posterior p(z|x)"), canvas: make("canvas", {width: LARGE_SIDE * SHARPNESS, height: LARGE_SIDE * SHARPNESS}), of: null, closeUp: null};
    paintLarge();
  }, {class: "lx-enlarge", "data-testid": "lens-large", "aria-label": "The posterior in the whole window", title: "The posterior in the whole window"});
  const element = make("section", {class: "lx-panel lx-identity", "aria-label": "Exact posterior and log p(x)", ...(posteriors.probes.length === 1 && {"data-place": posteriors.probes[0].model.place})}, sums.element,
    make("div", {class: "lx-lens-side"}, make("div", {class: "lx-lens-box"}, lens, enlarge), refine), make("div", {class: "lx-identity-bars"}, costs.element, parts.element, make("div", {class: "lx-identity-note"}, modes.element, note)));
  /** @type {unknown[]} */
  let shown = [];

  return {
    element,
    /** @param {import("../state/state.js").State} state */
    render(state) {
      const {mode, layers} = state;
      element.hidden = mode !== "inspect" && mode !== "draw" && !(mode === "move" && layers.posterior);
      if (element.hidden) return;
      const probe = told();
      const {bundle} = probe.model;
      const truth = probe.truth();
      const side = Math.round(width() * devicePixelRatio);
      const key = [probe, mode, app.theme, side, ...posteriors.probes.map((one) => one.version())];
      if (sameItems(key, shown)) return;
      shown = key;
      element.setAttribute("aria-busy", String(probe.isWorking())); // faint, for what stands there is of an earlier state of a drawing
      setUnable(refine, truth?.exact ? "" : probe.trouble() || "The exact posterior is not worked out yet: it needs an image, or a drawing.");
      refine.setAttribute("aria-pressed", String(probe.refining()));
      refine.textContent = probe.refining() ? "Back to encoder" : "Refine q";
      paintLens(side);
      setUnable(enlarge, truth ? "" : "There is no posterior yet.");
      paintLarge();
      modes.render(probe.model, truth?.picture.modes ?? NONE);
      sums.render(state);
      const {exact, encoder, q} = truth ?? {};
      note.classList.toggle("lx-of-now", !truth);
      if (!truth || !exact || !encoder || !q) {
        setText(note, probe.trouble() || (truth ? "" : probe.isWorking() ? workingText(probe.progress()) : "The exact posterior and log p(x) of an image appear here."));
        for (const stack of [costs, parts]) stack.show(null, 1);
        return;
      }
      const gap = apart(exact.logPx, q.elbo);
      // While q moves, the lengths shrink against those of the encoder's answer.
      // Of Gaussian pixels ELBO and log p(x) may be above 0, and then a part is longer than −ELBO.
      const full = Math.max(-encoder.elbo, gap, q.kl);
      costs.show([-exact.logPx, gap], full, [exact.logPx, gap]);
      parts.show([q.nll, q.kl], full);
      const image = mode === "move" ? probe.image(state) : null;
      const whose = app.models.length > 1 ? `${probe.model.short}: ` : ""; // the numbers may stand beside the other model's digit
      // While one moves it is a test image's even after one has drawn: the drawing has no place on the map to move over.
      const without = app.models.flatMap(({bundle, short}) => (bundle.plane ? [` ${short}: ${whyNotExact(bundle)}`] : [])).join("");
      setText(note, whose + (image === null ? "" : `of the nearest, ${imageName(bundle.points.splits, image)}, ${oneOf(classesOf(bundle), bundle.points.labels[image])}: `) + [noteOf(truth), ...bundle.caveat.split(/(?<=\.) /).slice(0, 1)].join(" ").trim() + without);
      note.title = bundle.caveat; // there is room for its first sentence
    },
  };

  /** With axes, as it is by now: q may be on its way. */
  function paintLarge() {
    const [{model, refining}, truth, frame] = [told(), told().truth(), told().frame()];
    if (!truth || !frame || !large?.view.isOpen()) return;
    comeCloser(large, truth.picture);
    const context = contextOf(large.canvas);
    const [left, side] = [LARGE_SIDE * 0.1, LARGE_SIDE * 0.86];
    const view = fitView(...frame, side, side, 2 * LENS_PADDING);
    context.setTransform(SHARPNESS, 0, 0, SHARPNESS, 0, 0);
    context.fillStyle = app.theme.background;
    context.fillRect(0, 0, LARGE_SIDE, LARGE_SIDE);
    context.translate(left, LARGE_SIDE * 0.02);
    context.save();
    context.beginPath();
    context.rect(0, 0, side, side);
    context.clip();
    paintGrid(context, view, app.theme, LARGE_TEXT);
    paintTruth(context, view, app.theme, {...truth, picture: (large.of === truth.picture && large.closeUp) || truth.picture});
    context.restore();
    paintAxes(context, view, app.theme, LARGE_TEXT, `z₁, ${model.units}`);
    context.textAlign = "left";
    context.fillText("z₂", 6 - left, 0);
    large.view.show([{canvas: large.canvas, name: "posterior", caption: `${areAlike(app.models) ? `${model.title}. ` : ""}The lines hold 50 % and 95 % of p(z|x), the ellipses as much of ${refining() ? "the best Gaussian" : "the encoder's q"}.`}], app.theme);
  }

  /** Has the posterior decoded for the size in which it is shown. @param {Enlarged} mine @param {Posterior} picture */
  async function comeCloser(mine, picture) {
    if (mine.of === picture) return;
    [mine.of, mine.closeUp] = [picture, null];
    const found = await told().closeUp(picture, LARGE_CELLS);
    if (!found || mine !== large || mine.of !== picture) return;
    mine.closeUp = found;
    paintLarge();
  }

  /** @param {number} side */
  function paintLens(side) {
    if (!side) return;
    if (lens.width !== side) lens.width = lens.height = side;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, side, side);
    const [truth, frame] = [told().truth(), told().frame()];
    lens.setAttribute("aria-label", truth ? lensText(truth) : "no posterior yet");
    if (!truth || !frame) return;
    const width = side / devicePixelRatio;
    paintTruth(context, fitView(...frame, width, width, LENS_PADDING), app.theme, truth);
  }
}

/** @param {{share: number, seconds: number}} progress */
function workingText({share, seconds}) {
  const rest = share > 0 && share < 1 ? `${Math.round(share * 100)} %, about ${Math.ceil(seconds)} s more` : "of a large one it takes seconds";
  return `The plane is being decoded for the exact posterior, once for a model: ${rest}.`;
}

/** @param {Truth} truth */
function lensText({picture}) {
  const modes = picture.modes.map(([z1, z2]) => `(${signedNumber(z1)}, ${signedNumber(z2)})`).join(", ");
  return `The posterior p(z|x) with ${picture.modes.length === 1 ? "its mode" : `its ${picture.modes.length} modes`} at ${modes}. Press Enter to zoom the map to it.`;
}

/** @param {Truth} truth */
function noteOf({picture, exact, gaps}) {
  const doubt = exact && exact.error > 0.01 ? ` Quadrature error about ${exact.error.toFixed(2)}.` : "";
  if (gaps) {
    const where = !gaps.elsewhere ? "" : picture.modes.length === 1 ? ", on the one mode, which the encoder missed" : ", on another peak than the encoder's";
    return `Best diagonal Gaussian${where}: ${signedNumber(gaps.amortisation)} nats were amortisation gap, ${signedNumber(gaps.approximation)} remain.${doubt}`;
  }
  return `p(z|x) has ${picture.modes.length === 1 ? "one mode" : `${picture.modes.length} modes, decoded beside this`}; all numbers are nats.${doubt}`;
}

/** Two lengths end to end, and under them their names and numbers. @param {[string, string][]} named name and style */
function createStack(named) {
  const parts = named.map(([name, style]) => {
    const text = make("span", {});
    setMarked(text, name);
    const bar = make("div", {class: `lx-part ${style}`});
    return {name, text, bar, key: make("span", {class: "lx-part-key"}, make("span", {class: `lx-swatch ${style}`}), text)};
  });
  return {
    element: make("div", {class: "lx-stack"}, make("div", {class: "lx-stack-bar"}, ...parts.map((part) => part.bar)),
      make("div", {class: "lx-stack-key"}, ...parts.map((part) => part.key))),
    /** @param {number[]|null} lengths nats @param {number} full what would fill the whole width @param {number[]|null} values what the lengths stand for */
    show(lengths, full, values = lengths) {
      parts.forEach(({name, text, bar}, i) => {
        bar.style.width = lengths ? `${Math.max(0, lengths[i]) / full * 100}%` : "0";
        setMarked(text, values ? `${name} ${signedNumber(values[i])}` : name);
      });
    },
  };
}
