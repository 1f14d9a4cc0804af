// @ts-check
// When a view tells the server what it shows: once the visitor has let everything on the page rest.

const REST = 250;
const TOUCHES = ["pointerdown", "pointerup", "keydown", "keyup"];

/** Tells once nothing was touched for a quarter of a second, neither here nor elsewhere on the page: Streamlit loses a press
 * of a button when another message follows it within some milliseconds.
 * @param {() => void} tell @returns {{begin: () => void, awaited: () => boolean, end: () => void}} begin: something changed;
 * awaited: whether there is something to tell; end: nothing is told any more */
export function onceAtRest(tell) {
  let [timer, ended] = [0, false];

  function begin() {
    clearTimeout(timer);
    if (!ended) timer = setTimeout(rested, REST);
  }

  function rested() {
    timer = 0;
    tell();
  }

  function touched() {
    if (timer) begin();
  }

  for (const touch of TOUCHES) document.addEventListener(touch, touched, {capture: true});
  return {
    begin,
    awaited: () => timer !== 0,
    end() {
      clearTimeout(timer);
      [timer, ended] = [0, true];
      for (const touch of TOUCHES) document.removeEventListener(touch, touched, {capture: true});
    },
  };
}
