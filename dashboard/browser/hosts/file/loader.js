// @ts-check
// Begins the program of a page of its own, which lies in the page packed: all that stands there unpacked is this.

import {showFailure} from "../../base/dom.js";
import {readPayload} from "./payload.js";

/** Unpacks the program and runs it, as the page's own script. @param {Document} page @param {string} root the id of the element that says what is wrong */
export async function begin(page, root) {
  try {
    const program = await readPayload(page, "program");
    const script = page.createElement("script");
    script.textContent = new TextDecoder().decode(/** @type {Uint8Array} */ (program));
    page.body.append(script);
  } catch (error) {
    showFailure(/** @type {HTMLElement} */ (page.getElementById(root)), error);
  }
}
