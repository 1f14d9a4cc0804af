// @ts-check
// The lecture in a page that was opened from disk: a button that lays out its scenes, and the key that collects more.

import {make, setText} from "../../base/dom.js";
import {readBundle} from "../../model/bundle.js";
import {addressAtRest, collectScene, listenForScenes} from "../../lecture/collect.js";
import {mountEditor} from "../../lecture/editor.js";
import {placeOf, readLecture} from "../../lecture/lecture.js";
import {linkedLecture} from "../../lecture/share.js";
import {readPayload} from "./payload.js";

/** @typedef {{bundles: Uint8Array[], encoders: (() => Promise<Uint8Array>)[], images: Promise<Uint8Array|null>, shown?: number[], ladder?: number[]}} Models */

const NO_ADDRESS = "This page was opened from a file, which has no address for others: put it on a web server, and the code leads there.";
const SEEN = 4000; // milliseconds

/** The button, or null where the page has no lecture or stands in a frame that wants none. @param {Document} page @param {Models} models */
export async function lectureButton(page, {bundles, encoders, images, shown, ladder = []}) {
  const content = await readPayload(page, "lecture");
  if (!content || new URLSearchParams(location.search).has("embed")) return null;
  const drawn = await readPayload(page, "stills");
  const stills = drawn ? JSON.parse(new TextDecoder().decode(drawn)) : {};
  const names = bundles.map((bytes) => readBundle(bytes).name);
  const usual = shown ?? [...names.keys()];
  const bundled = readLecture(new TextDecoder().decode(content));
  let linked = await linkedLecture(location.hash.slice(1));
  const told = make("p", {class: "lec-collected", role: "status", hidden: true, "data-testid": "collected"});
  const button = make("button", {type: "button", class: "lx-button", "data-testid": "open-scenes", title: "Scenes to present with a clicker; Shift S adds what is on show", onclick: lay}, "Lecture …");
  const isFile = location.protocol === "file:";
  let timer = 0;
  page.body.append(told);
  listenForScenes(async () => {
    await addressAtRest();
    const models = new URLSearchParams(location.search).get("models") ?? usual.map((place) => names[place]).join(",");
    setText(told, collectScene(`./?models=${models}${location.hash}`));
    told.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => (told.hidden = true), SEEN);
  });

  function lay() {
    const desk = make("div");
    const dialog = make("dialog", {class: "lec-sheet", "aria-label": "Lecture", onclose: () => {
      editor.destroy();
      linked = null; // from now on what this device keeps
      dialog.remove();
      (button.closest("details")?.querySelector("summary") ?? button).focus();
    }}, make("div", {class: "lec-row"}, make("button", {type: "button", class: "lec-button", onclick: () => dialog.close(), "data-testid": "close-scenes"}, "Close")), desk);
    const dark = () => matchMedia("(prefers-color-scheme: dark)").matches;
    dialog.toggleAttribute("data-dark", dark());
    const editor = mountEditor(desk, {
      library: {bundles, encoders, images, names, usual, ladder, stills, pages: false}, bundled, linked, isDark: dark, addressOf, speakerPage: location.href.split("#")[0],
      open(link) {
        dialog.close();
        location.hash = placeOf(link).state;
      },
    });
    page.body.append(dialog);
    dialog.showModal();
  }

  /** @param {string} link */
  function addressOf(link) {
    const [before, state = ""] = link.split("#");
    const models = ladder.length ? new URLSearchParams(before.split("?")[1]).get("models") : null;
    const search = models ? `?models=${models}` : "";
    return isFile && !state.startsWith("lecture=") ? {url: "", doubt: NO_ADDRESS} : {url: `${location.href.split(/[?#]/)[0]}${search}#${state}`, doubt: isFile ? NO_ADDRESS : ""};
  }

  return button;
}
