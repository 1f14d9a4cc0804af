// @ts-check
// The experiments of the lectures and what they found, as dashboard/lab/content.py tells it. In a frame, where the title of a scene says
// what was found, each chart has the frame to itself.

import {make, showFailure} from "../base/dom.js";
import {newTabLink} from "../book/new_tab.js";
import {prose} from "../book/prose.js";
import {createTabs} from "../book/tabs.js";
import {createFigures} from "./figure.js";
import {momentsOf, pictureOf, tableOf} from "./parts.js";

/** @typedef {import("./figure.js").Figure & {name: string, note: string}} Chart */
/** @typedef {import("./parts.js").Table} Table */
/** @typedef {{name: string, question: string, headline: string, rest: string, errors: string, further: string[], live: {label: string, link: string}|null, charts: Chart[],
 *   pictures: import("./parts.js").Picture[], moments: import("./parts.js").Moment[], tables: (Table & {title: string})[], protocol: Table, command: string}} Found */
/** @typedef {{name: string, title: string, parts: {shown: string, result: string, curves: string}}} Listed parts: addresses */
/** @typedef {{experiments: string, unknown: string, parts: Record<string, string>, again: string, resultFile: string, curvesFile: string, moment: string, dark: Record<string, string>,
 *   leafing: import("../book/leafing.js").Words}} Words */
/** @typedef {{experiment: string, part: string, chart: string}} Place what the address asks for; each may be nothing */

/**
 * @param {HTMLElement} root
 * @param {object} options
 * @param {Listed[]} options.experiments
 * @param {string} options.plotly where its script is
 * @param {Words} options.words
 * @param {Place} options.begun
 * @param {boolean} options.framed
 * @param {() => boolean} options.isDark
 * @param {(listed: Listed) => Promise<Found>} options.find
 * @param {(place: Place) => void} options.turned
 */
export function mountLab(root, {experiments, plotly, words, begun, framed, isDark, find, turned}) {
  const figures = createFigures(plotly, words.dark, isDark);
  const entries = experiments.map(({name, title}, i) => make("a", {class: "lab-entry", href: `./lab/?experiment=${name}`, "data-testid": `experiment-${name}`, onclick: (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    turned({experiment: name, part: "", chart: ""});
    show({experiment: name, part: "", chart: ""});
  }}, `${i + 1}. ${title}`));
  const notice = make("p", {class: "bk-notice", role: "alert", hidden: true}, words.unknown);
  const main = make("div", {class: "lab-main"});
  root.append(make("div", {class: "bk lab", "data-framed": framed}, make("nav", {class: "lab-list", "aria-label": words.experiments}, ...entries), make("div", {class: "lab-page"}, notice, main)));
  show(begun);

  /** @param {Place} place */
  async function show(place) {
    const known = experiments.findIndex(({name}) => name === place.experiment);
    const listed = experiments[Math.max(0, known)];
    notice.hidden = known >= 0 || !place.experiment;
    entries.forEach((entry, i) => (experiments[i] === listed ? entry.setAttribute("aria-current", "page") : entry.removeAttribute("aria-current")));
    figures.clear();
    main.dataset.experiment = listed.name;
    main.replaceChildren(make("h1", {}, listed.title));
    try {
      const found = await find(listed);
      if (main.dataset.experiment !== listed.name) return;
      if (framed) main.replaceChildren(...chartsOf(found, place.chart));
      else main.replaceChildren(make("h1", {}, listed.title), prose("p", found.question, {class: "lab-question"}), partsOf(found, place), filesOf(listed));
    } catch (error) {
      if (main.dataset.experiment === listed.name) showFailure(main, error);
    }
  }

  /** @param {Found} found @param {Place} place */
  function partsOf(found, {part, chart}) {
    const contents = /** @type {Record<string, () => Node[]>} */ ({
      findings: () => findingsOf(found, chart),
      steps: () => momentsOf(found.moments, {...words.leafing, moment: words.moment}, figures),
      numbers: () => found.tables.flatMap((table) => [prose("h3", table.title), tableOf(table)]),
      protocol: () => [tableOf(found.protocol), make("p", {class: "bk-note"}, words.again), make("pre", {class: "bk-code", tabindex: "0"}, found.command)],
    });
    const there = Object.keys(words.parts).filter((name) => (name !== "steps" || found.moments.length) && (name !== "numbers" || found.tables.length));
    const parts = there.map((name) => ({name, label: words.parts[name], content() {
      figures.clear();
      return contents[name]();
    }}));
    return createTabs(found.name, parts, part, (name) => turned({experiment: found.name, part: name, chart: name === "findings" ? chart : ""}));
  }

  /** @param {Found} found @param {string} chart to begin with */
  function findingsOf(found, chart) {
    const [first, ...others] = chartsOf(found, chart);
    return [
      prose("h2", found.headline), ...(found.rest ? [prose("p", found.rest)] : []), ...(found.errors ? [prose("p", found.errors, {class: "bk-note"})] : []),
      first, make("ul", {class: "lab-further"}, ...found.further.map((line) => prose("li", line))),
      ...(found.live ? [newTabLink(found.live.label, found.live.link)] : []),
      make("div", {class: "lab-charts"}, ...others), ...found.pictures.map(pictureOf),
    ];
  }

  /** All charts, first the one of this name; in their order where there is none. @param {Found} found @param {string} name */
  function chartsOf(found, name) {
    const charts = [...found.charts].sort((a, b) => Number(b.name === name) - Number(a.name === name));
    return charts.map((chart) => {
      const place = figures.place(chart);
      if (framed) place.dataset.high = "";
      return make("div", {class: "lab-chart", "data-testid": `chart-${chart.name}`}, make("div", {class: "bk-wide"}, place), chart.note ? prose("p", chart.note, {class: "bk-note"}) : null);
    });
  }

  /** @param {Listed} listed */
  function filesOf({name, parts}) {
    return make("p", {class: "lab-files"}, make("a", {class: "bk-button", href: parts.result, download: `${name}-result.json`}, words.resultFile),
      make("a", {class: "bk-button", href: parts.curves, download: `${name}-curves.csv`}, words.curvesFile));
  }

  return {show, retheme: figures.redraw};
}
