// @ts-check
// Fetches models from a server, by addresses beside that of the page (dashboard/stock/library.py), which the browser keeps:
// first the bundles, from which maps are drawn, then the images; an encoder only when something is to be encoded.

import {PlainError} from "../../base/errors.js";
import {contentOf, joinPlanes} from "../../base/parts.js";
import {joined} from "../../model/safetensors.js";
import {answerAt} from "./ahead.js";

/** @typedef {{id: string, models: [bundle: string, encoder: string, decoder?: string][], images: string, probes?: string[]}} Library decoder: where the bundle comes without; probes: what is to be asked of each; empty where nothing is */
/** @typedef {{bundles: Uint8Array[], late: (Promise<Uint8Array>|undefined)[], images: Promise<Uint8Array>, encoders: (() => Promise<Uint8Array>)[], probes: ((() => Promise<Uint8Array>)|null)[]}} Fetched late: decoders that follow their bundles */
/** @typedef {{mayFollow?: () => Promise<unknown>, late?: readonly number[]}} Order when what the first picture does without may be asked for: the images, and decoders of some models */
/** @typedef {(sentence: string) => void} Say why something takes longer; nothing once it no longer does */

const IDX_HEADER = 16; // the images travel as the canonical MNIST file
const PAUSES = [1, 2, 4, 8, 15, 30, 30, 30, 30, 30, 30, 30]; // seconds before each further try: a server that is started anew is back by then
const GONE = 410;

/** @param {{json: string}} data of the component @returns {Library} */
export const libraryOf = (data) => JSON.parse(data.json);

/** The models once their bundles are here; the rest follows, at once unless an order is given. @param {Library} library @param {Say} say @param {Order} [order] @returns {Promise<Fetched>} */
export async function fetchModels({models, images, probes = []}, say, {mayFollow, late = []} = {}) {
  /** Why each of them is not here yet. @type {Map<string, string>} */
  const reasons = new Map();
  const fetched = (/** @type {string} */ address) => fetchPatiently(address, (reason) => {
    if (reason ? reasons.get(address) === reason : !reasons.delete(address)) return;
    if (reason) reasons.set(address, reason);
    const [first] = reasons.values();
    say(first ? waitsFor("the models", first) : "");
  });
  const part = async (/** @type {string} */ address) => joinPlanes(await fetched(address));
  const bundles = await Promise.all(models.map(async ([bundle, , decoder], place) => {
    const parts = decoder && !late.includes(place) ? [bundle, decoder] : [bundle];
    return (await Promise.all(parts.map(part))).reduce(joined);
  }));
  const now = mayFollow?.();
  const decoders = models.map(([, , decoder], place) => (decoder && late.includes(place) ? Promise.resolve(now).then(() => part(decoder)) : undefined));
  const packed = mayFollow ? Promise.all([now, ...decoders]).then(mayFollow).then(() => fetched(images)) : fetched(images);
  const pictures = packed.then((file) => file.subarray(IDX_HEADER));
  for (const one of [pictures, ...decoders]) one?.catch(() => {}); // whoever waits for them is told
  return {bundles, late: decoders, images: pictures, encoders: models.map(([, encoder]) => once(() => part(encoder))), probes: probes.map((address) => (address ? () => part(address) : null))};
}

/** What lies packed at an address, as JSON. @param {string} address @param {string} what it is called @param {Say} say */
export async function fetchTold(address, what, say) {
  const bytes = await fetchPatiently(address, (reason) => say(reason && waitsFor(what, reason)), what);
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** @param {string} what @param {string} reason */
const waitsFor = (what, reason) => `Still trying to fetch ${what}: ${reason}.`;

/** The same work for all who ask, begun by the first; what failed is begun again by the next. @template T @param {() => Promise<T>} work @returns {() => Promise<T>} */
function once(work) {
  /** @type {Promise<T>|undefined} */
  let begun;
  return () => (begun ??= work().catch((error) => {
    begun = undefined;
    throw error;
  }));
}

/** @param {string} address @param {Say} hold why it is not here yet @param {string} what it is called @throws {PlainError} that it is not to be had, or not for minutes */
async function fetchPatiently(address, hold, what = "the models") {
  for (const pause of PAUSES) {
    const found = await attempt(address);
    if (typeof found !== "string") {
      hold("");
      return found;
    }
    hold(found);
    await new Promise((resolve) => setTimeout(resolve, 1000 * pause));
  }
  const found = await attempt(address);
  hold("");
  if (typeof found !== "string") return found;
  throw new PlainError(`${what[0].toUpperCase()}${what.slice(1)} cannot be fetched: ${found}. Reload the page to try again.`);
}

/** The bytes at an address, unpacked as they come, or why they are not here. @param {string} address @throws {PlainError} what the server says of what is gone for good */
async function attempt(address) {
  const answer = await answerAt(address);
  if (answer?.status === GONE) throw new PlainError((await answer.text()).slice(0, 300));
  const body = answer?.ok && answer.body ? await contentOf(answer).catch(unlessPlain) : null; // it may break off
  if (body) return body;
  return answer && !answer.ok ? `${answer.url} answers ${answer.status}, and a proxy must let it through` : `${new URL(address, document.baseURI)} does not answer`;
}

/** @param {unknown} error */
function unlessPlain(error) {
  if (error instanceof PlainError) throw error;
  return null;
}
