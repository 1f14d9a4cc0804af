// What the models of a page are called: by kind, and by name where two are of one kind.

import assert from "node:assert/strict";
import test from "node:test";

import {areAlike, tellApart} from "../../../dashboard/browser/model/explorer_model.js";

/** @param {...[string, string]} pairs of kind and name */
function called(...pairs) {
  const models = /** @type {any[]} */ (pairs.map(([kind, name]) => ({bundle: {kind, name}})));
  tellApart(models, (model) => model.bundle.name);
  return models;
}

test("a VAE and an autoencoder are called by their kinds", () => {
  const models = called(["vae", "a"], ["ae", "b"]);
  assert.deepEqual(models.map(({id, short}) => [id, short]), [["vae", "VAE"], ["ae", "AE"]]);
  assert.equal(areAlike(models), false);
});

test("two VAEs are called by name, under ids of their own", () => {
  const models = called(["vae", "a"], ["vae", "b"]);
  assert.deepEqual(models.map(({id, short, title}) => [id, short, title]), [["vae", "a", "VAE a"], ["vae-2", "b", "VAE b"]]);
  assert.equal(areAlike(models), true);
});

test("one alone is called by its kind, whatever stood beside it before", () => {
  const [first] = called(["vae", "a"], ["vae", "b"]);
  tellApart([first], () => "a");
  assert.deepEqual([first.id, first.short, first.title], ["vae", "VAE", "Variational autoencoder"]);
  assert.equal(areAlike([first]), false);
});
