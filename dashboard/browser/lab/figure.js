// @ts-check
// Figures of the Lab, as dashboard/lab made them, by Plotly's own script, which comes when one is first in sight.

import {make, showFailure} from "../base/dom.js";
import {PlainError} from "../base/errors.js";

/** @typedef {{figure: object, alt: string, settings: object}} Figure for a light ground */
/** @typedef {{newPlot: (place: HTMLElement, data: unknown, layout: unknown, settings: object) => Promise<unknown>, purge: (place: HTMLElement) => void}} Plotly */

const NEAR = "400px"; // below the window, from which on a figure is drawn

/** @param {string} plotly where its script is @param {Record<string, string>} dark what a colour is on a dark ground @param {() => boolean} isDark */
export function createFigures(plotly, dark, isDark) {
  const pattern = new RegExp(Object.keys(dark).map((one) => `(?<![\\d,])${one}(?![\\d])`).join("|"), "g");
  /** @type {Promise<Plotly>|undefined} */
  let coming;
  /** Places by what they show, while they are on the page. @type {Map<HTMLElement, Figure>} */
  const places = new Map();
  const watch = new IntersectionObserver((entries) => {
    for (const {isIntersecting, target} of entries) if (isIntersecting) draw(/** @type {HTMLElement} */ (target));
  }, {rootMargin: NEAR});

  /** @param {HTMLElement} place */
  async function draw(place) {
    const shown = places.get(place);
    if (!shown) return;
    watch.unobserve(place);
    try {
      const {newPlot} = await (coming ??= bring(plotly));
      const {data, layout} = JSON.parse(isDark() ? JSON.stringify(shown.figure).replace(pattern, (one) => dark[one]) : JSON.stringify(shown.figure));
      const room = "high" in place.dataset ? {height: place.clientHeight} : {};
      const family = getComputedStyle(place).fontFamily;
      if (places.get(place) === shown) await newPlot(place, data, {...layout, ...room, font: {...layout.font, family}, autosize: true}, {responsive: true, ...shown.settings});
    } catch (error) {
      coming = undefined;
      showFailure(place, error);
    }
  }

  return {
    /** A place that a figure will fill. @param {Figure} shown */
    place(shown) {
      const {height} = /** @type {any} */ (shown.figure).layout;
      const place = make("div", {class: "lab-figure", role: "img", "aria-label": shown.alt, style: `min-height: ${height}px`});
      places.set(place, shown);
      watch.observe(place);
      return place;
    },
    /** None of those so far is shown any more. */
    clear() {
      for (const place of places.keys()) {
        watch.unobserve(place);
        coming?.then(({purge}) => purge(place), () => {});
      }
      places.clear();
    },
    /** The ground is another now. */
    redraw: () => [...places.keys()].filter((place) => place.childElementCount).forEach(draw),
  };
}

/** @param {string} address @returns {Promise<Plotly>} */
function bring(address) {
  return new Promise((resolve, reject) => {
    const script = make("script", {src: address, onload: () => resolve(/** @type {any} */ (globalThis).Plotly),
      onerror: () => reject(new PlainError("The script that draws charts did not come. Reload the page to try again."))});
    document.head.append(script);
  });
}
