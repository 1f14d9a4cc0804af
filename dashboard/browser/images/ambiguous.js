// @ts-check
// Images whose posterior one Gaussian cannot tell, or whose encoder is far off: from the numbers kept with the model, or looked for one by one.

/** @typedef {import("../model/bundle.js").Points} Points */

export const FAR_OFF = 10; // nats of gap

/** Whether p(z|x) has two modes or more, or log p(x) − ELBO is large. @param {number} modes @param {number} logPx @param {number} elbo */
export function isAmbiguous(modes, logPx, elbo) {
  return modes > 1 || logPx - elbo > FAR_OFF;
}

/** Indices, ascending, of the images that are; none where no numbers were kept. @param {Points} points @returns {number[]} */
export function ambiguousImages({truths}) {
  if (!truths) return [];
  const {modes, logPx, elbo} = truths;
  return [...modes.keys()].filter((i) => isAmbiguous(modes[i], logPx[i], elbo[i]));
}

/** The first of some ascending indices after one, or the first of all. @param {number[]} indices @param {number|null} index */
export function nextAfter(indices, index) {
  return indices.find((one) => one > (index ?? -1)) ?? indices[0];
}

/** The next image after one, going round, that answers yes; null where none of the first `most` does, or as soon as one is not answered.
 * @param {number} count of images @param {number|null} index @param {number} most @param {(index: number) => Promise<boolean|null>} ask @returns {Promise<number|null>} */
export async function lookAfter(count, index, most, ask) {
  for (let away = 1; away <= Math.min(most, count); away++) {
    const one = ((index ?? -1) + away) % count;
    const answer = await ask(one);
    if (answer !== false) return answer === null ? null : one;
  }
  return null;
}
