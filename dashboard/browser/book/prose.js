// @ts-check
// Texts that Python wrote as HTML (dashboard/shared/prose.py).

import {make} from "../base/dom.js";

/** An element with a text in it. @template {keyof HTMLElementTagNameMap} K @param {K} tag @param {string} html @param {import("../base/dom.js").Attributes} [attributes] */
export function prose(tag, html, attributes = {}) {
  const element = make(tag, attributes);
  element.innerHTML = html;
  return element;
}
