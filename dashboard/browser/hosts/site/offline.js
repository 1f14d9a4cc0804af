// @ts-check
// Asks the service worker (worker.js) to keep a page, once nobody waits for the network any more.

import {idle} from "./idle.js";

/** @param {string} page as the site lists it @param {readonly string[]} addresses of what this visit needs besides */
export async function keepForOffline(page, addresses) {
  if (!navigator.serviceWorker || new URLSearchParams(location.search).has("embed")) return; // without https there is none
  await idle();
  try {
    await navigator.serviceWorker.register("service-worker.js");
    const {active} = await navigator.serviceWorker.ready;
    active?.postMessage({page, addresses});
  } catch {
    // the host or the browser allows none: then the site needs its network
  }
}
