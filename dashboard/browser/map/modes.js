// @ts-check
// What a gesture on a map means in each mode.

import {showsClass} from "../state/classes.js";
import {pastOf} from "../state/state.js";
import {drawFrom} from "../model/explorer_model.js";

/** @typedef {import("../explore/explorer.js").App} App */
/** @typedef {import("../model/explorer_model.js").ExplorerModel} ExplorerModel */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {import("../state/state.js").State} State */
/** @typedef {import("../state/state.js").View} View */
/** @typedef {import("../state/state.js").Mode} Mode */

const HOVER_REACH = 9;
const CLICK_REACH_IMAGE = 28;
const GRAB_REACH = 18;
const TWO_CLICKS = 1000; // milliseconds that a double click lasts at most
/** @type {Record<string, Mode>} */
const MODE_KEYS = {m: "move", i: "inspect", d: "draw", w: "walk", s: "sample", l: "select", n: "network"};

/** @param {App} app @param {ExplorerModel} model @param {() => View} view @param {() => [Latent, Latent]} reach how far the cursor may go
 * @param {(z: Latent) => number|null} pictureAt the image whose picture lies there */
export function createMapModes(app, model, view, reach, pictureAt) {
  const {store, models} = app;
  const place = model.place;
  let grabbed = -1;
  /** @type {{at: number, state: State}[]} the states before the latest clicks */
  let clicks = [];

  /** @param {Latent} z @param {number} pixels */
  function imageNear(z, pixels) {
    const seen = pictureAt(z);
    if (seen !== null) return seen;
    const {state} = store;
    const {labels} = model.bundle.points;
    const accept = state.classes === null ? undefined : (/** @type {number} */ i) => showsClass(state, labels[i]);
    const index = model.index.nearest(z[0], z[1], accept);
    if (index < 0) return null;
    const code = model.codeOf(index);
    return Math.hypot(code[0] - z[0], code[1] - z[1]) * view().scale <= pixels ? index : null;
  }

  /** @param {number|null} hovered */
  function setHovered(hovered) {
    if (store.state.hovered !== hovered) store.dispatch({type: "set", values: {hovered}});
  }

  /** @param {Latent} z @param {boolean} held */
  function moveTo(z, held) {
    const [low, high] = reach();
    const within = (/** @type {0|1} */ axis) => Math.min(high[axis], Math.max(low[axis], z[axis]));
    store.dispatch({type: "move", model: place, z: [within(0), within(1)], held});
  }

  /** @param {number|null} index */
  function choose(index) {
    if (index === null) return;
    store.dispatch({type: "select", index, z: models.map((one) => one.codeOf(index))});
    store.dispatch({type: "set", values: {active: place}});
  }

  /** How a shape changes what is selected, by the keys held down. @param {import("./pointer.js").Held} held @returns {import("../explore/select/selection.js").How|null} */
  function howOf({shiftKey, altKey}) {
    return altKey ? "take" : shiftKey ? "add" : null;
  }

  /** Which end of the walk a press takes hold of: the one under it, else the missing one, else the nearer. @param {Latent} z */
  function endFor(z) {
    const codes = app.walk.endCodes(place);
    const gaps = codes.map((code) => (code ? Math.hypot(code[0] - z[0], code[1] - z[1]) * view().scale : Infinity));
    const near = gaps[0] <= gaps[1] ? 0 : 1;
    if (gaps[near] <= GRAB_REACH) return near;
    const missing = codes.indexOf(null);
    return missing >= 0 ? missing : near;
  }

  /** An end is the image it lies on, or the bare point where there is none. @param {Latent} z */
  function dropEnd(z) {
    const index = imageNear(z, GRAB_REACH / 2);
    app.walk.setEnd(grabbed, index === null ? {kind: "point", model: place, z} : {kind: "image", index});
  }

  return {
    /** @param {Latent} z */
    hover(z) {
      const {mode, held} = store.state;
      setHovered(imageNear(z, HOVER_REACH));
      if (mode === "move" && !held) moveTo(z, false);
    },
    leave() {
      setHovered(null);
      if (store.state.mode === "move") app.commit();
    },
    /** @param {PointerEvent} event */
    pans: (event) => event.shiftKey && store.state.mode !== "select",
    cancel() {
      grabbed = -1;
      app.selection.cancel();
    },
    /** @param {Latent} z @param {import("./pointer.js").Held} held */
    press(z, held) {
      const {mode} = store.state;
      clicks = [...clicks.slice(-1), {at: performance.now(), state: store.state}];
      if (mode === "move") return;
      if (mode === "walk") {
        grabbed = endFor(z);
        dropEnd(z);
      } else if (mode === "sample") app.sample.chooseNear(place, z);
      else if (mode === "select") app.selection.press(place, z, howOf(held), view().scale);
    },
    /** @param {Latent} z */
    drag(z) {
      const {mode} = store.state;
      if (mode === "move" || mode === "network") {
        setHovered(imageNear(z, HOVER_REACH));
        moveTo(z, true);
      } else if (mode === "inspect") setHovered(imageNear(z, CLICK_REACH_IMAGE));
      else if (mode === "walk" && grabbed >= 0) dropEnd(z);
      else if (mode === "select") app.selection.drag(z);
    },
    /** @param {Latent} z @param {boolean} clicked */
    release(z, clicked) {
      const {mode, held, z: cursors} = store.state;
      if (mode === "move" && clicked) {
        const onCursor = Math.hypot(cursors[place][0] - z[0], cursors[place][1] - z[1]) * view().scale <= GRAB_REACH;
        moveTo(z, !(held && onCursor));
      } else if (mode === "inspect") {
        choose(imageNear(z, CLICK_REACH_IMAGE));
        setHovered(null);
      } else if (mode === "select") app.selection.release(clicked);
      else if (mode === "network" && clicked) {
        const index = imageNear(z, CLICK_REACH_IMAGE);
        if (index === null) moveTo(z, true);
        else app.network.choose(index);
        setHovered(null);
      }
      grabbed = -1;
      app.commit();
    },
    again() {
      const first = clicks.find(({at}) => performance.now() - at < TWO_CLICKS);
      if (!first) return;
      const {held, active, views} = first.state;
      store.dispatch({type: "set", values: {...pastOf(first.state), held, active, views}});
      app.commit();
    },
    /** @param {number} z1 @param {number} z2 */
    step(z1, z2) {
      const old = store.state.z[place];
      moveTo([old[0] + z1, old[1] + z2], true);
      if (store.state.mode === "select") app.selection.drag(store.state.z[place]);
      app.commit();
    },
    /** @param {string} key @param {import("./pointer.js").Held} held */
    key(key, held) {
      const {state} = store;
      const mode = MODE_KEYS[key.toLowerCase()];
      if (mode) store.dispatch({type: "mode", mode});
      else if (key === "0") moveTo([0, 0], true);
      else if (key === "q" || key === "Q") app.posteriors.refine();
      else if (state.mode === "network" && (key === "e" || key === "E")) app.network.draw(key === "e");
      else if (key === "r" || key === "R") moveTo(randomLatent(model), true);
      else if (key === "Escape") {
        const cleared = state.mode === "select" && app.selection.clear();
        if (!cleared) store.dispatch({type: "set", values: {held: false, selected: null, hovered: null}});
      } else if (key === "Enter" || key === " ") {
        if (state.mode === "walk") {
          grabbed = endFor(state.z[place]);
          dropEnd(state.z[place]);
          grabbed = -1;
        } else if (state.mode === "sample") app.sample.chooseNear(place, state.z[place]);
        else if (state.mode === "select") app.selection.corner(place, howOf(held), view().scale);
        else if (state.mode === "draw") return false;
        else if (state.mode === "network") app.network.choose(model.index.nearest(...state.z[place]));
        else choose(imageNear(state.z[place], Infinity));
      } else return false;
      app.commit();
      return true;
    },
  };
}

/** A draw from the prior; an autoencoder has none, so from the Gaussian fitted to its codes. @param {ExplorerModel} model @returns {Latent} */
function randomLatent(model) {
  const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
  const angle = 2 * Math.PI * Math.random();
  /** @type {Latent} */
  const normal = [radius * Math.cos(angle), radius * Math.sin(angle)];
  return model.bundle.kind === "vae" ? normal : drawFrom(model.gaussian, normal);
}
