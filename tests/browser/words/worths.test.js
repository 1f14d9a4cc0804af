// The scale of numbers that codes are coloured by: its ends, its words, and why there is none.
import assert from "node:assert/strict";
import { test } from "node:test";

import { cellText, endTexts, scaleOver, shareOf, whyNoWorth, valueText, worthHeading, worthSentence, worthText } from "../../../dashboard/browser/words/worths.js";

const NAMES = ["elbo", "log_px", "gap", "kl", "nll", "modes"];
/** 1 … 10 and 991 … 1000 are far off; in a jumble. */
const values = Float32Array.from({ length: 1000 }, (_, i) => 1 + (i * 7919) % 1000).map((rank) => (rank <= 10 ? -5000 : rank > 990 ? 9000 : 0) + rank - 500);

test("the ends leave out one in a hundred at each, and say how many those are", () => {
  const scale = scaleOver([values], false);
  assert.deepEqual([scale.least, scale.most], [-489, 490]);
  assert.equal(values.filter((value) => value < scale.least).length / 1000, scale.below);
  assert.equal(values.filter((value) => value > scale.most).length / 1000, scale.above);
  assert.deepEqual(endTexts(scale), ["≤ −489", "≥ 490"]);
  assert.deepEqual(scaleOver([values.slice(0, 500), values.slice(500)], false), scale, "two maps have one scale");
});

test("an end that few go hardly beyond is the end itself: a gap begins at 0, not at or below 0", () => {
  const gaps = Float32Array.from({ length: 1000 }, (_, i) => (i < 990 ? 0.02 + i / 10 : 1e4));
  const scale = scaleOver([gaps], false);
  assert.deepEqual([scale.least, scale.below], [gaps[0], 0]);
  assert.deepEqual(endTexts(scale), ["0", "≥ 99"]);
});

test("colours rise with the number, and stay at the ends beyond them", () => {
  const scale = scaleOver([values], false);
  const shares = Array.from(values).sort((a, b) => a - b).map((value) => shareOf(value, scale));
  for (let i = 1; i < shares.length; i++) assert.ok(shares[i] >= shares[i - 1]);
  assert.deepEqual([shares[0], shares[999]], [0, 1]);
  assert.ok(Math.abs(shareOf((scale.least + scale.most) / 2, scale) - 0.5) < 1e-9);
});

test("counts are shown whole, and few or equal numbers are no trouble", () => {
  const modes = scaleOver([Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 1, 1, 4)], true);
  assert.deepEqual(modes, { least: 1, most: 4, below: 0, above: 0, whole: true });
  assert.deepEqual(endTexts(modes), ["1", "4"]);
  const same = scaleOver([Float32Array.of(2.5, 2.5)], false);
  assert.deepEqual([shareOf(2.5, same), ...endTexts(same)], [0.5, "2.50", "2.50"]);
  assert.deepEqual(endTexts(scaleOver([Float32Array.of(-3, 7)], false)), ["−3.0", "7.0"]);
});

test("a model says what it lacks, and a map that has it what its colours mean", () => {
  const points = { count: 100, truths: null };
  const [vae, measured, ae] = [{ kind: "vae", points }, { kind: "vae", points: { ...points, truths: {} } }, { kind: "ae", points }];
  const lacks = (bundle, images = 100) => NAMES.filter((name) => whyNoWorth(bundle, name, images));
  assert.deepEqual(lacks(measured, 0), []);
  assert.deepEqual(lacks(vae), ["log_px", "gap", "modes"]);
  assert.deepEqual(lacks(vae, null), ["log_px", "gap", "modes"], "images may still come");
  assert.deepEqual(lacks(vae, 10), ["elbo", "log_px", "gap", "nll", "modes"]);
  assert.deepEqual(lacks(ae), ["elbo", "log_px", "gap", "kl", "modes"]);
  const scale = scaleOver([values], false);
  const models = [{ short: "VAE", bundle: { caveat: "" } }, { short: "AE", bundle: { caveat: "" } }];
  const worth = { name: "elbo", values, shares: values, scale, why: "" };
  assert.equal(worthSentence(models, [worth, { ...worth, values: null, shares: null, why: whyNoWorth(ae, "elbo", 100) }]),
    "Darkest at −489 and below (1.0 % of the images), brightest at 490 nats/image and above (1.0 % of the images). AE: an autoencoder has none.");
  assert.match(worthSentence(models, [worth, worth]), /the same on both maps\.$/);
  assert.equal(worthSentence(models.slice(0, 1), [{ ...worth, scale: null, values: null, why: "12 % worked out" }]), "ELBO. VAE: 12 % worked out.");
  const grey = [{ short: "VAE", bundle: { caveat: "Grey pixels." } }];
  assert.match(worthSentence(grey, [worth]), /Grey pixels\.$/, "what the nats are, where they are no log-probabilities");
  assert.doesNotMatch(worthSentence(grey, [{ ...worth, name: "kl" }]), /Grey/, "a KL of codes asks for no pixels");
  assert.equal(worthText(-123.456, scale), "−123");
  for (const name of NAMES) assert.match(worthHeading(name), name === "modes" ? /^Modes/ : /nats\/image$/);
});

test("a column of one's own has its name, no unit, and what is not given is left out of its scale and counted", () => {
  const ages = Float32Array.of(18, NaN, 71, 40);
  const scale = scaleOver([ages], true);
  assert.deepEqual([scale.least, scale.most, scale.below, scale.above], [18, 71, 0, 0]);
  const age = { name: "column:age", values: ages, shares: ages, scale, words: null, absent: 1, why: "" };
  assert.deepEqual([worthHeading(age.name), valueText(age, 0), valueText(age, 1)], ["age", "18", "not given"]);
  const models = [{ short: "VAE", bundle: { caveat: "Grey pixels." } }];
  assert.equal(worthSentence(models, [age]), "Darkest at 18, brightest at 71. Grey: 1 not given.");
  const hand = { name: "column:hand", values: Uint8Array.of(1, 255), shares: null, scale: null, words: ["l", "r"], absent: 1, why: "" };
  assert.deepEqual([valueText(hand, 0), valueText(hand, 1)], ["r", "not given"]);
  assert.equal(worthSentence(models, [hand]), "A colour for each of the 2 in the legend. Grey: 1 not given.");
  assert.match(worthSentence(models, [{ ...hand, words: Array.from({ length: 23 }, (_, i) => `w${i}`), absent: 0 }]), /^10 colours for 23 values: .*legend/);
  assert.deepEqual([cellText({ words: null, values: Float32Array.of(-0.1, NaN) }, 0), cellText({ words: null, values: ages }, 1)], ["−0.1", "not given"]);
});

test("numbers that lie close together are told apart", () => {
  const scale = scaleOver([Float32Array.of(0.001, 0.004)], false);
  assert.deepEqual(endTexts(scale), ["0.0010", "0.0040"]);
});

test("only data that have a column can be coloured by it", () => {
  const points = { count: 2, truths: null, columns: [{ name: "age" }] };
  assert.deepEqual(["vae", "ae"].map((kind) => whyNoWorth({ kind, points, plane: null }, "column:age", null)), ["", ""]);
  assert.notEqual(whyNoWorth({ kind: "vae", points, plane: null }, "column:hand", null), "");
});
