// @ts-check
// Asks the networks of models that others' code wrote for their numbers, before a page shows them: in a worker each, off the page. No DOM.

import {PlainError} from "../base/errors.js";
import {nameIn} from "./bundle.js";
import {createBatchDecoder} from "./worker.js";

/** @typedef {() => Promise<Uint8Array>} Bring */
/** @typedef {{model: string, browser: string, differs_by: {encoder: number, decoder: number}, complaint: string}} Answer complaint: how the model gives
 *   other numbers, a clause; empty where it does not. vae_engine/exchange/imports/probe.py keeps the rest */

/** @param {{bundles: Uint8Array[], encoders: Bring[], probes: (Bring|null)[]}} models probes: what each is asked, if it is @returns {Promise<Answer[]>} of those that were asked */
export function answersOf({bundles, encoders, probes}) {
  return Promise.all(probes.flatMap((bring, place) => (bring ? [answerOf(bundles[place], encoders[place], bring)] : [])));
}

/** Why not all of these models can be shown; null where they can. @param {Answer[]} answers @returns {PlainError|null} */
export function refusalOf(answers) {
  const refused = answers.find(({complaint}) => complaint);
  return refused ? new PlainError(`This model is not shown: ${refused.complaint}. Import it again, or open it in another browser.`) : null;
}

/** @param {Uint8Array} bundle @param {Bring} encoder @param {Bring} bring @returns {Promise<Answer>} */
async function answerOf(bundle, encoder, bring) {
  const decoder = createBatchDecoder(bundle, encoder);
  try {
    const {differs, complaint} = /** @type {import("./proof.js").Proved} */ (await decoder.prove(await bring()));
    const model = nameIn(bundle);
    const browser = browserOf(navigator.userAgent);
    return {model, browser, differs_by: differs, complaint: complaint && `in ${browser} ${complaint}`};
  } finally {
    decoder.terminate();
  }
}

/** What a browser calls itself, with its version. @param {string} agent */
export function browserOf(agent) {
  const [, name, version] = /(Firefox|Edg|Chrome|Version)\/(\d+)/.exec(agent.replace(/Chrome(?=.*Edg)/, "")) ?? ["", "this browser", ""];
  const called = {Edg: "Edge", Version: "Safari"}[name] ?? name;
  return `${called} ${version}`.trim();
}
