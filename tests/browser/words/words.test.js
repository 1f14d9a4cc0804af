// What classes are called on maps and in sentences, and what is said of a model trained with some β.
import assert from "node:assert/strict";
import { test } from "node:test";
import { betaMeaning, betaNumbers, betaProtocol, collapseOf } from "../../../dashboard/browser/words/beta_words.js";
import { areShort, classesOf, fillALine, labelsText, manyOf, markOf, oneOf } from "../../../dashboard/browser/words/classes.js";
import { captionOf, priorDensity } from "../../../dashboard/browser/words/captions.js";
import { apart, plusMinus, signedNumber } from "../../../dashboard/browser/words/numbers.js";

const DIGITS = classesOf({});
const CLOTHES = classesOf({ header: { classes: ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal"] } });

test("digits stand for themselves, long names for their numbers", () => {
  assert.deepEqual([areShort(DIGITS), markOf(DIGITS, 7), fillALine(DIGITS)], [true, "7", false]);
  assert.deepEqual([areShort(CLOTHES), markOf(CLOTHES, 4), fillALine(CLOTHES)], [false, "4", true]);
  assert.equal(fillALine(["cat", "dog"]), false);
});

test("sentences name a class as people do", () => {
  assert.deepEqual([oneOf(DIGITS, 7), oneOf(DIGITS, 8), manyOf(DIGITS, 8)], ["a 7", "an 8", "8s"]);
  assert.deepEqual([oneOf(CLOTHES, 4), manyOf(CLOTHES, 4)], ["“coat”", "“coat”"]);
});

const header = { name: "m", beta: 4, metrics: { nll: 136.075, kl: 4.885, split: "test", n: 10000, protocol: "dynamic", samples: 10, seed: 0, latent: { kl_per_dimension: [2.3425, 2.5422], active_units: 2 } } };

test("a model's numbers are said with the KL of each dimension and their protocol", () => {
  assert.equal(betaNumbers(header), "nll 136.07 · KL 2.34 and 2.54 nats · 2 of 2 units active");
  const withErrors = { ...header.metrics, latent: { ...header.metrics.latent, kl_per_dimension_se: [0.006, 0.01] } };
  assert.equal(betaNumbers({ ...header, metrics: withErrors }), "nll 136.07 · KL 2.342 ± 0.006 and 2.54 ± 0.01 nats · 2 of 2 units active");
  assert.equal(betaNumbers({ ...header, metrics: { nll: 1, kl: 2 } }), "nll 1.00 · KL 2.00 nats");
  assert.equal(betaNumbers({ ...header, metrics: { nll: 1, nll_se: 0.254, kl: 2 } }), "nll 1.00 ± 0.25 · KL 2.00 nats");
  assert.match(betaProtocol(header), /test split, 10,000 images, dynamic pixels/);
});

test("of β = 0 it is said what it is and what it is not", () => {
  assert.match(betaMeaning({ ...header, beta: 0 }), /still samples z.*neither a plain autoencoder.*nor a model one may sample/);
  assert.doesNotMatch(betaMeaning(header), /β = 0/);
});

test("numbers beside each other add up as they stand", () => {
  const [logPx, elbo] = [-126.74756, -151.5744];
  assert.deepEqual([logPx, elbo, apart(logPx, elbo)].map((one) => signedNumber(one)), ["−126.75", "−151.57", "24.82"]);
});

test("a mean stands with its standard error, or alone where that is not known", () => {
  assert.deepEqual([plusMinus(-147.31, 0.94, 1), plusMinus(5.304, undefined)], ["−147.3 ± 0.9", "5.30"]);
  assert.equal(plusMinus(6.7123, 0.0304, 1), "6.71 ± 0.03", "an error that is there is never 0.0");
  const odd = [Infinity, -Infinity, NaN, 1e300];
  assert.deepEqual(odd.map((value) => plusMinus(value, undefined)), ["∞", "−∞", "no number", "1.0·10³⁰⁰"]);
  for (const error of odd.slice(0, 3)) assert.equal(plusMinus(5, error), "5.00", "an error that overflowed says nothing");
});

test("how densely the prior draws at a place is the log density of N(0, I)", () => {
  assert.equal(priorDensity([0, 2]), "log p(z) = −3.84 nats");
  assert.equal((-Math.log(2 * Math.PI) - 2).toFixed(2), "-3.84");
});

test("only a dimension that carries nothing is said to have collapsed", () => {
  const measured = (kl, active) => ({ ...header, metrics: { latent: { kl_per_dimension: kl, active_units: active } } });
  assert.equal(collapseOf(header), "");
  assert.equal(collapseOf(measured([0.00003, 0.44669], 1)), "z₁ (KL 0.00) has collapsed: along it q is the prior for every image. z₂ (KL 0.45) has not.");
  assert.match(collapseOf(measured([2, 0.001], 1)), /^z₂ \(KL 0.00\) has collapsed.*z₁ \(KL 2.00\) has not/);
  assert.match(collapseOf(measured([0, 0], 0)), /^Every dimension/);
  assert.equal(collapseOf({ ...header, metrics: {} }), "");
});

test("classes of some images are listed as marks, long names with how often they occur", () => {
  assert.equal(labelsText(DIGITS, [3, 5, 3]), "3 5 3");
  assert.equal(labelsText(CLOTHES, [4, 2, 4, 4]), "coat (3), pullover (1)");
});

test("what counts as near is a tenth of the codes, fifty at most, and all where there are few", () => {
  const near = (count, label = 3, classes = undefined) => {
    const points = { labels: new Uint8Array(count).fill(label), splits: { test: count } };
    const model = {
      bundle: { kind: "vae", header: { classes }, points, train: { count, of: null } }, units: "prior sd", usual: 1, trained: { distance: () => 0 },
      index: { neighbours: (z1, z2, asked) => Array.from({ length: Math.min(asked, count) }, (_, i) => i) },
    };
    return captionOf(model, [0, 0]).near;
  };
  assert.equal(near(10_000), "50 nearest codes: 50 are 3s.");
  assert.equal(near(60), "6 nearest codes: 6 are 3s.");
  assert.equal(near(5), "All 5 test codes: 5 are 3s.");
  assert.equal(near(1), "The one test code: 1 is a 3.");
  assert.equal(near(5, 61, Array.from({ length: 62 }, (_, i) => `c${i}`)), "All 5 test codes: 5 are “c61”.");
});

test("a distance to a sample of the training codes says that they are one, with both counts", () => {
  const points = { labels: new Uint8Array(20).fill(3), splits: { test: 20 } };
  const gap = (away, count, of) => captionOf({
    bundle: { kind: "vae", points, train: { count, of } }, units: "prior sd", usual: 0.5, trained: { distance: () => away }, index: { neighbours: () => [0] },
  }, [0, 0]).gap;
  assert.equal(gap(0.1, 50_000, 50_000), "Nearest training code 0.10 away.");
  assert.equal(gap(0.1, 60_000, 581_610), "Nearest training code of 60,000 (a sample; there are 581,610 training images) 0.10 away.");
  assert.match(gap(0.7, 60_000, 581_610), /^No training code of 60,000 \(a sample; there are 581,610 training images\) within 0.7 /);
  assert.equal(gap(0.7, 50_000, null), "No training code within 0.7 prior sd.");
});
