// @ts-check
// Fetches models from a server, by addresses beside that of the page (dashboard/stock/library.py), which the browser keeps:
// first the bundles, from which maps are drawn, then the images; an encoder only when something is to be encoded.

import {PlainError} from "../../base/errors.js";
import {readPart, unpacked} from "../../base/parts.js";

/** @typedef {{id: string, models: [bundle: string, encoder: string][], images: string, probes?: string[]}} Library probes: what is to be asked of each; empty where nothing is */
/** @typedef {{bundles: Uint8Array[], images: Promise<Uint8Array>, encoders: (() => Promise<Uint8Array>)[], probes: ((() => Promise<Uint8Array>)|null)[]}} Fetched */
/** @typedef {(sentence: string) => void} Say why something takes longer; nothing once it no longer does */

const IDX_HEADER = 16; // the images travel as the canonical MNIST file
const PAUSES = [1, 2, 4, 8, 15, 30, 30, 30, 30, 30, 30, 30]; // seconds before each further try: a server that is started anew is back by then
const GONE = 410;

/** @param {{json: string}} data of the component @returns {Library} */
export const libraryOf = (data) => JSON.parse(data.json);

/** The models once their bundles are here; the rest follows. @param {Library} library @param {Say} say @returns {Promise<Fetched>} */
export async function fetchModels({models, images, probes = []}, say) {
  /** Why each of them is not here yet. @type {Map<string, string>} */
  const reasons = new Map();
  const fetched = (/** @type {string} */ address) => fetchPatiently(address, (reason) => {
    if (reason ? reasons.get(address) === reason : !reasons.delete(address)) return;
    if (reason) reasons.set(address, reason);
    const [first] = reasons.values();
    say(first ? `Still trying to fetch the models: ${first}.` : "");
  });
  const part = async (/** @type {string} */ address) => readPart(await fetched(address));
  const bundles = await Promise.all(models.map(([bundle]) => part(bundle)));
  const pictures = fetched(images).then(unpacked).then((file) => file.subarray(IDX_HEADER));
  pictures.catch(() => {}); // whoever waits for them is told
  return {bundles, images: pictures, encoders: models.map(([, encoder]) => once(() => part(encoder))), probes: probes.map((address) => (address ? () => part(address) : null))};
}

/** The same work for all who ask, begun by the first; what failed is begun again by the next. @template T @param {() => Promise<T>} work @returns {() => Promise<T>} */
function once(work) {
  /** @type {Promise<T>|undefined} */
  let begun;
  return () => (begun ??= work().catch((error) => {
    begun = undefined;
    throw error;
  }));
}

/** @param {string} address @param {Say} hold why it is not here yet @throws {PlainError} that it is not to be had, or not for minutes */
async function fetchPatiently(address, hold) {
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
  throw new PlainError(`The models cannot be fetched: ${found}. Reload the page to try again.`);
}

/** The bytes at an address, or why they are not here. @param {string} address @throws {PlainError} what the server says of what is gone for good */
async function attempt(address) {
  const answer = await fetch(address).catch(() => null);
  if (answer?.status === GONE) throw new PlainError((await answer.text()).slice(0, 300));
  const body = answer?.ok ? await answer.arrayBuffer().catch(() => null) : null; // it may break off
  if (body) return new Uint8Array(body);
  return answer && !answer.ok ? `${answer.url} answers ${answer.status}, and a proxy must let it through` : `${new URL(address, document.baseURI)} does not answer`;
}
