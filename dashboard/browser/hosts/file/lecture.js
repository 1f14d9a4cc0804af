// @ts-check
// The lecture in a page that was opened from disk: a strip above the explorer that says so, presents it and lays out its scenes, and
// the key that collects more.

import {actionButton, make, setText, setUnable} from "../../base/dom.js";
import {addressAtRest, collectScene, listenForScenes, withModels} from "../../lecture/collect.js";
import {mountEditor} from "../../lecture/editor.js";
import {keptLecture} from "../../lecture/kept.js";
import {placeOf, readLecture} from "../../lecture/lecture.js";
import {LESSON_MODELS, shownScenes, summaryOf} from "../../lecture/library.js";
import {linkedLecture} from "../../lecture/share.js";
import {readPayload} from "./payload.js";

/** @typedef {{names: string[], bundles: Promise<Uint8Array[]>, encoders: (() => Promise<Uint8Array>)[], images: Promise<Uint8Array|null>, shown?: number[], ladder?: number[]}} Models */

const NO_ADDRESS = "This page was opened from a file, which has no address for others: put it on a web server, and the code leads there.";
const SEEN = 4000; // milliseconds
const COMING = "A model of it is still being read.";

/** The strip, and what the explorer itself says of the lecture for where a window is too low for it; null where the page has no lecture or stands in a frame that wants none. @param {Document} page @param {Models} models */
export async function lectureStrip(page, {names, bundles, encoders, images, shown, ladder = []}) {
  const content = await readPayload(page, "lecture");
  if (!content || new URLSearchParams(location.search).has("embed")) return null;
  const drawn = await readPayload(page, "stills");
  const stills = drawn ? JSON.parse(new TextDecoder().decode(drawn)) : {};
  const pair = (shown ?? [...names.keys()]).map((place) => names[place]);
  const bundled = readLecture(new TextDecoder().decode(content));
  let linked = await linkedLecture(location.hash.slice(1));
  const told = make("p", {class: "lec-collected", role: "status", hidden: true, "data-testid": "collected"});
  /** Filled once all are here: the page shows something sooner. @type {Uint8Array[]} */
  const here = [];
  const library = {bundles: here, encoders, images, names, usual: LESSON_MODELS, ladder, stills, shows: () => false, pages: false, here: "this file"};
  const holds = make("span", {"data-testid": "lecture-line"});
  const presentButton = actionButton("▶ Present", () => lay().present(), {class: "lec-button lec-primary", "data-testid": "present-lecture", title: "The whole screen, scene by scene, by a clicker or the arrow keys"});
  const button = actionButton("Scenes …", lay, {class: "lec-button", "data-testid": "open-scenes", title: "What the lecture shows and says, to present from any scene and to change; Shift S adds what is on show"});
  const shared = actionButton("Lecture …", lay, {"data-testid": "share-lecture", title: button.title});
  const strip = make("section", {class: "lec-strip", "aria-label": "Lecture in this file"}, holds, presentButton, button);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const isFile = location.protocol === "file:";
  let timer = 0;
  page.body.append(told);
  listenForScenes(async () => {
    await addressAtRest();
    setText(told, collectScene(`./${withModels(location.search, pair)}${location.hash}`));
    told.hidden = false;
    renderStrip();
    clearTimeout(timer);
    timer = setTimeout(() => (told.hidden = true), SEEN);
  });

  scheme.addEventListener("change", paint);
  addEventListener("storage", renderStrip);
  bundles.then((all) => {
    here.push(...all);
    renderStrip();
  }, () => {}); // the explorer says so
  renderStrip();
  paint();

  function renderStrip() {
    const {title, scenes} = linked ?? keptLecture() ?? bundled;
    setText(holds, `Lecture “${title}”: ${summaryOf(scenes)}`);
    for (const one of [button, shared]) setUnable(one, here.length ? "" : COMING);
    setUnable(presentButton, !here.length ? COMING : shownScenes(scenes, library).length ? "" : scenes.length ? "None of these scenes can be shown here." : "There is no scene yet.");
  }

  function paint() {
    for (const one of [strip, ...page.querySelectorAll(".lec-sheet")]) one.setAttribute("data-theme", scheme.matches ? "dark" : "light");
  }

  function lay() {
    const opener = /** @type {HTMLElement} */ (page.activeElement ?? button);
    const desk = make("div");
    const dialog = make("dialog", {class: "lec-sheet", "aria-label": "Lecture", onclose: () => {
      editor.destroy();
      linked = null; // from now on what this device keeps
      dialog.remove();
      renderStrip();
      opener.focus();
    }}, make("div", {class: "lec-row"}, make("button", {type: "button", class: "lec-button", onclick: () => dialog.close(), "data-testid": "close-scenes"}, "Close")), desk);
    const editor = mountEditor(desk, {
      library, bundled, linked, isDark: () => scheme.matches, addressOf, speakerPage: location.href.split("#")[0],
      open(link) {
        dialog.close();
        location.hash = placeOf(link).state;
      },
    });
    page.body.append(dialog);
    paint();
    dialog.showModal();
    return {present: () => editor.present(() => dialog.close())};
  }

  /** @param {string} link */
  function addressOf(link) {
    const [before, state = ""] = link.split("#");
    const models = ladder.length ? new URLSearchParams(before.split("?")[1]).get("models") : null;
    const search = models ? `?models=${models}` : "";
    return isFile && !state.startsWith("lecture=") ? {url: "", doubt: NO_ADDRESS} : {url: `${location.href.split(/[?#]/)[0]}${search}#${state}`, doubt: isFile ? NO_ADDRESS : ""};
  }

  return {strip, extras: {share: [shared], told: `The lecture “${bundled.title}” is in this file, too: see Share.`}};
}
