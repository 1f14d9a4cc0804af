// @ts-check
// The address of the page.

/** Rewrite the address, as a new entry of the history where Back is to lead to what it was, otherwise without one; whether that could be
 * done. A document that a frame has by `srcdoc` has no address of its own, and some browsers forbid it to files. In a frame there is
 * no new entry: Back belongs to the page around it.
 * @param {string} address @param {boolean} [entry] */
export function rewriteAddress(address, entry = false) {
  try {
    if (entry && window === window.parent) history.pushState(history.state, "", address);
    else history.replaceState(history.state, "", address);
    return true;
  } catch {
    return false;
  }
}
