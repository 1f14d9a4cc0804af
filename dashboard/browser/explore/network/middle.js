// @ts-check
// Between encoder and decoder: from μ and log σ² by ½, exp and ε to z, number by number. Of a plain autoencoder only the code is there; the rest are gaps.

import {actionButton, make, setText, setUnable} from "../../base/dom.js";
import {signedNumber} from "../../words/numbers.js";
import {isMoved, klOf, rarity} from "./formula.js";

/** @typedef {import("../../state/state.js").Latent} Latent */
/** @typedef {{mu: Latent, raw: Latent|null, std: Latent|null, epsilon: Latent|null, z: Latent, drawn: number|null}} Numbers raw: log σ², or s before softplus;
 *   drawn: which draw ε is, 0 the mean itself, null where z was put elsewhere */

/** @param {{kind: "vae"|"ae", cut: boolean, spread: string, id: string, draw: (anew: boolean) => void}} options cut: of a VAE of more
 *   dimensions a plane is shown, on which it gives a place alone, as one of kind ae does */
export function createMiddle({kind, cut, spread, id, draw}) {
  const soft = spread === "softplus";
  const anew = actionButton("Draw", () => draw(true), {class: "lx-button lxn-small", "data-testid": `epsilon-${id}`, "aria-label": "Draw ε", title: "ε anew from N(0, I) (key E on a map)"});
  const none = actionButton("0", () => draw(false), {class: "lx-button lxn-small", "data-testid": `epsilon-0-${id}`, "aria-label": "ε = 0", title: "ε = 0: z is the mean (Shift E on a map)"});
  const cells = () => [make("td", {}), make("td", {})];
  const gone = (/** @type {string} */ what) => (cut ? "left out" : `no ${what}`);
  /** @type {{key: keyof typeof rows, head: (string|Node)[], lacking: string}[]} */
  const described = [
    {key: "mu", head: [cut ? "Pᵀμ" : kind === "vae" ? "μ" : "code"], lacking: ""},
    {key: "raw", head: [soft ? "s" : "log σ²"], lacking: gone("spread")},
    ...(soft ? [] : [{key: /** @type {const} */ ("half"), head: ["½ · log σ²"], lacking: ""}]),
    {key: "std", head: [soft ? "σ = softplus(s)" : "σ = exp(½ log σ²)"], lacking: gone("σ")},
    {key: "epsilon", head: ["ε ", anew, none], lacking: gone("ε")},
    {key: "z", head: [cut ? "w" : kind === "vae" ? "z = μ + σ ⊙ ε" : "z = code"], lacking: ""},
    {key: "kl", head: ["KL, nats"], lacking: gone("KL")},
  ];
  const rows = {mu: cells(), raw: cells(), half: cells(), std: cells(), epsilon: cells(), z: cells(), kl: cells()};
  const body = make("tbody", {}, ...described.filter(({key}) => kind === "vae" || key !== "half").map(({key, head, lacking}) => {
    const gap = kind === "ae" && lacking !== "";
    return make("tr", {class: gap ? "lxn-gap" : `lxn-${key}`, "data-testid": `network-${key}-${id}`},
      make("th", {scope: "row"}, ...(gap ? [make("s", {"aria-hidden": "true"}, ...head.filter((one) => typeof one === "string"))] : head)),
      ...(gap ? [make("td", {colspan: 2}, lacking)] : rows[key]));
  }));
  const formula = make("p", {class: "lxn-formula", "data-testid": `formula-${id}`});
  const note = make("p", {class: "lx-hint", "data-testid": `network-note-${id}`});

  /** @param {HTMLElement[]} pair @param {Latent} values @param {number} [decimals] */
  function fill(pair, values, decimals = 2) {
    pair.forEach((cell, axis) => setText(cell, signedNumber(values[axis], decimals)));
  }

  return {
    element: make("div", {class: "lxn-middle", role: "group", "aria-label": kind === "vae" ? "From the encoder's numbers to z" : "From the code to z"},
      make("table", {}, make("thead", {}, make("tr", {}, make("td", {}), make("th", {scope: "col"}, "1"), make("th", {scope: "col"}, "2"))), body), formula, note),
    /** @param {Numbers|null} numbers null while the encoder is not here @param {string} unable why ε cannot be drawn, or nothing */
    render(numbers, unable) {
      for (const button of [anew, none]) setUnable(button, unable);
      if (!numbers) return;
      const {mu, raw, std, epsilon, z, drawn} = numbers;
      fill(rows.mu, mu);
      fill(rows.z, z);
      if (!std || !raw || !epsilon) {
        const away = Math.hypot(z[0] - mu[0], z[1] - mu[1]);
        if (cut) setText(note, isMoved(numbers) ? `w moved ${signedNumber(away)} off the code's place.` : "The code's place on the plane; its spread lies beside the plane, too.");
        else setText(note, !isMoved(numbers) ? "One x, one z: nothing is drawn, and nothing says how sure it is." : `z moved ${signedNumber(away)} off the code; nothing here says how likely that is.`);
        return;
      }
      fill(rows.raw, raw);
      fill(rows.half, [0.5 * raw[0], 0.5 * raw[1]]);
      fill(rows.std, std, 3);
      fill(rows.epsilon, epsilon);
      fill(rows.kl, [klOf(mu[0], std[0]), klOf(mu[1], std[1])]);
      setText(formula, [0, 1].map((axis) => `${signedNumber(mu[axis])} + ${signedNumber(std[axis], 3)} · ${signedNumber(epsilon[axis])} ${comesOut(mu[axis], std[axis], epsilon[axis], z[axis]) ? "=" : "≈"} ${signedNumber(z[axis])}`).join("\n"));
      setText(note, drawn === 0 ? "ε = 0: z is the mean of q." : `${drawn === null ? "z moved or q refined; ε" : `Draw ${drawn},`} as far out: ${rarity(epsilon)}`);
    },
  };
}

/** Whether the numbers as printed give the sum as printed. @param {number} mu @param {number} std @param {number} epsilon @param {number} z */
function comesOut(mu, std, epsilon, z) {
  const printed = (/** @type {number} */ value, digits = 2) => Number(value.toFixed(digits));
  return printed(printed(mu) + printed(std, 3) * printed(epsilon)) === printed(z);
}
