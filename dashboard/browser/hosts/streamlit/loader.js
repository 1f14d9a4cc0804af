// @ts-check
// Brings in the script of a view from its own address (dashboard/shared/routes.py), which the browser keeps: Streamlit would send
// the script itself to every visitor each time. This much it does send.

import {PlainError} from "../../base/errors.js";

/** @typedef {{parentElement: ShadowRoot|HTMLElement}} Call */
/** @typedef {(call: any) => (() => void)|void} View */

const PAUSES = [1, 2, 4, 8, 15, 30, 30, 30, 30, 30, 30, 30]; // seconds before each further try, as for models (library.js)

/** A view that stands for another until its script is here. @param {string} address of the script, beside that of the page @returns {View} */
export function load(address) {
  const url = new URL(address, document.baseURI);
  let told = "";
  /** Places that wait for the script. @type {Set<Element>} */
  const waiting = new Set();
  const coming = bring(url, (sentence) => {
    told = sentence;
    for (const place of waiting) tell(place, told);
  });
  return (call) => {
    let end = () => {};
    const place = call.parentElement.querySelector("[id^=latent-]"); // some views show nothing
    if (place) {
      waiting.add(place);
      if (told) tell(place, told);
    }
    coming.then((view) => {
      if (place && waiting.delete(place) && told) place.replaceChildren();
      if (call.parentElement.isConnected) end = view(call) ?? end;
    }, () => {}); // the place says so
    return () => end();
  };
}

/** @param {URL} url @param {(sentence: string) => void} say @returns {Promise<View>} */
async function bring(url, say) {
  for (let tried = 0; ; tried++) {
    // A browser may keep the failure of an address, too.
    const script = await import(tried ? `${url}?again=${tried}` : String(url)).catch(() => null);
    if (script) return script.default;
    if (tried === PAUSES.length) break;
    say(`Still trying to fetch this view: ${url} does not answer, and a proxy must let it through.`);
    await new Promise((resolve) => setTimeout(resolve, 1000 * PAUSES[tried]));
  }
  const sentence = `This view cannot be fetched: ${url} does not answer, and a proxy must let it through. Reload the page to try again.`;
  say(sentence);
  throw new PlainError(sentence);
}

/** @param {Element} place @param {string} sentence */
function tell(place, sentence) {
  const line = document.createElement("p");
  [line.className, line.textContent] = ["lx-loading", sentence];
  line.setAttribute("role", "status");
  place.replaceChildren(line);
}
