// @ts-check
// The address of the page.

/** Rewrite the address without a new entry in the history; whether that could be done.
 * A document that a frame has by `srcdoc` has no address of its own, and some browsers forbid it to files.
 * @param {string} address */
export function rewriteAddress(address) {
  try {
    history.replaceState(history.state, "", address);
    return true;
  } catch {
    return false;
  }
}
