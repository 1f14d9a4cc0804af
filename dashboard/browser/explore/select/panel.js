// @ts-check
// Under the digits in Select: what the images that someone drew round are, and what each model makes of them as a whole.

import {classColour} from "../../base/palette.js";
import {actionButton, choiceBar, make, save, setText, setUnable} from "../../base/dom.js";
import {explained} from "../../base/meanings.js";
import {sameItems} from "../../base/same_items.js";
import {createDigit, createStrip} from "../../images/digit_view.js";
import {gatherImages} from "../../images/image_rows.js";
import {shareText} from "../../words/captions.js";
import {classesOf, labelsText, markOf} from "../../words/classes.js";
import {imageText} from "../../words/images.js";
import {apart, signedNumber} from "../../words/numbers.js";
import {marked} from "../../words/terms.js";
import {areAlike} from "../../model/explorer_model.js";
import {whyNotExact} from "../../model/plane.js";
import {chanceTogether} from "../../model/selected.js";
import {charted, countsOf, extremes, meanCode, meanImage, meansOf} from "./measures.js";
import {saveSlide} from "./slide.js";
import {selectionAsCsv} from "./table.js";
import {barsText, classesText, countText, spokenSelection, togetherMeans} from "./words.js";

/** @typedef {import("../explorer.js").App} App */
/** @typedef {import("../../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../../state/state.js").State} State */
/** @typedef {{mean: Float32Array, together: number}|null} Made what a model's worker makes of the selection; null while it works */

const EXTREMES = 8;
const NONE = "Nothing is selected yet.";
const WORKING = "The selected images are still being decoded.";
const SYMBOLS = ["log p(x)", "ELBO", "gap"];

