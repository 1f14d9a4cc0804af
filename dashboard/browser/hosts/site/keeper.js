// @ts-check
// What of the site stays on the device: pages that were opened, with what they need, in one cache for each version of the site. Names of
// files say what is in them, so that a new version takes over what it still has; of pages it fetches its own. What lies packed on the
// host is kept unpacked, and a program `name.bin` as the script `name.js`, which a browser compiles as it reads it.

import {PlainError} from "../../base/errors.js";
import {UNPACKED, unpacked} from "../../base/parts.js";

/** @typedef {{version: string, files: string[], pages: Record<string, string[]>}} Site by Python: every file, and for each page what it needs, its program as a script */
/** @typedef {Pick<CacheStorage, "open"|"keys"|"delete">} Caches */

const INDEX = /(^|\/)index\.html$/;
const PACKED = /\.bin$/, SCRIPT = /\.js$/;

/** @param {Site} site @param {string} scope the address of its root @param {Caches} caches @param {typeof fetch} ask */
export function createKeeper({version, files, pages}, scope, caches, ask) {
  const packedAt = (/** @type {string} */ script) => script.replace(SCRIPT, ".bin");
  const listed = new Set([...files, ...Object.values(pages).flat()]);
  /** Programs, of which the host has no such file. */
  const scripts = new Set([...listed].filter((file) => !files.includes(file)));
  const family = `latent-explorer ${scope} `;
  const own = family + version;
  const at = (/** @type {string} */ file) => new URL(file, scope).href;

  /** The file at an address, as the site lists it; nothing for what is none of its own. @param {string} address */
  function fileAt(address) {
    const {href} = new URL(address.split(/[?#]/)[0], scope);
    if (!href.startsWith(scope)) return "";
    const path = href.slice(scope.length);
    return [path, path && !path.endsWith("/") ? `${path}/index.html` : `${path}index.html`].find((file) => listed.has(file)) ?? "";
  }

  /** A page is asked for at its folder: hosts send who asks for index.html there. @param {string} file */
  async function fetched(file) {
    const answer = INDEX.test(file) ? await ask(at(file.replace(INDEX, "$1")), {cache: "no-cache"}) : await ask(at(scripts.has(file) ? packedAt(file) : file), {cache: "force-cache"});
    if (!answer.ok) throw new PlainError(`The host of this site answers ${answer.status} for ${file}.`);
    if (scripts.has(file)) return asUnpacked(answer, "text/javascript");
    return PACKED.test(file) ? asUnpacked(answer, "application/octet-stream") : answer;
  }

  /** @param {Cache} cache @param {Iterable<string>} wanted */
  async function fill(cache, wanted) {
    for (const file of wanted) if (listed.has(file) && !(await cache.match(at(file)))) await cache.put(at(file), await fetched(file));
  }

  const others = async () => (await caches.keys()).filter((name) => name.startsWith(family) && name !== own);

  return {
    fileAt,
    /** Keep a page and what it needs, and the files at some more addresses. @param {string} page @param {readonly string[]} addresses */
    async keep(page, addresses) {
      await fill(await caches.open(own), [page, ...(pages[page] ?? []), ...addresses.map(fileAt)]);
    },
    /** Before this version serves: all that an earlier one kept, as it is now. */
    async takeOver() {
      const cache = await caches.open(own);
      for (const name of await others()) {
        const old = await caches.open(name);
        for (const {url} of await old.keys()) {
          const file = fileAt(url);
          if (!file || INDEX.test(file)) continue;
          const kept = await old.match(url);
          if (kept) await cache.put(url, kept);
        }
        const opened = (await old.keys()).map(({url}) => fileAt(url)).filter((file) => INDEX.test(file));
        for (const page of opened) await fill(cache, [page, ...(pages[page] ?? [])]);
      }
    },
    /** Once this version serves. */
    async letGo() {
      for (const name of await others()) await caches.delete(name);
    },
    /** The answer to a request for a file of the site: as it was kept, otherwise by the network, and then it is kept. @param {string} file */
    async answer(file) {
      const cache = await caches.open(own);
      const kept = await cache.match(at(file));
      if (kept) return kept;
      const answer = await fetched(file);
      await cache.put(at(file), answer.clone());
      return answer;
    },
  };
}

/** @param {Response} answer @param {string} type */
async function asUnpacked(answer, type) {
  return new Response(await unpacked(/** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (answer.body)), {headers: {"Content-Type": type, [UNPACKED]: "yes"}});
}
