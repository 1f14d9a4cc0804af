// @ts-check
// The legend in the bar above the maps: which classes are shown, and of which splits the images are.

import {make, setText} from "../base/dom.js";
import {sameItems} from "../base/same_items.js";
import {createLegendButtons, legendStyle} from "../map/legend.js";
import {showsClass} from "../state/classes.js";
import {fillALine, sharedText} from "../words/classes.js";
import {restText, splitsKey} from "../words/splits.js";

/** Long names stand beside the numbers that mark their classes on the maps.
 * @param {import("../state/state.js").Store} store @param {() => void} commit @param {import("../words/classes.js").ClassNames} names @param {readonly import("../model/bundle.js").Bundle[]} bundles of the maps
 * @param {ReturnType<typeof import("./worths.js").createWorths>} worths */
export function createLegend(store, commit, names, bundles, worths) {
  const {splits, of} = bundles[0].points;
  /** @type {unknown[]} what it was last drawn from */
  let drawn = [];
  const key = make("span", {class: "lx-splits"});
  const apply = (/** @type {import("../state/state.js").Action} */ action) => {
    store.dispatch(action);
    commit();
  };
  const only = (/** @type {import("../state/classes.js").Classes} */ classes) => apply({type: "set", values: {classes}});
  const buttons = createLegendButtons({
    names, testid: "legend", only, toggle: (label) => apply({type: "class", label, of: names.length}), focus: (focus) => store.dispatch({type: "set", values: {focus}}),
  });
  const all = make("button", {type: "button", class: "lx-class lx-class-all", "data-testid": "legend-all", onclick: () => only(null)}, "all");
  const element = make("div", {class: legendStyle(names, fillALine(names)), role: "group", "aria-label": "Classes shown"}, ...buttons.elements, all, key);
  return {
    element,
    /** @param {import("../state/state.js").State} state */
    render(state) {
      const {classes, colour, layers: {glyphs}} = state;
      const words = worths.current()?.some((one) => one.words) ?? false;
      if (sameItems([classes, colour, glyphs, words], drawn)) return;
      drawn = [classes, colour, glyphs, words];
      element.classList.toggle("lx-legend-away", words && classes === null);
      element.classList.toggle("lx-legend-plain", colour !== "class"); // then no class has a colour on the maps
      buttons.render((label) => showsClass(state, label));
      const shared = colour === "class" && !glyphs ? sharedText(names) : "";
      setText(key, [splitsKey(splits, of, restText(bundles.map(({rest}) => rest), !glyphs), !glyphs), shared].filter(Boolean).join(";  "));
      key.hidden = !key.textContent;
      all.hidden = names.every((_, label) => showsClass(state, label));
    },
  };
}
