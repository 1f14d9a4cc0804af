// @ts-check
// A pointer that the back row sees: a large ring around the mouse, gone while the mouse rests.

import {make} from "../base/dom.js";

const REST = 2500; // milliseconds

/** @param {HTMLElement} over the part of the page it is seen over */
export function createRing(over) {
  const element = make("div", {class: "lec-ring", "aria-hidden": "true", hidden: true});
  let [timer, on] = [0, true];

  /** @param {number} x @param {number} y in pixels of the window */
  function moveTo(x, y) {
    if (!on) return;
    element.hidden = false;
    element.style.transform = `translate(${x}px, ${y}px)`;
    clearTimeout(timer);
    timer = setTimeout(() => (element.hidden = true), REST);
  }

  over.addEventListener("pointermove", ({clientX, clientY, pointerType}) => {
    if (pointerType === "mouse") moveTo(clientX, clientY);
  });
  return {
    element, moveTo,
    toggle() {
      on = !on;
      element.hidden = !on;
    },
    end: () => clearTimeout(timer),
  };
}
