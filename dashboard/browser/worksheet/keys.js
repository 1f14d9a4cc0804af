// @ts-check
// By which names the device keeps what is given on the sheet (dashboard/worksheet/keys.py).

export const NAME = "worksheet-name";
/** The task that stands above other pages. */
export const AT_HAND = "at-hand";
export const LONGEST_WORDS = 2000;
export const answerKey = (/** @type {{name: string}} */ {name}) => `answer-${name}`;
export const wordsKey = (/** @type {{name: string}} */ {name}) => `words-${name}`;
