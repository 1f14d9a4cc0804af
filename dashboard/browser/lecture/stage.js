// @ts-check
// What a scene shows: an explorer, which stays and takes another state, a live view of Learn, or a page of the dashboard in a frame.

import {make} from "../base/dom.js";
import {mountExplorer} from "../explore/explorer.js";
import {mountLesson} from "../learn/lesson.js";
import {lessonModels} from "../learn/models.js";
import {readBundle, unpackImages} from "../model/bundle.js";
import {parseLink} from "../state/property_table.js";
import {initialState} from "../state/state.js";
import {instantOf} from "./lecture.js";
import {showingOf} from "./library.js";
import {between, legAt} from "./path.js";
import {stillPicture} from "./still.js";
import {trainingWay} from "./training.js";

/** @typedef {import("./lecture.js").Scene} Scene */
/** @typedef {import("./library.js").Library} Library */
/** @typedef {import("./library.js").Showing} Showing */
/** @typedef {{element: HTMLElement, explorer: ReturnType<typeof mountExplorer>}} Mounted */
/** @typedef {import("../learn/lesson.js").LessonModels} LessonModels */

/** @typedef {{ready: (waited: number) => boolean, pass: (leg: number, share: number) => void, arrive: () => void}} Way what a path moves through; ready: whether it
 *   can be moved by now, after so many milliseconds; pass: at a share of the way from one stop to the next; arrive: at the last */

const MOST_VIEWS = 3;
const PATIENCE = 20_000; // milliseconds that a page in a frame may take until it has its film

