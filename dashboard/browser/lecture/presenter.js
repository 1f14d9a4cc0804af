// @ts-check
// A lecture as the room sees it: one scene at a time in the whole screen, leafed through by a presenter's remote control.

import {make, setText} from "../base/dom.js";
import {sentenceOf} from "../base/errors.js";
import {clockLine, paceText} from "./clock.js";
import {codePicture} from "./code.js";
import {actOf, focusOf} from "./keys.js";
import {placeOf, plannedMinutes} from "./lecture.js";
import {showingOf, shownScenes} from "./library.js";
import {createRing} from "./ring.js";
import {createStage} from "./stage.js";

/** @typedef {import("./lecture.js").Lecture} Lecture */
/** @typedef {import("./library.js").Library} Library */
/** @typedef {ReturnType<typeof import("./speaker.js").createSpeaker>} Speaker */
/** @typedef {{url: string, doubt: string}} Address where others open a scene; doubt: why they may not be able to, or nothing */
/**
 * @typedef {object} PresenterOptions
 * @property {Lecture} lecture
 * @property {Library} library
 * @property {Speaker} speaker
 * @property {boolean} dark
 * @property {number} [from] the scene to begin with, as the lecture counts
 * @property {number} [began] when the presentation began, as `Date.now()`, for one that goes on
 * @property {(shown: import("./kept.js").Shown) => void} shown told of each scene
 * @property {(link: string) => Address} addressOf
 * @property {() => void} ended
 */

const TICK = 500; // milliseconds
const PAUSE = 700; // before a path begins, so that the room sees where
const HELP = [["PageDown, PageUp, arrows", "next, previous scene"], ["Space", "next scene"], ["Home, End", "first, last scene"], ["P", "play the path of the scene again, or stop it"], ["B", "black screen"], ["T", "light or dark"],
  ["Q", "QR code of the scene"], ["C", "all controls"], ["R", "ring around the mouse"], ["H", "these keys"], ["Escape", "end"]];

