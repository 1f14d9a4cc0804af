import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { fileURLToPath } from "node:url";

const BUILT = new URL("../../dashboard/browser/built/", import.meta.url);

test("what is committed in built/ is what the build makes of the modules, and nothing else lies there", async (context) => {
  const { builtFiles } = await import("../../dashboard/browser/build.mjs").catch(() => ({}));
  if (!builtFiles) return context.skip("esbuild is not installed: run `npm ci`, or `make test`, which does");
  const files = await builtFiles();
  const committed = readdirSync(BUILT, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = committed.map(({ parentPath, name }) => `${parentPath}/${name}`.replaceAll("\\", "/").split("/built/")[1]);
  assert.deepEqual(paths.sort(), [...files.keys()].sort());
  for (const [path, text] of files) {
    assert.ok(readFileSync(fileURLToPath(new URL(path, BUILT)), "utf8") === text, `${path} is not fresh: npm run build`);
  }
});
