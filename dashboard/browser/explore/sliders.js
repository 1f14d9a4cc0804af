// @ts-check
// The two sliders under a map, in lockstep with its cursor.

import {make, setText, slider} from "../base/dom.js";
import {keyStep} from "../map/pointer.js";
import {decimalsOn, signedNumber} from "../words/numbers.js";

/** @typedef {import("../state/state.js").Store} Store */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").Latent} Latent */

/** @type {Record<string, number>} */
const KEYS = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1};

/** @param {{store: Store, model: number, name: string, axes: [string, string], reach: () => [Latent, Latent], suffix: string, commit: () => void, touched: (event: Event) => void}} options
 *   reach: how far the cursor goes by hand; an encoded drawing may lie farther out, and the slider with it */
export function createSliders({store, model, name, axes, reach, suffix, commit, touched}) {
  const rows = [0, 1].map((axis) => {
    const input = slider({
      step: "any", "data-testid": `z${axis + 1}${suffix}`, "aria-label": `${axes[axis][0]}${axis + 1} of the ${name}`,
      oninput: (/** @type {Event} */ event) => {
        touched(event);
        const z = /** @type {Latent} */ ([...store.state.z[model]]);
        z[axis] = Number(input.value);
        store.dispatch({type: "move", model, z, held: true});
      },
      onchange: commit,
      onkeydown(/** @type {KeyboardEvent} */ event) {
        const way = KEYS[event.key];
        if (!way || event.ctrlKey || event.metaKey) return;
        event.preventDefault(); // its own step is as fine as a drag
        input.value = String(Number(input.value) + way * keyStep(event, Number(input.max) - Number(input.min)));
        for (const type of ["input", "change"]) input.dispatchEvent(new Event(type));
      },
    });
    const value = make("output", {class: "lx-number"});
    const label = make("span", {class: "lx-slider-name"}, axes[axis][0], make("sub", {}, String(axis + 1)));
    return {input, value, element: make("label", {class: "lx-slider"}, label, input, value)};
  });
  return {
    element: make("div", {class: "lx-sliders"}, ...rows.map((row) => row.element)),
    /** @param {State} state */
    render(state) {
      const [low, high] = reach();
      rows.forEach(({input, value}, axis) => {
        const z = state.z[model][axis];
        const [from, to] = [Math.min(low[axis], z), Math.max(high[axis], z)];
        if (Number(input.min) !== from || Number(input.max) !== to) Object.assign(input, {min: from, max: to, step: sliderStep(to - from)});
        // Compared as numbers: writing to a slider under the finger would end the drag in some browsers.
        if (Number(input.value) !== z) input.value = String(z);
        input.style.setProperty("--lx-share", `${(z - from) / (to - from) * 100}%`);
        const text = signedNumber(z, decimalsOn(state.views[model]));
        setText(value, text);
        input.setAttribute("aria-valuetext", text);
      });
    },
  };
}

/** A step fine enough that a thousand of them span the range. @param {number} range */
function sliderStep(range) {
  return 10 ** Math.floor(Math.log10(range / 1000));
}
