// @ts-check
// What a visitor is told when something fails: our own sentences as they are, everything else as one that says no more than is known.

/** An error whose message is one plain sentence for the visitor. */
export class PlainError extends Error {}

const UNEXPECTED = "Something went wrong here, and what is on show may be incomplete; reloading the page is the first thing to try.";

/** One sentence about whatever was thrown. What nobody foresaw goes to the console, where it is of use. @param {unknown} error @returns {string} */
export function sentenceOf(error) {
  if (error instanceof PlainError) return error.message;
  console.error(error);
  return UNEXPECTED;
}
