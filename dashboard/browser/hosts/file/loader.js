// @ts-check
// Begins the program of a page of its own, which lies in the page packed, as its styles do: all that stands there unpacked is this.

import {showFailure} from "../../base/dom.js";
import {readPayload} from "./payload.js";

/** Unpacks the program and runs it, as the page's own script. @param {Document} page @param {string} root the id of the element that says what is wrong */
export async function begin(page, root) {
  try {
    const [styles, program] = await Promise.all(["styles", "program"].map((id) => readPayload(page, id)));
    for (const [kind, content] of /** @type {const} */ ([["style", styles], ["script", program]])) {
      const element = page.createElement(kind);
      element.textContent = new TextDecoder().decode(/** @type {Uint8Array} */ (content));
      page.body.append(element);
    }
  } catch (error) {
    showFailure(/** @type {HTMLElement} */ (page.getElementById(root)), error);
  }
}
