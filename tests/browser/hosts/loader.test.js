// What Streamlit sends in place of a view: it brings in the view's script, and says so while that cannot be had.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mock, test } from "node:test";
import { pathToFileURL } from "node:url";

import { load } from "../../../dashboard/browser/hosts/streamlit/loader.js";

const folder = mkdtempSync(join(tmpdir(), "latent-explorer-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
globalThis.document = {
  baseURI: pathToFileURL(`${folder}/`).href,
  createElement: () => ({ setAttribute() {} }),
};
mock.timers.enable({ apis: ["setTimeout"] });

/** A place on the page, and what stands there. */
function place() {
  const element = { shown: [], replaceChildren: (...children) => (element.shown = children) };
  return { element, parentElement: { isConnected: true, querySelector: () => element } };
}

/** Waits until something holds; meanwhile seconds pass as fast as they can, or none. */
async function until(holds, seconds = 1) {
  const end = performance.now() + 10_000;
  while (!holds()) {
    assert.ok(performance.now() < end, "this did not come about in time");
    await new Promise(setImmediate);
    mock.timers.tick(1000 * seconds);
  }
}

const VIEW = "export default function (call) { call.calls.push(call.data); return () => call.calls.push('end'); }";

test("a script that comes late is said to be late, then called with all that was said, unless the place is gone", async () => {
  const view = load("late.mjs");
  const [here, left] = [place(), place()];
  const calls = [];
  view({ ...here, calls, data: 1 });
  const end = view({ ...here, calls, data: 2 });
  view({ ...left, calls, data: "left" });
  left.parentElement.isConnected = false;
  await until(() => here.element.shown.length, 0);
  assert.match(here.element.shown[0].textContent, /^Still trying to fetch this view: .*late\.mjs does not answer, and a proxy must let it through\.$/);
  writeFileSync(join(folder, "late.mjs"), VIEW);
  await until(() => calls.length === 2);
  assert.deepEqual(calls, [1, 2]);
  assert.deepEqual(here.element.shown, []);
  end();
  assert.deepEqual(calls, [1, 2, "end"]);
});

test("the tries come to an end", async () => {
  const view = load("never.mjs");
  const { element, parentElement } = place();
  view({ parentElement, calls: [] });
  await until(() => /Reload the page to try again\.$/.test(element.shown[0]?.textContent));
});
