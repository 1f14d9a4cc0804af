// @ts-check
// Links that leave the page where it is. Their labels say so, as dashboard/shared/wording.py has it (`in_new_tab`).

import {make} from "../base/dom.js";

/** @param {string} label @param {string} href @param {string|null} [title] */
export const newTabLink = (label, href, title = null) => make("a", {class: "bk-button", target: "_blank", rel: "noopener", href, title}, label);
