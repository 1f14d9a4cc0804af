// Numbers and sentences about selected images, by hand and on the edge: none, one, two.
import assert from "node:assert/strict";
import { test } from "node:test";

import { charted, countsOf, extremes, meanCode, meanImage, meanOf, meansOf } from "../../../../dashboard/browser/explore/select/measures.js";
import { selectionAsCsv } from "../../../../dashboard/browser/explore/select/table.js";
import { barsText, classesText, countText, spokenSelection, togetherMeans } from "../../../../dashboard/browser/explore/select/words.js";

const DIGITS = Array.from("0123456789");
const truths = { logPx: Float32Array.of(-100, -120, -140, -90), elbo: Float32Array.of(-110, -125, -160, -91), modes: Uint8Array.of(1, 1, 1, 1) };
const points = { count: 4, labels: Uint8Array.of(7, 7, 9, 1), splits: { test: 3, train: 1 }, codes: Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7) };
const some = (...indices) => Uint32Array.from(indices);

test("means have the standard error of n − 1; one number has none", () => {
  assert.deepEqual(meanOf(Float64Array.of(1, 2, 3, 4)), { mean: 2.5, error: Math.sqrt(5 / 3 / 4) });
  assert.deepEqual(meanOf(Float64Array.of(7)), { mean: 7, error: undefined });
  const { logPx, elbo, gap } = meansOf(truths, some(0, 2));
  assert.deepEqual([logPx.mean, elbo.mean, gap.mean, gap.error], [-120, -135, 15, 5]);
});

test("of the likeliest and the least likely none is both, however few there are", () => {
  assert.deepEqual(extremes(truths.logPx, some(0, 1, 2, 3), 8), { likely: [3, 0], unlikely: [2, 1] });
  assert.deepEqual(extremes(truths.logPx, some(0, 1, 2, 3), 1), { likely: [3], unlikely: [2] });
  assert.deepEqual(extremes(truths.logPx, some(2), 8), { likely: [2], unlikely: [] });
  assert.deepEqual(extremes(truths.logPx, some(), 8), { likely: [], unlikely: [] });
});

test("counts, the mean code and the mean image are those of the selected", () => {
  assert.deepEqual(countsOf(points.labels, some(0, 1, 2), 10), [0, 0, 0, 0, 0, 0, 0, 2, 0, 1]);
  assert.deepEqual(meanCode(points.codes, some(0, 3)), [3, 4]);
  const images = Uint8Array.from({ length: 4 * 784 }, (_, i) => 51 * Math.floor(i / 784));
  assert.ok(meanImage(images, 784, some(1, 3)).every((value) => Math.abs(value - 0.4) < 1e-6));
});

test("of many classes the bars show the most frequent, and that is said; of ten all stand, selected or not", () => {
  const ten = [0, 3, 0, 0, 1, 0, 0, 0, 0, 0];
  assert.deepEqual([charted(ten), barsText(ten)], [[...ten.keys()], ""]);
  const many = Array.from({ length: 62 }, (_, label) => (label < 12 ? 1 + (label * 5) % 12 : 0)); // 1 to 12, each once
  assert.deepEqual(charted(many), [...many.keys()].filter((label) => many[label] > 2));
  assert.equal(barsText(many), "Bars: the 10 most frequent of 12 classes.");
  const few = many.map((count, label) => (label < 3 ? count : 0));
  assert.deepEqual([charted(few), barsText(few)], [[0, 1, 2], ""]);
});

test("what is said is what is selected", () => {
  assert.equal(countText({ count: 10_000, splits: { test: 10_000 } }, 1234), "1,234 of 10,000 test images");
  assert.equal(classesText(DIGITS, [0, 0, 0, 0, 0, 0, 0, 3, 0, 1]), "75 % 7s, 25 % 9s.");
  assert.equal(classesText(DIGITS, [1, 1, 1, 1, 0, 0, 0, 0, 0, 4]), "50 % 9s, 13 % 0s, 13 % 1s and 2 classes more.");
  assert.equal(classesText(DIGITS, [0, 12]), "All 12 are 1s.");
  assert.equal(spokenSelection(points, DIGITS, some(3), [0, 1]), "Selected: training image 0, a 1.");
  assert.equal(spokenSelection(points, DIGITS, some(), []), "No image is selected.");
  assert.match(togetherMeans(301, 10_000), /Of the 10 nearest neighbours .* at random it would be 3\.0 %\.$/);
  assert.match(togetherMeans(2, 10_000), /Of the nearest neighbour /);
});

test("a row of the table has the image, its codes and its numbers", () => {
  const bundle = { points: { ...points, truths, columns: [] }, header: { classes: [...DIGITS.slice(0, 7), 'a "7"', "8", "9"] } };
  const model = (id, own) => ({ id, bundle: own, codeOf: (i) => [points.codes[2 * i], -points.codes[2 * i + 1]] });
  const lines = selectionAsCsv([model("vae", bundle), model("ae", { points: { ...points, truths: null, columns: [] } })], some(1, 3)).trim().split("\n");
  assert.equal(lines[0], "index,split,row,class,vae_z1,vae_z2,ae_z1,ae_z2,elbo,log_px,gap");
  assert.equal(lines[1], '1,test,1,"a ""7""",2.00000,-3.00000,2.00000,-3.00000,-125.0000,-120.0000,5.0000');
  assert.match(lines[2], /^3,train,0,1,/);
  const files = ["7/a.png", "7/b, c.png", "9/d.png", "own.npz, row 12"];
  assert.deepEqual(selectionAsCsv([model("vae", bundle)], some(0, 3), files).split("\n").map((line) => line.split(",").slice(2, 5).join()), ["row,file,class", '0,7/a.png,"a ""7"""', '0,"own.npz, row 12"', ""]);
  assert.match(selectionAsCsv([model("vae", bundle), model("vae-2", bundle)], some(0)), /vae_elbo,vae_log_px,vae_gap,vae-2_elbo/);
  const columns = [{ name: "elbo", words: null, values: Float32Array.of(0.1, NaN, 2, 3), absent: 1 }, { name: "hand, used", words: ["l", "r, too"], values: Uint8Array.of(1, 255, 0, 0), absent: 1 }];
  const own = selectionAsCsv([model("vae", { ...bundle, points: { ...bundle.points, columns } })], some(0, 1)).split("\n");
  assert.deepEqual(own.slice(0, 2).map((line) => line.split(/,(?! )/).slice(-2).join()), ['own_elbo,"hand, used"', '0.1,"r, too"'], "none hides another");
  assert.match(own[2], /,,$/, "what is not given is empty");
});
