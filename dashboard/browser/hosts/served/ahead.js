// @ts-check
// What a page asks for before the program is here that takes the answers: each is asked for once, by whoever comes first.

/** Answers on their way, by address; shared with the first lines of a page, which are another script. @type {Map<string, Promise<Response|null>>} */
const coming = (/** @type {any} */ (globalThis).__latentExplorerAhead ??= new Map());

/** @param {string} address */
export function askAhead(address) {
  coming.set(address, asked(address));
}

/** The answer at an address, null where there is none. @param {string} address */
export function answerAt(address) {
  const begun = coming.get(address);
  coming.delete(address); // whoever asks again has not been answered well
  return begun ?? asked(address);
}

/** @param {string} address */
const asked = (address) => fetch(address).catch(() => null);
