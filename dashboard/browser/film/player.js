// @ts-check
// One or two reels that stand at the same step, so that two runs on the same images go in step: what they share, and when
// they are drawn.

import {setText} from "../base/dom.js";
import {createFrameLoop} from "./loop.js";
import {createReel} from "./reel.js";
import {createFilmTime} from "./time.js";
import {isDark, readTheme} from "../base/palette.js";
import {onceAtRest} from "../base/rest.js";
import {showsClass, toggled} from "../state/classes.js";

/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("./store.js").Reel} Reel */
/** @typedef {import("./film.js").FilmOptions} FilmOptions */
/** @typedef {ReturnType<typeof createFilm>} Film */

const BUSY = 8; // milliseconds of a frame in which work that can wait is begun
const LARGE = [0, 1150, 1500]; // pixels from which a film of so many reels is one to be read from a back row
const BREATH = 50; // milliseconds that a picture for elsewhere may keep the page waiting
const LIVE_PACE = 33; // milliseconds: gliding at half the rate of a screen leaves training its processor
const MOST_TRIES = 600;

/** @param {HTMLElement} element @param {HTMLElement} spoken @param {FilmOptions} options */
export function createFilm(element, spoken, {source, reels: described, link, report}) {
  const asked = new URLSearchParams(link);
  const motion = matchMedia("(prefers-reduced-motion: reduce)");
  const step = Number(asked.get("step") ?? NaN);
  /** @type {ReturnType<typeof createReel>[]} */
  let reels = [];
  let renderControls = () => {};
  /** @type {Theme} */
  let theme;
  let [manifold, active, shared, alive] = [asked.get("manifold") === "1", 0, true, true];
  /** @type {import("../state/classes.js").Classes} */
  let classes = null;
  /** @type {number|null} */
  let focus = null;
  /** @type {number|null} */
  let followed = null;
  let [builds, deadline, said, breathed] = [1, 0, `null ${manifold}`, 0];
  const resting = onceAtRest(tell);
  const time = createFilmTime({reels: () => reels, moved, settled, begins: Number.isFinite(step) && step >= 0 ? step : null});
  const {invalidate, touched, ...loop} = createFrameLoop((_, elapsed) => {
    time.advance(elapsed);
    const more = render(elapsed, 1);
    return time.playing() || more;
  }, () => (time.following() && reels.some((reel) => reel.store.reel().live) ? LIVE_PACE : 0));

  /** @param {number} elapsed milliseconds @param {number} decoders that may be built, lest the animation stumble @returns {boolean} whether there is more to do */
  function render(elapsed, decoders) {
    [builds, deadline] = [decoders, performance.now() + BUSY];
    const more = reels.map((reel) => reel.render(elapsed)).some(Boolean);
    renderControls();
    return more;
  }

  const large = () => element.clientWidth >= LARGE[described.length];

  function moved(passing = false) {
    for (const reel of reels) {
      reel.store.setAside(!time.following());
      if (!motion.matches && !passing) reel.glide();
      reel.store.fetchMore();
    }
    invalidate();
  }

  function settled() {
    invalidate();
    resting.begin();
  }

  function tell() {
    setText(spoken, reels.map((reel) => `${reel.store.reel().title}: step ${reel.step()?.toLocaleString("en") ?? "not yet known"}`).join("; "));
    const chosen = time.chosen() ? reels[0].step() : null;
    const told = `${chosen} ${manifold}`;
    if (told === said || time.playing()) return;
    said = told;
    report({step: chosen});
  }

  /** @template T @param {(value: T) => void} change */
  const redrawn = (change) => (/** @type {T} */ value) => {
    change(value);
    invalidate();
  };

  return {
    source, time, invalidate,
    get theme() {
      return theme;
    },
    /** The runs as they were told of last. */
    reels: () => reels.map((reel) => reel.store.reel()),
    showsManifold: () => manifold,
    toggleManifold() {
      manifold = !manifold;
      settled();
    },
    large,
    /** Whether things are to stand still but for the instants themselves. */
    still: () => motion.matches,
    focus: () => focus,
    setFocus: redrawn((/** @type {number|null} */ value) => (focus = value)),
    followed: () => followed,
    /** Two runs on other images have no image in common. @param {number} place of the reel that is asked about */
    follows: (place) => (shared || place === active ? followed : null),
    follow: redrawn((/** @type {number|null} */ index) => (followed = index)),
    active: () => active,
    activate: redrawn((/** @type {number} */ place) => (active = place)),
    classes: () => classes,
    classNames: () => reels[0]?.classes() ?? [],
    splits: () => reels[0]?.splits() ?? "",
    showsClass: (/** @type {number} */ label) => showsClass({classes}, label),
    toggleClass: redrawn((/** @type {number} */ label) => (classes = toggled(classes, label, reels[0]?.classes().length))),
    showOnly: redrawn((/** @type {number[]} */ labels) => (classes = labels)),
    /** What went wrong, in a sentence, or nothing. */
    trouble: () => reels.map((reel) => reel.trouble()).find((one) => one) ?? "",
    mayBuild: () => builds-- > 0,
    /** When work that can wait for the next frame is to end. */
    busyUntil: () => deadline,
    touched,
    /** New instants may lie nearer to what is on show than those it was made from. */
    arrived() {
      moved();
      if (time.chosen()) resting.begin();
    },
    castCame() {
      const labels = reels.map((reel) => reel.labels());
      shared = labels.every((one) => one && String(one) === String(labels[0]));
      theme = readTheme(element, reels[0]?.paper()); // now it is known on which ground the images are shown
    },
    /** Lend the film to someone who makes pictures of it; what is returned gives it back. */
    borrow() {
      const {stand, giveBack} = time.borrow();
      element.inert = true;
      loop.rest(true);
      return {
        /** Wait until every instant was fetched. @param {(here: number, of: number) => void} say */
        async allHere(say) {
          while (alive && time.loaded().length < time.known().length && !reels.some((reel) => reel.store.trouble())) {
            say(time.loaded().length, time.known().length);
            await nextFrame();
          }
        },
        /** What is shown at a share of the film. @param {number} share */
        async picturesAt(share) {
          stand(share);
          for (let tries = 0; tries < MOST_TRIES && render(Infinity, reels.length); tries++) await nextFrame();
          if (performance.now() - breathed > BREATH) await nextFrame();
          breathed = performance.now();
          return reels.map((reel) => reel.picture()).filter((one) => one !== null);
        },
        giveBack() {
          element.inert = false;
          loop.rest(false);
          giveBack();
        },
      };
    },
    open() {
      reels = described.map((reel, place) => createReel(this, place, reel));
      return reels;
    },
    /** @param {() => void} renderBelow the reels */
    ready(renderBelow) {
      renderControls = renderBelow;
      this.resized();
    },
    resized() {
      element.classList.toggle("lf-large", large());
      for (const reel of reels) reel.resize();
      invalidate();
    },
    retheme() {
      delete element.dataset.theme;
      const hosted = getComputedStyle(element).getPropertyValue("--st-background-color").trim();
      const dark = hosted ? isDark(hosted) : matchMedia("(prefers-color-scheme: dark)").matches;
      element.dataset.theme = dark ? "dark" : "light";
      theme = readTheme(element, reels[0]?.paper());
    },
    /** @param {Reel[]} next the same runs, later */
    update(next) {
      if (next.some((reel, i) => reel.live && !reels[i].store.reel().live)) time.trainingBegan();
      next.forEach((reel, i) => reels[i].update(reel));
      moved();
    },
    link: () => String(new URLSearchParams({...(time.chosen() ? {step: String(reels[0].step() ?? 0)} : {}), ...(manifold ? {manifold: "1"} : {})})),
    stats: () => ({...loop.stats(), steps: reels.map((reel) => reel.step())}),
    clearStats: loop.clear,
    state: () => ({
      place: time.place(), end: time.end(), steps: reels.map((reel) => reel.step()), instants: time.known(),
      loaded: reels.map((reel) => reel.store.list().map((one) => one.step)), following: time.following(), playing: time.playing(),
      looping: time.looping(), speed: time.speed(), manifold, followed, z: reels.map((reel) => reel.z()), ranges: reels.map((reel) => reel.range()),
    }),
    close() {
      alive = false;
      loop.end();
      resting.end();
      for (const reel of reels) reel.close();
    },
  };
}

function nextFrame() {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}
