// @ts-check
// Keeps named values of a page in the browser's own storage, so that a reload and another tab have them: see
// dashboard/shared/device.py. Shows nothing. Streamlit calls it again on every change of data, without a cleanup between.

import {mirrored} from "../../base/mirrored.js";
import {areSame} from "../../base/registers.js";
import {onceAtRest} from "../../base/rest.js";

/** @typedef {import("../../base/registers.js").Registers} Registers */
/** @typedef {{data: {json: string}, parentElement: object, setStateValue: (name: string, value: unknown) => void}} DeviceCall */
/** @typedef {{call: DeviceCall, reported: string, mirror: () => void, end: () => void}} Instance */

/** @type {WeakMap<object, Instance>} */
const instances = new WeakMap();
const PAUSE = 700; // milliseconds without a letter after which a text counts as given

/** @param {DeviceCall} call @returns {() => void} cleanup */
export default function deviceComponent(call) {
  const old = instances.get(call.parentElement);
  const instance = old ?? begin(call);
  instance.call = call;
  instance.mirror();
  return instance.end;
}

/** @param {DeviceCall} call @returns {Instance} */
function begin(call) {
  let report = "";
  const resting = onceAtRest(() => {
    instance.reported = report;
    instance.call.setStateValue("report", report);
  });
  /** @type {Instance} */
  const instance = {
    call, reported: "",
    mirror() {
      /** @type {{book: string, registers: Registers, asking: boolean}} */
      const {book, registers, asking} = JSON.parse(instance.call.data.json);
      const kept = mirrored(`latent-explorer/${book}`, registers);
      report = JSON.stringify(kept ? {registers: kept} : {refused: true});
      if (report !== instance.reported && (asking || !(kept && areSame(kept, registers)))) resting.begin();
    },
    end() {
      resting.end();
      removeEventListener("input", given, true);
      removeEventListener("storage", instance.mirror);
      instances.delete(call.parentElement);
    },
  };
  let typing = 0;
  /** Streamlit takes a long text when it is left, or at this key; a reload in between would lose it. @param {Event} event */
  function given({target}) {
    if (!(target instanceof HTMLTextAreaElement)) return;
    clearTimeout(typing);
    typing = setTimeout(() => target.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", ctrlKey: true, bubbles: true})), PAUSE);
  }
  addEventListener("input", given, true);
  addEventListener("storage", instance.mirror);
  instances.set(call.parentElement, instance);
  return instance;
}