/** @param {Library} library @param {{entered: (frame: HTMLIFrameElement) => void, moved: () => void, failed: (sentence: string) => void}} calls entered: a frame has its page; moved: a path began or ended; failed: a path cannot be gone */
export function createStage(library, {entered, moved, failed}) {
  const element = make("div", {class: "lec-stage"});
  /** Explorers by the models that they show. @type {Map<string, Mounted>} */
  const explorers = new Map();
  /** @type {Map<string, Promise<LessonModels>>} */
  const lessons = new Map();
  /** Pages by their links: the present one and the next. @type {Map<string, HTMLIFrameElement>} */
  const frames = new Map();
  /** Live views by their links: the present one, the next, and one that was left, as it was left. @type {Map<string, {element: HTMLElement, lesson: ReturnType<typeof mountLesson>}>} */
  const views = new Map();
  /** @type {"light"|"dark"} */
  let theme = "light";
  /** @type {Promise<Uint8Array|null>|undefined} */
  let images;
  /** @type {HTMLElement|undefined} */
  let still;
  let [turn, journey, playing] = [0, 0, false];

  /** @param {Extract<Showing, {kind: "explore"}>} showing @returns {Mounted} */
  function explorerOf({models, state}) {
    const rung = library.ladder.indexOf(models[0]);
    const key = [rung < 0 ? models[0] : "ladder", ...models.slice(1)].join();
    const known = explorers.get(key);
    if (known) return known;
    const {bundles, encoders, images} = library;
    const place = make("div", {class: "lec-view lec-away"});
    element.append(place);
    const explorer = mountExplorer(place, {bundles, encoders, images, theme, shown: [...models], ladder: rung < 0 ? [] : library.ladder, link: state, apart: true});
    const mounted = {element: place, explorer};
    explorers.set(key, mounted);
    return mounted;
  }

  /** @param {readonly number[]} models */
  function modelsOf(models) {
    const key = models.join();
    const known = lessons.get(key);
    if (known) return known;
    const {bundles, encoders} = library;
    images ??= library.images ?? unpackImages(readBundle(bundles[0])); // which has them for all
    const made = lessonModels({bundles: models.map((place) => bundles[place]), encoders: encoders && models.map((place) => encoders[place]), images});
    lessons.set(key, made);
    return made;
  }

  /** @param {string} link */
  function frameOf(link) {
    const known = frames.get(link);
    if (known) return known;
    const [address, hash] = link.split("#");
    const options = `embed=true&presented=true&embed_options=${theme}_theme`;
    const frame = make("iframe", {class: "lec-view lec-away", title: "A page of the dashboard", src: `${address}${address.includes("?") ? "&" : "?"}${options}${hash ? `#${hash}` : ""}`});
    frame.addEventListener("load", () => entered(frame));
    frames.set(link, frame);
    element.append(frame);
    return frame;
  }

  /** @param {Scene} scene @param {Extract<Showing, {kind: "learn"}>} showing */
  async function viewOf({link, title}, {step, models, kept}) {
    const ready = await modelsOf(models);
    const known = views.get(link);
    if (known) {
      views.delete(link);
      views.set(link, known); // the latest is the last to go
      return known.element;
    }
    const place = make("div", {class: "lec-view lec-lesson lec-away"});
    element.append(place);
    views.set(link, {element: place, lesson: mountLesson(place, {step, title, models: ready, kept, keep() {}, answered: true, report() {}})});
    for (const [oldest] of [...views].slice(0, -MOST_VIEWS)) drop(oldest);
    return place;
  }

  /** @param {string} link of a live view */
  function drop(link) {
    views.get(link)?.lesson.destroy();
    views.get(link)?.element.remove();
    views.delete(link);
  }

  function leave() {
    for (const one of element.children) one.classList.add("lec-away");
  }

  /** @param {Mounted} mounted @param {Extract<Showing, {kind: "explore"}>} showing */
  function showState(mounted, {models, state}) {
    if (library.ladder.includes(models[0])) mounted.explorer.update({shown: [...models]});
    mounted.explorer.show(state);
  }

  /** @param {string} link @returns {import("../explore/explorer.js").Stop} */
  function stopOf(link) {
    const showing = /** @type {Extract<Showing, {kind: "explore"}>} */ (showingOf(link, library));
    const plain = initialState(showing.models.length);
    const {z, t} = {...plain, ...parseLink(showing.state, plain).values};
    const rung = library.ladder.indexOf(showing.models[0]);
    return {z, t, rung: rung < 0 ? null : rung};
  }

  /** What the path of a scene moves through, or null for a scene without one that can be shown here. @param {Scene} scene @returns {Way|null} */
  function wayOf({link, path = []}) {
    const links = [link, ...path.map((one) => one.link)];
    const showings = links.map((one) => showingOf(one, library));
    const [first, last] = [showings[0], showings[showings.length - 1]];
    if (!path.length || typeof first === "string") return null;
    const instants = links.map(instantOf).filter((one) => one !== null);
    if (first.kind === "page" && instants.length === links.length) {
      const frame = frameOf(link);
      return trainingWay(() => /** @type {any} */ (frame.contentWindow)?.__latentFilm, instants.map(({step}) => step));
    }
    if (first.kind !== "explore" || showings.some((one) => typeof one === "string" || one.kind !== "explore")) return null;
    const [mounted, stops] = [explorerOf(first), links.map(stopOf)];
    showState(mounted, first);
    return {
      ready: () => true,
      pass: (leg, share) => mounted.explorer.pass(between(stops[leg], stops[leg + 1], share)),
      arrive: () => mounted.explorer.update({shown: [.../** @type {Extract<Showing, {kind: "explore"}>} */ (last).models]}),
    };
  }

  /** @param {boolean} now */
  function setPlaying(now) {
    playing = now;
    moved();
  }

  return {
    element,
    playing: () => playing,
    /** Shows a scene; resolves once it stands. @param {Scene} scene */
    async show(scene) {
      const {link} = scene;
      const mine = ++turn;
      journey++;
      setPlaying(false);
      const showing = showingOf(link, library);
      if (typeof showing === "string") return;
      if (showing.kind === "explore") {
        const mounted = explorerOf(showing);
        leave();
        showState(mounted, showing);
        mounted.element.classList.remove("lec-away");
      } else if (showing.kind === "learn") {
        const place = await viewOf(scene, showing);
        if (mine !== turn) return;
        leave();
        place.classList.remove("lec-away");
      } else if (showing.kind === "still") {
        leave();
        still?.remove();
        still = stillPicture(showing.still);
        element.append(still);
      } else {
        const frame = frameOf(link);
        leave();
        frame.classList.remove("lec-away");
      }
      for (const [other, frame] of frames) {
        if (other === link) continue;
        frame.remove();
        frames.delete(other);
      }
    },
    /** Makes a scene ready to be shown. @param {Scene} scene */
    prepare(scene) {
      const {link} = scene;
      const showing = showingOf(link, library);
      if (typeof showing === "string") return;
      if (showing.kind === "explore") explorerOf(showing);
      else if (showing.kind === "learn") viewOf(scene, showing).catch(() => {}); // said when it is shown
      else if (showing.kind === "page") frameOf(link);
    },
    /** Goes along the path of a scene, from its beginning. @param {Scene} scene */
    play(scene) {
      const way = wayOf(scene);
      if (!way) return;
      const mine = ++journey;
      const lengths = (scene.path ?? []).map((one) => one.seconds);
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      let [since, began] = [performance.now(), 0];
      setPlaying(true);
      const step = () => {
        if (mine !== journey || !element.isConnected) return;
        const now = performance.now();
        if (way.ready(now - since)) {
          since = now;
          began ||= now;
          const {leg, share, done} = legAt(lengths, still ? Infinity : (now - began) / 1000);
          way.pass(leg, share);
          if (done) {
            way.arrive();
            setPlaying(false);
            return;
          }
        } else if (now - since > PATIENCE) {
          failed("The film of this scene is not there, so its path cannot be played.");
          setPlaying(false);
          return;
        } else began = 0; // the page is loaded anew
        requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    },
    stop() {
      journey++;
      setPlaying(false);
    },
    /** @param {"light"|"dark"} wanted */
    setTheme(wanted) {
      theme = wanted;
      for (const {explorer} of explorers.values()) explorer.update({theme});
      for (const {lesson} of views.values()) lesson.retheme();
      for (const frame of frames.values()) if (frame.src) frame.src = frame.src.replace(/embed_options=\w+_theme/, `embed_options=${theme}_theme`);
    },
    destroy() {
      journey++;
      turn++;
      for (const link of [...views.keys()]) drop(link);
      for (const {explorer} of explorers.values()) explorer.destroy();
      for (const models of lessons.values()) models.then(({decoders}) => decoders.forEach((decoder) => decoder.terminate()), () => {});
      element.remove();
    },
  };
}