/** @param {ShadowRoot|HTMLElement} root @param {PresenterOptions} options */
export function present(root, {lecture, library, speaker, dark, from = 0, began: earlier, addressOf, shown, ended}) {
  const scenes = shownScenes(lecture.scenes, library);
  const skipped = lecture.scenes.length - scenes.length;
  const planned = plannedMinutes(scenes);
  const first = Math.max(0, scenes.indexOf(lecture.scenes[from]));
  const began = earlier ?? Date.now() - 60_000 * plannedMinutes(scenes, first - 1); // what lies before is neither to come nor gained
  let [place, alive, full, timer] = [0, true, false, 0];
  /** @type {(Act: import("./keys.js").Act, text: string, title: string, testid?: string) => HTMLButtonElement} */
  const button = (act, text, title, testid) => make("button", {type: "button", class: "lec-button", title, "aria-label": title, "data-testid": testid, onclick: () => perform(act)}, text);
  const heading = make("h1", {class: "lec-title", "data-testid": "scene-title", "aria-live": "polite"});
  const where = make("span", {"data-testid": "scene-place"});
  const clock = make("span", {"data-testid": "scene-clock"});
  const failure = make("p", {class: "lec-failure", role: "alert", hidden: true});
  const play = button("play", "▶", "Play the path (P)", "play-path");
  const [previous, next] = [button("previous", "‹", "Previous scene (PageUp)", "previous-scene"), button("next", "›", "Next scene (PageDown)", "next-scene")];
  const bar = make("div", {class: "lec-buttons"}, previous, next, play, button("code", "QR", "QR code of this scene (Q)", "scene-code"), button("theme", "◐", "Light or dark (T)"),
    button("black", "■", "Black screen (B)"), button("controls", "⚙", "All controls (C)"), button("help", "?", "Keys (H)"), button("end", "✕", "End (Escape)", "end-lecture"));
  const stage = createStage(library, {entered: enterFrame, moved: showPlaying, failed: say});
  const black = make("div", {class: "lec-black", hidden: true, onclick: () => perform("black")});
  const over = make("div", {class: "lec-over", hidden: true, role: "group", onclick: closeOver});
  const dialog = make("dialog", {class: "lec", tabindex: "-1", "data-testid": "presentation", "aria-label": `Lecture: ${lecture.title}`},
    make("header", {class: "lec-head"}, heading), stage.element, failure, make("footer", {class: "lec-foot"}, bar, make("span", {class: "lec-told"}, where, clock)), over, black);
  const ring = createRing(dialog);
  dialog.append(ring.element);
  dialog.addEventListener("keydown", keyed);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    perform("end");
  });
  document.addEventListener("fullscreenchange", leftFullScreen);
  speaker.listen(perform);
  root.append(dialog);
  const ticking = setInterval(tell, TICK);
  /** What kind of scene came how long after it was asked for. @type {{kind: string, ms: number}[]} */
  const changes = [];
  Object.assign(globalThis, {__latentLecture: {place: () => place, count: scenes.length, playing: stage.playing, changes: () => changes}});

  /** The whole screen first: what is opened after that lies above it. */
  async function begin() {
    full = await document.documentElement.requestFullscreen().then(() => true, () => false); // without it the window must do
    if (!alive) return;
    dialog.showModal();
    setTheme();
    await go(first);
  }

  /** @param {KeyboardEvent} event */
  function keyed(event) {
    const act = event.defaultPrevented ? null : actOf(event, focusOf(event.composedPath()[0]));
    event.stopPropagation(); // the page behind has keys of its own
    if (!act) return;
    event.preventDefault();
    perform(act);
  }

  /** @param {import("./keys.js").Act} act */
  function perform(act) {
    if (!black.hidden && act !== "end") {
      black.hidden = true;
      if (act === "black") return;
    }
    const isOver = !over.hidden;
    if (isOver) closeOver();
    if (act === "next" || act === "previous") go(place + (act === "next" ? 1 : -1));
    else if (act === "first" || act === "last") go(act === "first" ? 0 : scenes.length - 1);
    else if (act === "black") black.hidden = false;
    else if (act === "theme") {
      dark = !dark;
      setTheme();
    } else if (act === "controls") dialog.toggleAttribute("data-controls");
    else if (act === "ring") ring.toggle();
    else if (act === "play") {
      if (stage.playing()) stage.stop();
      else {
        failure.hidden = true;
        stage.play(scenes[place]);
      }
    } else if (act === "end") {
      if (!isOver) end();
    } else if (!isOver) openOver(act === "code" ? codeOf() : keys());
  }

  /** Whether it moves by itself, which a still does not. @param {import("./lecture.js").Scene} scene */
  function isPlayed({link, path}) {
    const showing = showingOf(link, library);
    return path !== undefined && typeof showing !== "string" && showing.kind !== "still";
  }

  /** @param {number} to */
  async function go(to) {
    if (to < 0 || to >= scenes.length) return;
    const asked = performance.now();
    clearTimeout(timer);
    place = to;
    const scene = scenes[place];
    shown({place: lecture.scenes.indexOf(scene), began});
    setText(heading, scene.title);
    previous.disabled = place === 0;
    next.disabled = place === scenes.length - 1;
    play.hidden = !isPlayed(scene);
    failure.hidden = true;
    dialog.focus({preventScroll: true});
    tell();
    try {
      await stage.show(scene);
    } catch (error) {
      say(sentenceOf(error));
    }
    if (!alive || place !== to) return;
    requestAnimationFrame(() => requestAnimationFrame((now) => changes.push({kind: placeOf(scene.link).page, ms: now - asked}))); // once it is drawn
    timer = setTimeout(() => {
      if (scene.path) stage.play(scene);
      // The next scene is there before it is asked for; a path must not stumble over that.
      timer = setTimeout(() => scenes[place + 1] && stage.prepare(scenes[place + 1]), 1000 * (scene.path ?? []).reduce((sum, {seconds}) => sum + seconds, 0));
    }, PAUSE);
  }

  function tell() {
    const scene = scenes[place];
    const elapsed = (Date.now() - began) / 1000;
    setText(where, `${place + 1} of ${scenes.length}${skipped ? ` (${skipped} left out)` : ""}`);
    setText(clock, clockLine(elapsed, planned));
    speaker.tell({
      place: `Scene ${place + 1} of ${scenes.length}`, title: scene.title, notes: scene.notes, clock: clockLine(elapsed, planned),
      pace: paceText(elapsed, plannedMinutes(scenes, place - 1), plannedMinutes(scenes, place)), next: scenes[place + 1] ? `Next: ${scenes[place + 1].title}` : "This is the last scene.", nextNotes: scenes[place + 1]?.notes ?? "",
    });
  }

  /** @param {string} sentence what went wrong */
  function say(sentence) {
    setText(failure, sentence);
    failure.hidden = false;
  }

  function showPlaying() {
    setText(play, stage.playing() ? "❚❚" : "▶");
  }

  function setTheme() {
    dialog.dataset.theme = dark ? "dark" : "light";
    stage.setTheme(dark ? "dark" : "light");
  }

  /** A remote control turns the scenes even where a page has a use for its keys. @param {KeyboardEvent} event */
  function turned(event) {
    if (["next", "previous"].includes(actOf(event, "types") ?? "")) keyed(event);
  }

  /** Keys and mouse of a page in a frame. @param {HTMLIFrameElement} frame */
  function enterFrame(frame) {
    frame.contentWindow?.addEventListener("keydown", turned, true);
    frame.contentWindow?.addEventListener("keydown", keyed);
    frame.contentWindow?.addEventListener("pointermove", ({clientX, clientY}) => {
      const {left, top} = frame.getBoundingClientRect();
      ring.moveTo(left + clientX, top + clientY);
    });
  }

  /** @param {Node} content */
  function openOver(content) {
    over.replaceChildren(content);
    over.hidden = false;
  }

  function closeOver() {
    over.hidden = true;
  }

  function codeOf() {
    const {url, doubt} = addressOf(scenes[place].link);
    const picture = doubt && !url ? null : codePicture(url);
    return make("div", {class: "lec-card lec-code", "data-testid": "code-card"}, picture, make("p", {}, url), make("p", {class: "lec-doubt"}, picture || doubt ? doubt : "This scene's address is too long for a code that a back row can read."));
  }

  function keys() {
    return make("div", {class: "lec-card"}, make("table", {}, make("tbody", {}, ...HELP.map(([key, means]) => make("tr", {}, make("th", {scope: "row"}, key), make("td", {}, means))))));
  }

  function leftFullScreen() {
    if (full && !document.fullscreenElement) end();
  }

  function end() {
    if (!alive) return;
    alive = false;
    clearTimeout(timer);
    clearInterval(ticking);
    ring.end();
    speaker.listen(null);
    document.removeEventListener("fullscreenchange", leftFullScreen);
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    stage.destroy();
    dialog.close();
    dialog.remove();
    ended();
  }

  begin();
  return {end};
}
