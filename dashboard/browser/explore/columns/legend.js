// @ts-check
// The legend of a column of words, where the codes are coloured by one: it stands where that of the classes stood.

import {wordColour} from "../../base/palette.js";
import {make} from "../../base/dom.js";
import {createLegendButtons, legendStyle} from "../../map/legend.js";
import {fillALine, sharedText} from "../../words/classes.js";
import {absentText, worthTitle} from "../../words/worths.js";

/** @typedef {import("../../words/worths.js").Worth} Worth */

/** @param {import("../explorer.js").App} app */
export function createWordsLegend({store, worths}) {
  /** @type {Worth|null} */
  let drawn = null;
  /** The word that stays highlighted. @type {number|null} */
  let chosen = null;
  let buttons = /** @type {ReturnType<typeof createLegendButtons>|null} */ (null);
  const element = make("div", {role: "group", "data-testid": "words"});

  /** @param {number|null} place */
  function light(place) {
    store.dispatch({type: "set", values: {lit: place ?? chosen}});
  }

  /** @param {number|null} place */
  function choose(place) {
    chosen = place === chosen ? null : place;
    light(null);
  }

  /** @param {Worth} worth */
  function fill({name, words, values, absent}) {
    const known = words ?? [];
    const counts = known.map((_, place) => Array.from(values ?? []).filter((value) => value === place).length);
    const names = [...known, ...(absent ? [absentText(absent)] : [])];
    const hint = (/** @type {number} */ place) => `${place < known.length ? `${known[place]}: ${counts[place].toLocaleString("en")} ${counts[place] === 1 ? "image" : "images"}` : names[place]}; press to highlight`;
    buttons = createLegendButtons({
      names, testid: "word", toggle: choose, focus: light, only: ([place]) => choose(place), hint, apart: true,
      colourOf: (place) => (place < known.length ? wordColour(place, absent > 0) : "var(--lx-muted)"),
    });
    const shared = sharedText(known, "values");
    element.className = `${legendStyle(names, fillALine(names))} lx-words`;
    element.setAttribute("aria-label", `Values of ${worthTitle(name)}`);
    element.replaceChildren(make("span", {class: "lx-words-name"}, worthTitle(name)), ...buttons.elements, ...(shared ? [make("span", {class: "lx-splits"}, shared)] : []));
  }

  return {
    element,
    /** @param {import("../../state/state.js").State} state */
    render({lit}) {
      if (lit === null) chosen = null; // also where a link or Undo took it away
      const worth = worths.current()?.find((one) => one.words) ?? null;
      element.hidden = worth === null;
      if (worth !== drawn) {
        [drawn, chosen] = [worth, null];
        if (worth) fill(worth);
      }
      if (worth) buttons?.render((place) => lit === null || place === lit);
    },
  };
}
