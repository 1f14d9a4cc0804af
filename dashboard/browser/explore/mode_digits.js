// @ts-check
// What the decoder makes of each mode of p(z|x), small, where there is more than one; a press puts the point there.

import {make} from "../base/dom.js";
import {createDigit} from "../images/digit_view.js";
import {signedNumber} from "../words/numbers.js";

/** @typedef {import("./explorer.js").App} App */
/** @typedef {import("../state/state.js").Latent} Latent */

/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */

/** @param {App} app */
export function createModeDigits(app) {
  const element = make("div", {class: "lx-modes", role: "group", "aria-label": "Decoded at each mode of p(z|x)", "data-testid": "mode-digits", hidden: true});
  /** @type {unknown[]} */
  let shown = [];

  /** @param {ExplorerModel} model @param {Latent} z */
  function digitAt(model, z) {
    const digit = createDigit({"aria-hidden": "true"});
    digit.show(model.decode(z), app.theme);
    const said = `Decoded at the mode z = (${z.map((value) => signedNumber(value)).join(", ")})`;
    return make("button", {type: "button", class: "lx-mode", "aria-label": said, title: said, onclick: () => goTo(model, z)}, digit.element);
  }

  /** @param {ExplorerModel} model @param {Latent} z */
  function goTo(model, z) {
    app.store.dispatch({type: "place", z: app.store.state.z.map((old, place) => (place === model.place ? z : old)), values: {held: true}});
    app.commit();
  }

  return {
    element,
    /** @param {ExplorerModel} model @param {readonly (readonly number[])[]} modes */
    render(model, modes) {
      element.hidden = modes.length < 2;
      if (shown[0] === modes && shown[1] === app.theme) return;
      shown = [modes, app.theme];
      element.replaceChildren(...(element.hidden ? [] : modes.map(([z1, z2]) => digitAt(model, [z1, z2]))));
    },
  };
}
