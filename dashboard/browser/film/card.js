// @ts-check
// Beside the map of a reel: the digit, what it was decoded from, and the numbers of the instant.

import {createDigit} from "../images/digit_view.js";
import {make, setText} from "../base/dom.js";
import {sameItems} from "../base/same_items.js";
import {meanAndError} from "../words/numbers.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./frame.js").Terms} Terms */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {{index: number, title: string, name: string, pixels: Uint8Array}} FollowedImage title: what it is called; name: of its class */
/** @typedef {{frame: Frame, moment: import("./frame.js").Moment, decoding: Frame|null, z: Latent, decode: (z: Latent) => Float32Array, last: boolean, live: boolean,
 *   followed: FollowedImage|null}} CardShow decoding: the instant that the decoder is of; moment: the numbers */

const UNFOLLOWED = "Choose a point to follow its image.";
const DECODED_BY = "Decoded by the network of the instant nearest in time; weights between two instants are never made up.";
/** @type {["nll"|"kl"|"elbo", string, string][]} */
const TERMS = [["nll", "nll", "reconstruction term −log p(x|z)"], ["kl", "KL", "divergence of q(z|x) from the prior"], ["elbo", "ELBO", "−(nll + KL), always at β = 1"]];

/** @param {import("./player.js").Film} film @param {number} place */
export function createReelCard(film, place) {
  const digit = createDigit({"data-testid": `film-digit-${place}`, "aria-label": "decoded image", title: DECODED_BY});
  const original = createDigit({class: "lx-digit lf-original", "data-testid": `film-original-${place}`, "aria-label": "image"});
  const about = make("span", {}, UNFOLLOWED);
  const where = make("span", {class: "lx-number"});
  const pursued = make("span", {class: "lf-followed"}, original.element, make("span", {class: "lf-about"}, where, about));
  const step = make("span", {class: "lf-step", "data-testid": `film-step-${place}`});
  const end = make("span", {class: "lf-end"});
  const rows = {heldOut: createTermRow("held out"), training: createTermRow("training")};
  const table = make("table", {class: "lf-terms"},
    make("thead", {}, make("tr", {}, make("th", {scope: "col"}, "nats/image"), ...TERMS.map(([, name, title]) => make("th", {scope: "col", title}, name)))),
    make("tbody", {}, rows.heldOut.element, rows.training.element));
  const caveat = make("small", {class: "lf-caveat", "data-testid": `film-caveat-${place}`});
  const element = make("figure", {class: "lf-card"}, digit.element,
    make("figcaption", {class: "lf-caption"}, pursued,
      make("span", {class: "lf-moment"}, step, end), table, caveat));
  /** @type {unknown[][]} what digit, words and picture were last made from */
  let [drawn, told, traced] = [[], [], []];

  return {
    element,
    /** @param {CardShow} show */
    render({frame, moment: {heldOut, training}, decoding, z, decode, last, live, followed}) {
      const source = [decoding, z[0], z[1], film.theme];
      if (decoding && source.some((part, i) => part !== drawn[i])) {
        digit.show(decode(z), film.theme);
        setText(where, `decode(z), z = (${z[0].toFixed(2)}, ${z[1].toFixed(2)})`.replaceAll("-", "−"));
        digit.element.setAttribute("aria-label", `image decoded at z = (${z[0].toFixed(2)}, ${z[1].toFixed(2)}) by the decoder of step ${decoding.step.toLocaleString("en")}`);
        drawn = source;
      }
      const trace = [followed?.index, film.theme];
      if (trace.some((part, i) => part !== traced[i])) {
        original.element.hidden = !followed;
        if (!followed) setText(about, UNFOLLOWED);
        else {
          original.show(Float32Array.from(followed.pixels, (pixel) => pixel / 255), film.theme);
          setText(about, `${followed.title}: ${followed.name}`);
          original.element.setAttribute("aria-label", `${followed.title}, ${followed.name}`);
        }
        traced = trace;
      }
      const key = [frame, last, live, heldOut?.step, training?.step];
      if (sameItems(key, told)) return;
      setText(step, `step ${frame.step.toLocaleString("en")}`);
      setText(end, last ? (live ? "the newest" : "the last") : frame.step === 0 ? "the first" : "");
      rows.heldOut.show(heldOut);
      rows.training.show(training);
      table.dataset.kind = frame.kind;
      setText(caveat, frame.caveat);
      told = key;
    },
  };
}

/** @param {string} name */
function createTermRow(name) {
  const cells = TERMS.map(() => [make("span", {}), make("span", {class: "lf-error"})]);
  const when = make("span", {class: "lf-when"});
  return {
    element: make("tr", {}, make("th", {scope: "row"}, name, " ", when), ...cells.map(([mean, error]) => make("td", {}, mean, " ", error))),
    /** @param {Terms|null} terms */
    show(terms) {
      setText(when, terms ? `step ${terms.step.toLocaleString("en")}` : "not yet");
      TERMS.forEach(([key], i) => {
        const value = terms?.[key];
        const told = value === undefined ? ["", ""] : meanAndError(value, terms?.[`${key}_se`], 1);
        cells[i].forEach((part, j) => setText(part, told[j]));
      });
    },
  };
}
