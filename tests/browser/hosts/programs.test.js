// What the scripts of a page leave for one another: several stand on one page, and arrive in any order.
import assert from "node:assert/strict";
import test from "node:test";
import { createContext, runInContext } from "node:vm";

const { builtFiles } = await import("../../../dashboard/browser/build.mjs").catch(() => ({}));
const built = builtFiles ? [...(await builtFiles())] : null;

test("a script keeps its text for workers exactly if a worker can be made of it", async (context) => {
  if (!built) return context.skip("esbuild is not installed: run `npm ci`, or `make test`, which does");
  const programs = built.filter(([path]) => !path.startsWith("file/") && path.endsWith(".js"));
  const found = programs.map(([path, text]) => [path, text.includes("__latentExplorerSource = "), text.includes("__latentExplorerWorker")]);
  assert.ok(found.some(([, keeps]) => keeps) && found.some(([, keeps]) => !keeps));
  for (const [path, keeps, works] of found) assert.equal(keeps, works, path);
});

test("a page of the site makes workers of its script, though they have no page", async (context) => {
  if (!built) return context.skip("esbuild is not installed: run `npm ci`, or `make test`, which does");
  const pages = built.filter(([path, text]) => path.startsWith("site/") && text.includes("__latentExplorerWorker"));
  assert.ok(pages.length >= 3);
  for (const [path, text] of pages) {
    const page = createContext({});
    assert.throws(() => runInContext(text, page), /document is not defined/, path); // nor is there one here
    const worker = createContext({ __latentExplorerWorker: true });
    runInContext(page.__latentExplorerSource, worker);
    assert.equal(typeof worker.onmessage, "function", path);
    assert.throws(() => runInContext(page.__latentExplorerSource, createContext({})), /document is not defined/, path);
  }
});
