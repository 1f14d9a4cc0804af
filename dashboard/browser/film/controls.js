// @ts-check
// Below the reels: play, speed, loop and the scrubber over the instants; which classes are shown; what can be taken away.

import {actionButton, make, range, setText, setUnable, createMenu} from "../base/dom.js";
import {placeOf, timeTicks} from "./clock.js";
import {createLegendButtons, legendStyle} from "../map/legend.js";
import {createTurnMarks} from "./turns.js";

/** @typedef {import("./player.js").Film} Film */

const SPEEDS = [0.5, 1, 2, 4];
const LEAST_APART = 7; // percent of the scale between two labels

/** @param {Film} film @param {HTMLElement[]} exports */
export function createFilmControls(film, exports) {
  const play = actionButton("▶ Play", () => film.time.togglePlay(), {"data-testid": "film-play", title: "Space plays and pauses"});
  const speed = make("select", {class: "lx-field", "aria-label": "Speed", "data-testid": "film-speed", onchange: () => film.time.setSpeed(Number(speed.value))},
    ...SPEEDS.map((value) => make("option", {value, selected: value === 1}, `${value}×`)));
  const loop = actionButton("Loop", toggleLoop, {"data-testid": "film-loop", "aria-pressed": "false", title: "Begin again at the end"});
  const live = actionButton("● Live", film.time.goLive, {"data-testid": "film-live", "aria-pressed": "false", class: "lx-button lf-live", title: "Follow training; moving the scrubber back ends it"});
  const manifold = actionButton("Manifold", film.toggleManifold, {"data-testid": "film-manifold", "aria-pressed": "false", title: "What the decoder of the instant makes of every place on the map"});
  const slider = range({min: 0, max: 1, step: "any", class: "lf-scrubber", "data-testid": "film-scrubber", "aria-label": "Instant of training; arrow keys go from one to the next",
    oninput: (/** @type {Event} */ event) => {
      film.touched(event);
      film.time.scrub(Number(slider.value) * film.time.end());
    },
    onchange: film.time.settle, onkeydown: keyed});
  const scale = make("div", {class: "lf-scale", "aria-hidden": "true"});
  const turns = createTurnMarks((place) => {
    film.time.scrub(place);
    film.time.settle();
  });
  const readout = make("output", {class: "lf-readout"});
  const legend = make("div", {class: "lx-legend lf-legend", role: "group", "aria-label": "Classes shown"});
  const key = make("span", {class: "lf-splits", "data-testid": "film-splits"});
  const element = make("div", {class: "lf-controls"},
    make("div", {class: "lf-transport"}, play, make("div", {class: "lf-time"}, slider, scale, turns.element), readout, live),
    make("div", {class: "lf-more"}, legend, key, make("div", {class: "lx-actions"}, speed, loop, manifold, createMenu("Export", "film-export", ...exports))));
  /** @type {ReturnType<typeof createLegendButtons>|null} */
  let classes = null;
  let [scaleKey, legendKey] = ["", ""];

  function toggleLoop() {
    film.time.toggleLoop();
    film.invalidate();
  }

  /** @param {KeyboardEvent} event */
  function keyed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, () => void>} */
    const meant = {ArrowLeft: () => film.time.go(-1), ArrowDown: () => film.time.go(-1), ArrowRight: () => film.time.go(1), ArrowUp: () => film.time.go(1), PageDown: () => film.time.go(-5), PageUp: () => film.time.go(5),
      Home: () => film.time.go(-Infinity), End: () => film.time.go(Infinity)};
    if (!meant[event.key]) return;
    film.touched(event);
    meant[event.key]();
    event.preventDefault();
  }

  /** Where the instants lie, and round numbers of steps. @param {number[]} steps */
  function drawScale(steps) {
    const end = film.time.end();
    const key = `${steps.join()}`;
    if (key === scaleKey || !end) return;
    scaleKey = key;
    const share = (/** @type {number} */ step) => placeOf(step) / end * 100;
    const last = steps[steps.length - 1];
    const labels = [...timeTicks(last).filter((step) => step !== last && 100 - share(step) >= LEAST_APART), last];
    scale.replaceChildren(...steps.map((step) => at(make("i", {}), share(step))), ...labels.map((step) => at(make("span", {}, step.toLocaleString("en")), share(step))));
  }

  /** @template {HTMLElement} T @param {T} mark @param {number} percent */
  function at(mark, percent) {
    mark.style.left = `${percent}%`;
    return mark;
  }

  /** @param {string[]} names */
  function drawLegend(names) {
    if (names.join("\n") === legendKey) return;
    legendKey = names.join("\n");
    classes = createLegendButtons({names, testid: "film-class", toggle: film.toggleClass, focus: film.setFocus, only: film.showOnly});
    legend.className = `${legendStyle(names, false)} lf-legend`;
    legend.replaceChildren(...classes.elements);
  }

  return {
    element,
    render() {
      const [end, place, steps] = [film.time.end(), film.time.place(), film.time.known()];
      drawScale(steps);
      turns.render(film.reels(), end);
      drawLegend(film.classNames());
      setText(key, film.splits());
      const share = end ? Math.min(1, place / end) : 1;
      // Compared as numbers: writing to a slider under the finger would end the drag in some browsers.
      if (Math.abs(Number(slider.value) - share) > 1e-6) slider.value = String(share);
      slider.style.setProperty("--lx-share", `${share * 100}%`);
      const step = film.time.nearestStep();
      const text = step === null ? "" : `step ${step.toLocaleString("en")}`;
      setText(readout, text);
      slider.setAttribute("aria-valuetext", text);
      for (const control of [play, slider]) setUnable(control, steps.length < 2 ? "A film needs two instants; the next one comes with more training." : "");
      setText(play, film.time.playing() ? "❚❚ Pause" : "▶ Play");
      loop.setAttribute("aria-pressed", String(film.time.looping()));
      manifold.setAttribute("aria-pressed", String(film.showsManifold()));
      live.hidden = !film.time.anyLive();
      live.setAttribute("aria-pressed", String(film.time.following()));
      classes?.render(film.showsClass);
    },
  };
}
