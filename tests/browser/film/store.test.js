// What a film asks of its server, and when.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { createReelStore } from "../../../dashboard/browser/film/store.js";

const MANY = 50;
const { setTimeout } = globalThis;

beforeEach(() => {
  globalThis.document = { addEventListener() {}, removeEventListener() {} };
});
afterEach(() => {
  delete globalThis.document;
  globalThis.setTimeout = setTimeout;
});

/** A store whose server gives no answer; and how often it was asked. */
function silent() {
  const asked = [];
  const frame = (_, step) => {
    asked.push(step);
    return asked.length < MANY ? Promise.reject(new TypeError("no answer")) : new Promise(() => {}); // an endless round must end here
  };
  const store = createReelStore({
    source: { frame, again: true }, reel: { run: "r", title: "", kind: "vae", steps: [0, 1, 2], latest: null, live: false }, place: () => 0, changed: () => store.fetchMore(), // as the player does
  });
  return { store, asked };
}

test("in a frame that was taken off the page, whose clocks stand and whose requests fail at once, nothing is asked for again", async () => {
  globalThis.setTimeout = () => 0;
  const { store, asked } = silent();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(asked.length, 2);
  store.close();
});

test("a server that does not answer is asked again after a while, and said to be silent", async () => {
  const waiting = [];
  globalThis.setTimeout = (go) => waiting.push(go);
  const { store, asked } = silent();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.match(store.trouble(), /does not answer/);
  waiting.at(-1)();
  assert.equal(asked.length, 4);
  store.close();
});
