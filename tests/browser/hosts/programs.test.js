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

test("the copy of a script that a worker is given answers as one, and touches no page", async (context) => {
  if (!built) return context.skip("esbuild is not installed: run `npm ci`, or `make test`, which does");
  const programs = built.filter(([path, text]) => path.endsWith(".js") && text.includes("__latentExplorerSource = "));
  for (const [path, text] of programs) {
    const program = text.slice(0, text.lastIndexOf("globalThis.__latentExplorerSource"));
    const worker = createContext({ __latentExplorerWorker: true, addEventListener() {} });
    runInContext(`${program}\nlatentExplorerProgram();`, worker);
    assert.equal(typeof worker.onmessage, "function", path);
  }
});
