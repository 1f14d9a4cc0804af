// What a notebook and an explorer tell each other.
import assert from "node:assert/strict";
import test from "node:test";
import { changesBetween, linkTo, NAMES, traitsOf } from "../../../dashboard/browser/hosts/notebook/traits.js";
import { formatLink, parseLink } from "../../../dashboard/browser/state/property_table.js";
import { initialState } from "../../../dashboard/browser/state/state.js";

const PLAIN = initialState(2);
const LASSO = [{ model: 1, take: false, corners: [0, 0, 1.25, 0, 1, -2] }];
const TRAITS = { z: [[0.5, -1], [2, 3]], mode: "walk", selection: 7, lasso: LASSO };

/** The state that a link shows. */
const shown = (link) => ({ ...PLAIN, ...parseLink(link, PLAIN).values });

test("a link made of all traits shows them, and nothing of it is refused", () => {
  const link = linkTo("", NAMES, TRAITS);
  const { z, mode, selected, shapes } = shown(link);
  assert.deepEqual({ z, mode, selection: selected, lasso: shapes }, TRAITS);
  assert.deepEqual(parseLink(link, PLAIN).refused, []);
});

test("a report has the traits of its state", () => {
  const state = { ...PLAIN, z: TRAITS.z, mode: "walk", selected: 7, shapes: LASSO };
  const report = { z: { vae: state.z[0], ae: state.z[1] }, mode: state.mode, selection: state.selected, link: formatLink(state, PLAIN) };
  assert.deepEqual(traitsOf(report), TRAITS);
});

test("the rest of a link stays, and what belongs together comes along", () => {
  const link = "mode=move&z=1,1;2,2&layers=manifold";
  assert.deepEqual(shown(linkTo(link, ["z"], TRAITS)).z, TRAITS.z);
  assert.equal(shown(linkTo(link, ["z"], TRAITS)).layers.manifold, true);
  const inspected = new URLSearchParams(linkTo(link, ["selection"], TRAITS));
  assert.deepEqual([inspected.get("mode"), inspected.get("image"), inspected.get("z")], ["inspect", "7", null]);
  assert.equal(new URLSearchParams(linkTo(link, ["selection", "z", "mode"], TRAITS)).get("z"), "0.5,-1;2,3");
  assert.equal(shown(linkTo("mode=network", ["selection"], TRAITS)).mode, "network");
  assert.equal(shown(linkTo(link, ["selection"], { ...TRAITS, selection: null })).mode, "move");
  assert.equal(shown(linkTo(link, ["lasso"], TRAITS)).mode, "select");
  assert.equal(shown(linkTo(link, ["lasso", "mode"], TRAITS)).mode, "walk");
  assert.deepEqual(shown(linkTo(linkTo("", NAMES, TRAITS), ["lasso"], { ...TRAITS, lasso: [] })).shapes, []);
});

test("what a link rounds is no change", () => {
  const near = { ...TRAITS, z: [[0.50004, -1], [2, 3]] };
  assert.deepEqual(changesBetween(TRAITS, near), []);
  assert.deepEqual(changesBetween(TRAITS, { ...near, z: [[0.51, -1], [2, 3]], selection: null }), ["z", "selection"]);
  assert.deepEqual(changesBetween(TRAITS, { ...TRAITS, lasso: [] }), ["lasso"]);
});