/** @param {App} app */
export function createSelectPanel(app) {
  const {models, store, selection} = app;
  const {points} = models[0].bundle;
  const names = classesOf(models[0].bundle);
  const measured = models.filter((model) => model.bundle.points.truths);

  const title = make("h3", {"data-testid": "select-count"});
  const tools = choiceBar("Tool", [{value: "lasso", text: "Lasso", testid: "select-lasso", title: "A drag draws round images"},
    {value: "rectangle", text: "Rectangle", testid: "select-rectangle", title: "A drag pulls a rectangle open"}], (/** @type {State["tool"]} */ tool) => change({tool}));
  const hows = choiceBar("What is drawn", [{value: "new", text: "New"}, {value: "add", text: "Add"}, {value: "take", text: "Take away"}],
    (/** @type {import("./selection.js").How} */ how) => selection.setUsual(how));
  hows.element.classList.add("lx-select-hows");
  const clear = actionButton("Clear", () => change({shapes: []}), {"data-testid": "select-clear", title: "Select nothing (key Escape on a map)"});
  const table = actionButton("CSV", () => save(selectionAsCsv(models, selection.indices(), app.names), "text/csv", "selection.csv"), {"data-testid": "select-csv", title: "A row for each selected image: index, split, row, file where it is your own, class, codes, ELBO, log p(x), gap, columns of your own"});
  const slide = actionButton("PNG", () => saveSlide(app, summary()), {"data-testid": "select-png", title: "The selection as a picture for a slide"});
  const empty = make("p", {class: "lx-hint", "data-testid": "select-empty"});

  const bars = names.map((name, label) => {
    const bar = make("span", {class: "lx-select-bar"});
    bar.style.background = classColour(label);
    const element = make("span", {class: "lx-select-class"}, make("span", {class: "lx-select-well"}, bar), markOf(names, label));
    return {name, bar, element};
  });
  const chart = make("div", {class: "lx-select-bars", role: "img", "data-testid": "select-classes"});
  const classes = make("p", {class: "lx-tile-note lx-tile-words"});

  const mean = tile("mean image", "select-mean", "The mean of the selected images, pixel by pixel");
  const decodes = models.map((model) => [
    tile(`${briefly(model, models)} mean decode`, `select-decodes-${model.id}`, `${model.title}: the decode of each selected image's code, averaged pixel by pixel`),
    tile(`${briefly(model, models)} at mean z`, `select-decode-${model.id}`, `${model.title}: the one decode of the mean of the selected images' codes. A decoder bends, so this is not the mean of the decodes`)]);
  const together = make("p", {class: "lx-select-together", "data-testid": "select-together"});
  const numbers = createNumbers(measured);
  const lacking = make("p", {class: "lx-hint"}, lackingText(models, measured));
  const rows = [["Most likely", "select-likely"], ["Least likely", "select-unlikely"]].map(([name, testid], i) => {
    const strip = createStrip({label: name, count: EXTREMES, side: models[0].bundle.side, testid, browsed: true, chosen: (place) => app.inspect(extreme[i][place])});
    const note = make("span", {class: "lx-row-note"});
    return {name, strip, note, element: make("div", {class: "lx-select-extreme"}, note, strip.element)};
  });
  const filled = make("div", {class: "lx-selected"},
    make("div", {class: "lx-select-about"}, chart, classes),
    make("div", {class: "lx-tiles"}, mean.element, ...decodes.flat().map((one) => one.element)),
    make("div", {class: "lx-select-numbers"}, together, numbers.element, lacking),
    make("div", {class: "lx-select-extremes", hidden: !measured.length}, ...rows.map((row) => row.element)));
  const element = make("section", {class: "lx-panel lx-select", "aria-label": "Selected images"},
    make("div", {class: "lx-panel-head"}, title, make("span", {class: "lx-actions"}, tools.element, hows.element, clear, table, slide)), empty, filled);
  /** @type {number[][]} */
  let extreme = [[], []];
  /** @type {Made[]} */
  let made = models.map(() => null);
  /** @type {Uint32Array|null} of which the workers were asked */
  let asked = null;
  /** @type {Uint32Array|null} which the bars show */
  let counted = null;
  /** @type {unknown[]} */
  let shown = [];

  /** @param {Partial<State>} values */
  function change(values) {
    store.dispatch({type: "set", values});
    app.commit();
  }

  /** The workers are asked once a shape stands. @param {Uint32Array} selected */
  function ask(selected) {
    if (selected === asked) return;
    asked = selected;
    made = models.map(() => null);
    models.forEach(async ({place}) => {
      const answer = await app.batches[place].ofSelection(selected).catch(() => null);
      if (selected !== asked) return;
      made[place] = answer;
      app.invalidate();
    });
  }

  /** All that the panel shows, for a picture of it. */
  function summary() {
    const selected = selection.indices();
    const counts = countsOf(points.labels, selected, names.length);
    return {selected, made, names, measured, counts, extreme,
      title: countText(points, selected.length), classes: toldOf(counts), together: togetherText(selected.length, made)};
  }

  /** @param {number} selected @param {Made[]} by */
  function togetherText(selected, by) {
    const said = models.map(({short, place}) => `${short} ${by[place] ? shareText(by[place].together) : "…"}`).join(", ");
    return `${said} (chance ${shareText(chanceTogether(selected, points.count))})`;
  }

  /** @param {readonly number[]} counts of each class */
  function toldOf(counts) {
    return [classesText(names, counts), barsText(counts)].filter(Boolean).join(" ");
  }

  /** @param {Uint32Array} selected */
  function count(selected) {
    if (selected === counted) return;
    counted = selected;
    const counts = countsOf(points.labels, selected, names.length);
    const most = Math.max(1, ...counts);
    chart.replaceChildren(...charted(counts).map((label) => {
      const {bar, name, element: column} = bars[label];
      bar.style.height = `${counts[label] / most * 100}%`;
      column.title = `${name}: ${counts[label].toLocaleString("en")}`;
      return column;
    }));
    chart.setAttribute("aria-label", `Classes: ${names.flatMap((name, label) => (counts[label] ? [`${name}: ${counts[label].toLocaleString("en")}`] : [])).join(", ")}`);
    setText(classes, toldOf(counts));
  }

  /** @param {Uint32Array} selected */
  function fill(selected) {
    const {images, theme} = app;
    if (images) mean.digit.show(meanImage(images, points.pixels, selected), theme);
    models.forEach((model, i) => {
      const [of, at] = decodes[i];
      at.digit.show(model.network.decode(...meanCode(model.bundle.points.codes, selected)), theme);
      const average = made[i]?.mean;
      if (average) of.digit.show(average, theme);
      else of.digit.clear();
    });
    together.replaceChildren(...(selected.length > 1
      ? explained([{text: "Together", means: togetherMeans(selected.length, points.count)}, {text: `: ${togetherText(selected.length, made)}`, means: ""}])
      : ["One image has no company to stay with."]));
    numbers.show(selected);
    if (!measured.length) return;
    const {likely, unlikely} = extremes(truthsOf(measured[0]).logPx, selected, EXTREMES);
    extreme = [likely, unlikely];
    rows.forEach(({name, strip, note, element: row}, i) => {
      row.hidden = !extreme[i].length;
      const labels = extreme[i].map((index) => points.labels[index]);
      setText(note, measured.length < models.length || models.length === 1 ? name : `${name}, ${measured[0].short}`);
      note.title = `By log p(x) of ${measured[0].title}: ${labelsText(names, labels)}`;
      if (images) strip.show(gatherImages(images, points.pixels, extreme[i]), theme, `${name} by log p(x): ${labels.map((label) => names[label]).join(", ")}`, extreme[i].map((index) => imageText(measured[0].bundle, app.names, index)));
    });
  }

  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && selection.clear()) app.commit();
  });

  return {
    element,
    /** What is selected, in words. */
    spoken() {
      const selected = selection.indices();
      return spokenSelection(points, names, selected, countsOf(points.labels, selected, names.length));
    },
    /** @param {State} state */
    render(state) {
      const selected = selection.indices();
      tools.show(state.tool);
      hows.show(selection.usual());
      const drawn = selection.shapes().length > 0;
      setUnable(table, selected.length ? "" : NONE);
      setUnable(slide, !selected.length ? NONE : selected === asked && made.every((one) => one) ? "" : WORKING);
      setUnable(clear, drawn ? "" : NONE);
      setText(title, drawn ? countText(points, selected.length) : "No images selected");
      empty.hidden = selected.length > 0;
      filled.hidden = !selected.length;
      setText(empty, drawn ? "No image that is shown has its code inside. Draw again, or clear." : emptyText(state, models.length));
      if (!selected.length) return;
      count(selected);
      element.toggleAttribute("data-growing", selection.growing());
      if (selection.growing()) return; // the rest is worked out once the hand rests
      ask(selected);
      const key = [selected, app.images, app.theme, ...made];
      if (sameItems(key, shown)) return;
      shown = key;
      fill(selected);
    },
  };

  /** @param {string} name @param {string} testid @param {string} title */
  function tile(name, testid, title) {
    const digit = createDigit({"aria-label": name, "data-testid": testid});
    return {digit, element: make("figure", {class: "lx-tile", title}, digit.element, make("span", {class: "lx-tile-note lx-tile-words"}, name))};
  }
}

