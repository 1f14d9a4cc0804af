// @ts-check
// What the columns of one's own data say of one image, in a line.

import {cellText} from "../../words/worths.js";
import {make, setText} from "../../base/dom.js";

/** @param {readonly import("../../model/bundle.js").Column[]} columns */
export function createValues(columns) {
  const element = make("p", {class: "lx-file lx-values", "data-testid": "inspect-columns", hidden: !columns.length});
  return {
    element,
    /** @param {number} index of the image */
    show(index) {
      const text = columns.map((column) => `${column.name}: ${cellText(column, index)}`).join(" · ");
      setText(element, text);
      element.title = text;
    },
  };
}
