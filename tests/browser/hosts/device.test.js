// @ts-check
// What a page keeps in the browser: two tabs, one storage, no Streamlit.

import assert from "node:assert/strict";
import {afterEach, beforeEach, mock, test} from "node:test";
import deviceComponent from "../../../dashboard/browser/hosts/streamlit/device.js";

const KEY = "latent-explorer/book";
const REST = 250;
/** @type {Map<string, string>} */
let stored = new Map();
let windowEvents = new EventTarget();

beforeEach(() => {
  mock.timers.enable({apis: ["setTimeout"]});
  stored = new Map();
  windowEvents = new EventTarget();
  Object.assign(globalThis, {
    document: new EventTarget(),
    localStorage: {getItem: (/** @type {string} */ key) => stored.get(key) ?? null, setItem: (/** @type {string} */ key, /** @type {string} */ text) => stored.set(key, text)},
    addEventListener: windowEvents.addEventListener.bind(windowEvents),
    removeEventListener: windowEvents.removeEventListener.bind(windowEvents),
  });
});

afterEach(() => mock.timers.reset());

function openTab() {
  const parentElement = {};
  /** @type {any[]} */
  const reports = [];
  /** @param {object} registers @param {boolean} [asking] */
  const show = (registers, asking = false) => deviceComponent({
    data: {json: JSON.stringify({book: "book", registers, asking})}, parentElement,
    setStateValue: (_, text) => reports.push(JSON.parse(String(text))),
  });
  return {show, reports};
}

test("what an earlier visit kept is told on arrival, once", () => {
  stored.set(KEY, '{"a": ["kept", 1]}');
  const {show, reports} = openTab();
  show({});
  mock.timers.tick(REST - 1);
  assert.deepEqual(reports, [], "not before the page is at rest");
  mock.timers.tick(1);
  assert.deepEqual(reports, [{registers: {a: ["kept", 1]}}]);
  show({a: ["kept", 1]});
  show({}); // the server made no sense of it: no reason to tell it again and again
  mock.timers.tick(10 * REST);
  assert.equal(reports.length, 1);
});

test("what the page has is kept, and another tab hears of it", () => {
  const [one, two] = [openTab(), openTab()];
  one.show({a: ["old", 1]});
  two.show({b: ["two", 2]});
  one.show({a: ["new", 3]});
  assert.deepEqual(JSON.parse(stored.get(KEY) ?? ""), {a: ["new", 3], b: ["two", 2]});
  windowEvents.dispatchEvent(new Event("storage"));
  mock.timers.tick(REST);
  assert.deepEqual(two.reports.at(-1), {registers: {a: ["new", 3], b: ["two", 2]}});
});

test("a page that asks is told what is kept, even if it has that already", () => {
  const {show, reports} = openTab();
  show({}, true);
  show({}, true);
  mock.timers.tick(10 * REST);
  assert.deepEqual(reports, [{registers: {}}]);
});

test("a tab that was left hears nothing more", () => {
  const {show, reports} = openTab();
  show({})();
  stored.set(KEY, '{"a": ["kept", 1]}');
  windowEvents.dispatchEvent(new Event("storage"));
  mock.timers.tick(REST);
  assert.deepEqual(reports, []);
});

test("a browser that keeps nothing says so, once", () => {
  Object.assign(globalThis, {localStorage: {getItem() { throw new Error("refused"); }}});
  const {show, reports} = openTab();
  show({a: ["one", 1]});
  mock.timers.tick(REST);
  show({a: ["two", 2]});
  mock.timers.tick(REST);
  assert.deepEqual(reports, [{refused: true}]);
});
