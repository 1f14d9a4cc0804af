// @ts-check
// Which split of its data set an image of a map belongs to: small sets show those that were trained on, too.

/** @typedef {import("../model/bundle.js").Splits} Splits */
/** @typedef {"test"|"validation"|"train"} Split */

/** @type {Record<Split, string>} */
const WORDS = {test: "test", validation: "validation", train: "training"};
/** @type {Record<Split, string>} how each split is marked on a map (map/points.js) */
const MARKS = {test: "●", validation: "■", train: "○"};

/** The split of an image, and its number there. @param {Splits} splits @param {number} index @returns {{split: Split, number: number}} */
export function placeIn(splits, index) {
  let before = 0;
  for (const [split, count] of Object.entries(splits)) {
    if (index < before + count) return {split: /** @type {Split} */ (split), number: index - before};
    before += count;
  }
  return {split: "test", number: index};
}

/** What an image is called: test image 17. @param {Splits} splits @param {number} index */
export function imageName(splits, index) {
  const {split, number} = placeIn(splits, index);
  return `${WORDS[split]} image ${number}`;
}

/** How many of the first images are of each split. @param {Splits} splits @param {number} count @returns {Splits} */
export function ofFirst(splits, count) {
  let left = count;
  const parts = Object.entries(splits).map(([split, all]) => {
    const here = Math.min(all, left);
    left -= here;
    return [split, here];
  });
  return Object.fromEntries(parts.filter(([, here]) => here));
}

/** How many images of each split are shown. @param {Splits} splits @param {(index: number) => boolean} isShown @returns {Splits} */
export function ofShown(splits, isShown) {
  let before = 0;
  const parts = Object.entries(splits).map(([split, all]) => {
    const first = before;
    before += all;
    return [split, Array.from({length: all}, (_, i) => isShown(first + i)).filter(Boolean).length];
  });
  return Object.fromEntries(parts);
}

/** Whether there are images of more than one split. @param {Splits} splits */
export function areMixed(splits) {
  return Object.keys(splits).length > 1;
}

/** A sentence's first word. @param {string} text */
export function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}

/** What the images of a map are called: test images, or images where there are others as well. @param {Splits} splits */
export function imagesName(splits) {
  return areMixed(splits) ? "images" : `${onlyOne(splits)} images`;
}

/** @param {Splits} splits of which all images are */
function onlyOne(splits) {
  return WORDS[/** @type {Split} */ (Object.keys(splits)[0] ?? "test")];
}

/** What the points of a map stand for, many of them: test codes, or codes where there are other images as well. @param {Splits} splits */
export function codesName(splits) {
  return areMixed(splits) ? "codes" : `${onlyOne(splits)} codes`;
}

/** That a map shows a sample, with both counts: of the test images, or of all images where others are shown as well. Nothing where it shows all.
 * @param {Splits} splits of the images shown @param {Splits|null} [of] of the whole data set, where a file says so */
export function sampleText(splits, of) {
  if (!of) return "";
  const shown = total(splits);
  const all = areMixed(splits) ? total(of) : Object.keys(splits).reduce((sum, split) => sum + (of[split] ?? 0), 0);
  return shown < all ? `${shown.toLocaleString("en")} of ${all.toLocaleString("en")} ${imagesName(splits)}` : "";
}

/** What the small dots of maps are, where a bundle brings codes without images. @param {readonly (import("../model/bundle.js").Rest|null)[]} rests of the maps
 * @param {boolean} [alone] whether no others are as small, as those under the marks of classes @returns {string} */
export function restText(rests, alone = true) {
  const counts = rests.flatMap((rest) => (rest ? [`${rest.count < rest.of ? `${rest.count.toLocaleString("en")} of` : "all"} ${rest.of.toLocaleString("en")}`] : []));
  if (!counts.length) return "";
  const [some, others] = [counts.length < rests.length, `${[...new Set(counts)].join(" and of ")} other images`];
  if (alone) return `small dots${some ? " on one map" : ""}: the codes of ${others}`;
  return `small dots: their codes${some ? ", on one map also" : " and"} those of ${others}`;
}

/** @param {Splits} splits */
function total(splits) {
  return Object.values(splits).reduce((sum, count) => sum + count, 0);
}

/** What a legend says of the images shown: that they are a sample, and how many are of each split, with their marks, where not all are of the test split.
 * @param {Splits} splits @param {Splits|null} [of] of the whole data set @param {string} [rest] what small dots are
 * @param {boolean} [marked] whether codes are dots, which have a mark for each split; the marks of classes have none */
export function splitsKey(splits, of, rest = "", marked = true) {
  const sample = sampleText(splits, of);
  return [[sample && `${sample} shown`, marksOf(splits, marked)].filter(Boolean).join(":  "), rest].filter(Boolean).join(";  ");
}

/** @param {Splits} splits @param {boolean} marked */
function marksOf(splits, marked) {
  if (!areMixed(splits)) return "";
  return Object.entries(splits).map(([split, count]) => `${marked ? `${MARKS[/** @type {Split} */ (split)]} ` : ""}${count.toLocaleString("en")} ${WORDS[/** @type {Split} */ (split)]}`).join(marked ? "  " : ", ");
}
