// @ts-check
// Mouse, pen, fingers and keys on a map, turned into what was meant: point, press, drag, release, pan, zoom, step.

import {panBy, toLatent, zoomAt} from "../base/geometry.js";

/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {{shiftKey: boolean, altKey: boolean}} Held keys that are held down */
/**
 * @typedef {object} MapGestures
 * @property {() => View} view
 * @property {(view: View|null) => void} setView
 * @property {() => Latent} scales the least and the largest that a view may have
 * @property {(event: Event) => void} touched before anything else, so that the answer can be timed
 * @property {(z: Latent) => void} hover
 * @property {() => void} leave
 * @property {(event: PointerEvent) => boolean} pans whether a press with one finger moves the map
 * @property {(z: Latent, held: Held) => void} press a drag or a click begins: said once it is known to be neither a pan nor a pinch
 * @property {(z: Latent) => void} drag
 * @property {(z: Latent, clicked: boolean) => void} release
 * @property {() => void} cancel what was pressed is not to be: a second finger came, or the system took the first
 * @property {() => void} again a second click on the same place showed that neither was meant as one
 * @property {(z1: number, z2: number) => void} step one keyboard step along each axis
 * @property {(key: string, held: Held) => boolean} key any other key; whether it meant something here
 */

const CLICK_REACH = 5;
const KEY_STEPS = 100;
const COARSE = 5;
const FINE = 0.1;
/** @type {Record<string, [number, number]>} */
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};

/** How far an arrow key goes along a span: with Shift farther, with Alt less far. @param {KeyboardEvent} event @param {number} span */
export function keyStep({shiftKey, altKey}, span) {
  return span / KEY_STEPS * (shiftKey ? COARSE : altKey ? FINE : 1);
}

/** @param {HTMLElement} plot @param {MapGestures} gestures */
export function listenToMap(plot, gestures) {
  /** @type {Map<number, {x: number, y: number}>} */
  const down = new Map();
  let [moved, pressed, panning, start] = [false, false, false, {x: 0, y: 0}];
  /** @type {Held} */
  let held = {shiftKey: false, altKey: false};

  const placeOf = (/** @type {MouseEvent} */ event) => {
    const box = plot.getBoundingClientRect();
    return {x: event.clientX - box.left, y: event.clientY - box.top};
  };
  const latentOf = (/** @type {{x: number, y: number}} */ {x, y}) => /** @type {Latent} */ ([...toLatent(gestures.view(), x, y)]);

  plot.addEventListener("pointerdown", (event) => {
    gestures.touched(event);
    plot.setPointerCapture(event.pointerId);
    const place = placeOf(event);
    down.set(event.pointerId, place);
    if (down.size > 1) {
      panning = true;
      if (pressed) gestures.cancel();
      pressed = false;
      return;
    }
    [moved, pressed, start, held] = [false, false, place, event];
    panning = event.button === 1 || event.button === 2 || gestures.pans(event);
  });

  function press() {
    if (!pressed) gestures.press(latentOf(start), held);
    pressed = true;
  }

  plot.addEventListener("pointermove", (event) => {
    const place = placeOf(event);
    const before = down.get(event.pointerId);
    gestures.touched(event);
    if (!before) {
      gestures.hover(latentOf(place));
      return;
    }
    if (Math.hypot(place.x - start.x, place.y - start.y) > CLICK_REACH) moved = true;
    if (down.size > 1) pinch(event.pointerId, before, place);
    else if (panning) gestures.setView(panBy(gestures.view(), place.x - before.x, place.y - before.y));
    else if (moved) {
      press();
      gestures.drag(latentOf(place));
    }
    down.set(event.pointerId, place);
  });

  /** Two fingers: their middle pans, their distance zooms. @param {number} id @param {{x: number, y: number}} before @param {{x: number, y: number}} now */
  function pinch(id, before, now) {
    const other = [...down].find(([key]) => key !== id)?.[1];
    if (!other) return;
    const factor = Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
    const moved = panBy(gestures.view(), (now.x - before.x) / 2, (now.y - before.y) / 2);
    gestures.setView(zoomAt(moved, (now.x + other.x) / 2, (now.y + other.y) / 2, factor, gestures.scales()));
  }

  const lift = (/** @type {PointerEvent} */ event) => {
    if (!down.delete(event.pointerId)) return;
    if (!panning && event.type === "pointerup") {
      press();
      gestures.release(latentOf(placeOf(event)), !moved);
    }
    else if (pressed) gestures.cancel();
    pressed = false;
    if (down.size === 0) panning = false;
  };
  plot.addEventListener("pointerup", lift);
  plot.addEventListener("pointercancel", lift);
  plot.addEventListener("pointerleave", () => gestures.leave());
  plot.addEventListener("contextmenu", (event) => event.preventDefault());
  plot.addEventListener("dblclick", () => {
    gestures.again();
    gestures.setView(null);
  });
  plot.addEventListener("wheel", (event) => {
    event.preventDefault();
    const {x, y} = placeOf(event);
    gestures.setView(zoomAt(gestures.view(), x, y, Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0018)), gestures.scales()));
  }, {passive: false});

  plot.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (arrow && !event.ctrlKey && !event.metaKey) {
      gestures.touched(event);
      const {width, height, scale} = gestures.view();
      const size = keyStep(event, Math.min(width, height) / scale);
      gestures.step(arrow[0] * size, arrow[1] * size);
      taken(event);
    } else if (!event.ctrlKey && !event.metaKey && (!event.altKey || event.key === "Enter")) {
      gestures.touched(event);
      if (zoomKey(event.key) || gestures.key(event.key, event)) taken(event);
    }
  });

  /** A key that meant something here means nothing to the host: Streamlit would run the page again on an R. @param {Event} event */
  function taken(event) {
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {string} key */
  function zoomKey(key) {
    const view = gestures.view();
    const factor = key === "+" || key === "=" ? 1.25 : key === "-" ? 0.8 : 0;
    if (factor) gestures.setView(zoomAt(view, view.width / 2, view.height / 2, factor, gestures.scales()));
    return factor !== 0;
  }
}
