// @ts-check
// The slider through the ladder of β under the first map. While it moves the codes glide and the nearest rung decodes; once
// it is let go it comes to rest on a rung, which all of the page then shows.

import {betaMeaning, betaNumbers, betaProtocol, collapseOf} from "../words/beta_words.js";
import {make, setText, slider} from "../base/dom.js";

/** @typedef {import("./explorer.js").App} App */
/** @typedef {import("../state/state.js").State} State */

const RUNG_TIME = 450; // milliseconds from one rung to the next
/** @type {Record<string, number>} */
const KEY_RUNGS = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -Infinity, End: Infinity};

/** @param {App} app @param {import("./shelf.js").Ladder} ladder @param {number} current the rung on the map */
export function createBetaSlider(app, ladder, current) {
  const {headers} = ladder;
  const last = headers.length - 1;
  let [target, journey] = [current, 0];
  const input = slider({
    min: 0, max: last, step: 0.01, "data-testid": "beta-slider", "aria-label": "β, weight of the KL in training",
    title: "The same network trained with other weights β of the KL",
    oninput: (/** @type {Event} */ event) => {
      app.touched(event);
      journey++;
      show(Number(input.value));
    },
    onchange: () => rest(Math.round(Number(input.value))),
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      const rungs = KEY_RUNGS[event.key];
      if (rungs === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      app.touched(event);
      rest(Math.min(last, Math.max(0, target + rungs)));
    },
  });
  const ticks = make("div", {class: "lx-beta-ticks", "aria-hidden": "true"}, ...headers.map(({beta}, rung) => {
    const tick = make("span", {}, String(beta));
    tick.style.left = `${rung / last * 100}%`;
    return tick;
  }));
  const value = make("output", {class: "lx-number"});
  const numbers = make("p", {class: "lx-beta-numbers", "data-testid": "beta-numbers"});
  const meaning = make("p", {class: "lx-hint lx-beta-note", "data-testid": "beta-note"});

  /** @param {number} position */
  function show(position) {
    app.store.dispatch({type: "set", values: app.glided(position)});
  }

  /** Goes on to a rung and stays there. @param {number} rung */
  function rest(rung) {
    target = rung;
    const mine = ++journey;
    const [from, began] = [app.store.state.glide ?? current, performance.now()];
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const length = still ? 0 : RUNG_TIME * Math.min(2, Math.abs(rung - from));
    const tick = () => {
      if (mine !== journey || !input.isConnected) return;
      const share = length ? Math.min(1, (performance.now() - began) / length) : 1;
      if (share < 1) {
        show(from + (rung - from) * share);
        requestAnimationFrame(tick);
      } else if (rung === current) {
        app.store.dispatch({type: "set", values: {...app.glided(rung), glide: null}});
        app.commit();
      } else app.choose(0, headers[rung].name);
    };
    tick();
  }

  return {
    element: make("div", {class: "lx-beta"}, make("label", {class: "lx-slider"}, make("span", {class: "lx-slider-name"}, "β"), make("div", {class: "lx-beta-track"}, input, ticks), value), numbers, meaning),
    /** @param {State} state */
    render({glide}) {
      const position = glide ?? current;
      const header = headers[Math.round(position)];
      if (Number(input.value) !== position) input.value = String(position);
      input.style.setProperty("--lx-share", `${position / last * 100}%`);
      input.setAttribute("aria-valuetext", `β = ${header.beta}`);
      setText(value, String(header.beta));
      setText(numbers, betaNumbers(header));
      numbers.title = meaning.title = betaProtocol(header);
      setText(meaning, collapseOf(header) || betaMeaning(header));
    },
  };
}