/** @param {State} state @param {number} maps */
function emptyText({tool}, maps) {
  const drag = tool === "lasso" ? "Draw round codes on any of the squares" : "Pull a rectangle open over codes on any of the squares";
  return `${drag}: ${maps > 1 ? "the same images light up in the other map, and " : ""}here stands what they have in common. Shift adds to a selection, Alt takes away. `
    + "By keys: on a map Enter begins a rectangle at the point, arrows pull it open, Enter selects; Escape clears.";
}

/** Under a small picture, where a long name has no room. @param {ExplorerModel} model @param {readonly ExplorerModel[]} models */
function briefly(model, models) {
  return areAlike(models) ? ["1st", "2nd"][model.place] : model.short;
}

/** @param {ExplorerModel} model */
function truthsOf(model) {
  return /** @type {import("../../model/bundle.js").Truths} */ (model.bundle.points.truths);
}

/** Why some model has no numbers here. @param {readonly ExplorerModel[]} models @param {readonly ExplorerModel[]} measured */
function lackingText(models, measured) {
  const own = models.filter((model) => model.bundle.kind === "vae" && !measured.includes(model));
  const plain = measured.length || own.length ? [] : ["A plain autoencoder has no p(x), so no image is likelier than another."];
  return [...own.map(({short, bundle}) => `${short}: ${whyNotExact(bundle) || "log p(x) and ELBO of each image did not come with this model."}`), ...plain].join(" ");
}

/** Means over the selected images in a small table: a column for each model or, where there is one, another of the means over all its images.
 * @param {readonly ExplorerModel[]} measured */
function createNumbers(measured) {
  const columns = measured.length === 1 ? ["selected", "all"] : measured.map((model) => model.short);
  const lines = SYMBOLS.map((symbol) => {
    const cells = columns.map((name) => make("td", {class: name === "all" ? "lx-select-all" : ""}));
    return {cells, element: make("tr", {}, make("th", {scope: "row"}, ...marked(symbol)), ...cells)};
  });
  const overall = () => printed(meansOf(truthsOf(measured[0]), Uint32Array.from({length: measured[0].bundle.points.count}, (_, i) => i)));
  return {
    element: make("table", {class: "lx-select-table", "data-testid": "select-numbers", hidden: !measured.length},
      make("thead", {}, make("tr", {}, make("th", {scope: "col"}, measured.length === 1 ? `${measured[0].short}, nats` : "nats"), ...columns.map((name) => make("th", {scope: "col"}, name)))), make("tbody", {}, ...lines.map((line) => line.element))),
    /** @param {Uint32Array} selected */
    show(selected) {
      measured.forEach((model, column) => {
        const means = meansOf(truthsOf(model), selected);
        const errors = [means.logPx, means.elbo, means.gap].map(({error}) => (error === undefined ? "" : ` ± ${error.toFixed(2)}`));
        printed(means).forEach((value, i) => setText(lines[i].cells[column], signedNumber(value) + errors[i]));
      });
      if (measured.length === 1 && !lines[0].cells[1].textContent) overall().forEach((value, i) => setText(lines[i].cells[1], signedNumber(value)));
    },
  };
}

/** log p(x), ELBO and gap as they stand beside each other: the gap is the difference of the two. @param {ReturnType<typeof meansOf>} means */
function printed({logPx, elbo}) {
  return [logPx.mean, elbo.mean, apart(logPx.mean, elbo.mean)];
}
