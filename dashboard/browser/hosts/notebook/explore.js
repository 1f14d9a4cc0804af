// @ts-check
// The explorer as a widget of a notebook, for anywidget: models and images come once, as binary; where one is goes both ways
// (dashboard/notebook/explorer.py). A widget may be on show in several places, which then move together.

import {make, showFailure} from "../../base/dom.js";
import {readPart, unpacked} from "../../base/parts.js";
import {answersOf, refusalOf} from "../../model/asked.js";
import {mountExplorer} from "../../explore/explorer.js";
import {placeIn, takeColours} from "./surroundings.js";
import {changesBetween, linkTo, NAMES, traitsOf} from "./traits.js";

/** @typedef {import("./traits.js").Traits} Traits */
/** @typedef {{get: (name: string) => any, set: (name: string, value: any) => void, save_changes: () => void,
 *   on: (event: string, heard: (...said: any[]) => void) => void, off: (event: string, heard: (...said: any[]) => void) => void}} WidgetModel */

const IDX_HEADER = 16; // the images travel as the canonical MNIST file

/** @param {{model: WidgetModel, el: HTMLElement}} cell @returns {Promise<() => void>} cleanup */
async function render({model, el}) {
  const root = placeIn(el, model.get("_styles"), "");
  root.style.setProperty("--lx-height", `${model.get("height")}px`);
  root.append(make("p", {class: "lx-loading", role: "status"}, "Opening the models …"));
  try {
    return await mount(model, root);
  } catch (error) {
    showFailure(root, error);
    return () => {};
  }
}

/** @param {WidgetModel} model @param {HTMLElement} root */
async function mount(model, root) {
  const bundles = await Promise.all(model.get("_bundles").map((/** @type {DataView} */ view) => readPart(bytesOf(view))));
  const encoders = model.get("_encoders").map((/** @type {DataView} */ view) => () => readPart(bytesOf(view)));
  const probes = model.get("_probes").map((/** @type {DataView} */ view) => (view.byteLength ? () => readPart(bytesOf(view)) : null));
  const refusal = refusalOf(await answersOf({bundles, encoders, probes}));
  if (refusal) throw refusal;
  const images = unpacked(bytesOf(model.get("_images"))).then((file) => file.subarray(IDX_HEADER));
  root.replaceChildren();
  let known = read();
  const explorer = mountExplorer(root, {
    bundles, encoders, images, engine: model.get("_engine"), apart: true, theme: "auto", link: linkTo("", NAMES, known),
    onReport(report) {
      const now = traitsOf(report);
      const changed = changesBetween(known, now);
      known = {...known, ...Object.fromEntries(changed.map((name) => [name, now[name]]))};
      for (const name of changed) model.set(name, known[name]);
      model.set("inside", [...explorer.selected()]);
      model.save_changes(); // what is as it was does not cross
    },
  });
  let asked = false;

  /** @returns {Traits} */
  function read() {
    return /** @type {Traits} */ (Object.fromEntries(NAMES.map((name) => [name, model.get(name)])));
  }

  /** What is set together is heard of one by one. */
  function heard() {
    if (asked) return;
    asked = true;
    queueMicrotask(() => {
      asked = false;
      const wanted = read();
      const changed = changesBetween(known, wanted);
      known = wanted;
      if (changed.length) explorer.follow(linkTo(explorer.standing().link, changed, wanted));
    });
  }

  for (const name of NAMES) model.on(`change:${name}`, heard);
  const undress = takeColours(root, () => explorer.update({}));
  return () => {
    for (const name of NAMES) model.off(`change:${name}`, heard);
    undress();
    explorer.destroy();
  };
}

/** @param {DataView} view @returns {Uint8Array<ArrayBuffer>} */
function bytesOf(view) {
  return new Uint8Array(/** @type {ArrayBuffer} */ (view.buffer), view.byteOffset, view.byteLength);
}

export default {render};
