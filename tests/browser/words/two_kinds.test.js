// What is said of an autoencoder's nll beside a VAE's follows from the stored settings of both.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { aeBesideVae, differences } from "../../../dashboard/browser/words/two_kinds.js";

/** The header of a bundled model, as vae_engine/exchange/bundle.py writes it. */
function bundled(name) {
  const read = (file) => JSON.parse(readFileSync(`pretrained/${name}/${file}`, "utf8"));
  const { model, train } = read("config.json");
  const { data, seed, held_out, ...training } = train;
  return { kind: model.kind, config: model, training, beta: model.kind === "vae" ? train.beta : null, metrics: read("metrics.json").metrics };
}

test("of the bundled pair the different lengths of training are named, and no kind is called the better", () => {
  const [ae, vae] = [bundled("ae-mnist"), bundled("vae-mnist")];
  assert.deepEqual(differences(ae, vae), [`budget ${ae.training.epochs} epochs (AE), ${vae.training.epochs} epochs (VAE)`]);
  const { short, means } = aeBesideVae(ae, vae);
  assert.equal(short, "trained differently");
  assert.match(means, /budget 40 epochs \(AE\), 130 epochs \(VAE\)\. So these numbers do not say/);
});

test("a pair trained alike is said to be, whatever a VAE alone has; another β is a difference", () => {
  const vae = bundled("vae-mnist");
  const ae = { ...vae, kind: "ae", config: { ...vae.config, kind: "ae", spread: "std" }, training: { ...vae.training, samples: 5, beta: 2 } };
  assert.equal(aeBesideVae(ae, vae).short, "trained alike");
  assert.deepEqual(differences(ae, { ...vae, beta: 4 }), ["β 4 in the VAE's loss"]);
  assert.deepEqual(differences({ ...ae, training: { ...ae.training, epochs: 0, seconds: 20 } }, vae), ["budget 20 seconds (AE), 130 epochs (VAE)"]);
});

test("many differences are counted, and what is not on record is said not to be", () => {
  const [ae, vae] = [bundled("ae-mnist-small"), bundled("vae-mnist")];
  const found = differences(ae, vae);
  assert.match(aeBesideVae(ae, vae).means, new RegExp(`; and ${found.length - 4} more\\. So`));
  assert.equal(aeBesideVae({ ...ae, training: null }, vae).short, "trained elsewhere");
  assert.equal(aeBesideVae({ ...ae, metrics: {} }, vae), null);
});
