// @ts-check
// The service worker of the site: what was opened once opens without a network. Python writes `latentExplorerSite` before it.

import {createKeeper} from "./keeper.js";

const worker = /** @type {any} */ (globalThis);
const scope = worker.registration.scope;
const keeper = createKeeper(worker.latentExplorerSite, scope, caches, fetch.bind(globalThis));
const NOT_HERE = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>No network</title>
<style>body { color-scheme: light dark; font: 18px/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 34rem; padding: 0 1rem; } :root { color-scheme: light dark; }</style>
<p>This page was not opened on this device before, and there is no network.</p><p><a href="${scope}">Explore</a></p>`;

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(keeper.takeOver()));
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(keeper.letGo().then(() => worker.clients.claim())));
worker.addEventListener("message", (/** @type {any} */ event) => event.waitUntil(keeper.keep(event.data.page, event.data.addresses).catch(() => {}))); // cut off: the next visit goes on
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const {request} = event;
  const file = request.method === "GET" ? keeper.fileAt(request.url) : "";
  if (file) event.respondWith(request.mode === "navigate" ? page(request.url, file) : keeper.answer(file));
});

/** @param {string} address @param {string} file */
async function page(address, file) {
  const [path, rest] = [address.split(/[?#]/)[0], address.slice(address.split(/[?#]/)[0].length)];
  const folder = scope + file.replace(/index\.html$/, "");
  if (path !== folder && path !== scope + file) return Response.redirect(folder + rest.split("#")[0], 302);
  return keeper.answer(file).catch(() => new Response(NOT_HERE, {status: 503, headers: {"Content-Type": "text/html; charset=utf-8"}}));
}
