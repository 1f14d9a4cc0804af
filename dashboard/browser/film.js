// @ts-check
// The film of one or two runs: what instant is on show, how it moves, and who draws what when. All reels stand at the same
// step, so that two runs on the same images go in step.

import {neighbourStep, mergedSteps, bracketOf, placeOf} from "./film_clock.js";
import {createFilmControls} from "./film_controls.js";
import {createReel} from "./film_reel.js";
import {createTakeaways} from "./film_takeaways.js";
import {make, setText} from "./dom.js";
import {isDark, readTheme} from "./palette.js";
import {ALL_CLASSES} from "./state.js";
import {clearStats, readStats, recordFrame, recordInput} from "./stats.js";

/** @typedef {import("./palette.js").Theme} Theme */
/** @typedef {import("./film_store.js").Reel} Reel */
/** @typedef {ReturnType<typeof createFilm>} Film */
/** @typedef {{source: import("./film_source.js").FilmSource, reels: Reel[], link: string, report: (report: {step: number|null}) => void, pageUrl?: string, note?: string}} FilmOptions
 *   pageUrl: where the whole film is to be had as one file; note: said under the film */

const PACE = 0.7; // of the axis of time in a second
const LINGER = 900; // milliseconds at the end of a loop
const REPORT_PAUSE = 250;
const BUSY = 8; // milliseconds of a frame in which work that can wait is begun
const LARGE = 1500;

/** @param {HTMLElement} root @param {FilmOptions} options */
export function mountFilm(root, options) {
  const notice = make("p", {class: "lx-notice", role: "alert", hidden: true});
  const spoken = make("p", {class: "lx-hidden", "aria-live": "polite", "data-testid": "film-spoken"});
  const stage = make("div", {class: "lf-stage"});
  const element = make("div", {class: "lx lf", "data-testid": "film", "data-reels": options.reels.length}, stage);
  root.append(element);
  const film = createFilm(element, spoken, options);
  film.retheme();
  const reels = film.open();
  const takeaways = createTakeaways(options);
  const controls = createFilmControls(film, takeaways.elements);
  stage.append(...reels.map((reel) => reel.element));
  element.append(controls.element, takeaways.progress, make("p", {class: "lx-hint lf-note", hidden: !options.note}, options.note ?? ""), notice, spoken);
  film.ready(controls.render);
  element.addEventListener("keydown", (event) => {
    const target = event.composedPath()[0];
    if (event.ctrlKey || event.metaKey || event.altKey || target instanceof HTMLSelectElement) return;
    if (event.key === " " && !(target instanceof HTMLButtonElement) && !(target instanceof HTMLElement && target.tagName === "SUMMARY")) film.togglePlay();
    else if (event.key === "," || event.key === ".") film.go(event.key === "." ? 1 : -1);
    else return;
    event.preventDefault();
  });
  element.addEventListener("pointerdown", (event) => {
    for (const menu of element.querySelectorAll("details[open]")) if (!event.composedPath().includes(menu)) menu.removeAttribute("open");
  });
  const observer = new ResizeObserver(film.resized);
  observer.observe(element);
  Object.assign(globalThis, {__latentFilm: {stats: film.stats, clearStats: film.clearStats, state: film.state}});

  return {
    update: film.update,
    retheme() {
      film.retheme();
      film.resized();
    },
    link: film.link,
    destroy() {
      observer.disconnect();
      film.close();
      element.remove();
    },
  };
}

/** @param {HTMLElement} element @param {HTMLElement} spoken @param {FilmOptions} options */
function createFilm(element, spoken, {source, reels: described, link, report}) {
  const asked = new URLSearchParams(link);
  const motion = matchMedia("(prefers-reduced-motion: reduce)");
  const askedStep = Number(asked.get("step") ?? NaN);
  /** @type {ReturnType<typeof createReel>[]} */
  let reels = [];
  let renderControls = () => {};
  /** @type {Theme} */
  let theme;
  let place = Number.isFinite(askedStep) ? placeOf(askedStep) : Infinity;
  let [playing, looping, manifold, speed] = [false, false, asked.get("manifold") === "1", 1];
  let following = place === Infinity && described.some((reel) => reel.live);
  let [classes, active] = [ALL_CLASSES, 0];
  /** @type {number|null} */
  let focus = null;
  /** @type {number|null} */
  let followed = null;
  let [frame, timer, alive, builds, deadline, before, lingered, touched] = [0, 0, true, 1, 0, 0, 0, false];
  let [frames, longestGap, moving, said] = [0, 0, false, "null"];
  let shared = true;

  const known = () => mergedSteps(reels.map((reel) => reel.store.steps()));
  const loaded = () => mergedSteps(reels.map((reel) => reel.store.list().map((one) => one.step)));
  const end = () => placeOf(known().at(-1) ?? 0);
  const anyLive = () => reels.some((reel) => reel.store.reel().live);

  /** Where the film stands: at the newest instant that is here while it follows training. */
  function standing() {
    if (!following) return Math.min(place, end());
    return placeOf(Math.max(0, ...reels.filter((reel) => reel.store.reel().live || !anyLive()).map((reel) => reel.store.list().at(-1)?.step ?? 0)));
  }

  function invalidate() {
    if (!frame && alive) frame = requestAnimationFrame(draw);
  }

  /** @param {number} now */
  function draw(now) {
    frame = 0;
    const began = performance.now();
    const elapsed = before ? now - before : 0;
    if (moving && before) longestGap = Math.max(longestGap, elapsed);
    before = now;
    [builds, deadline] = [1, began + BUSY];
    if (playing) advance(elapsed);
    const more = reels.map((reel) => reel.render(performance.now(), elapsed)).some(Boolean);
    renderControls();
    frames++;
    recordFrame(began);
    moving = playing || more;
    if (moving) invalidate();
    else before = 0;
  }

  /** @param {number} elapsed milliseconds */
  function advance(elapsed) {
    const last = end();
    place = Math.min(last, standing() + elapsed / 1000 * PACE * speed);
    if (place < last) lingered = 0;
    else if (looping) {
      lingered += elapsed;
      if (lingered > LINGER) [place, lingered] = [0, 0];
    } else if (anyLive()) goLive();
    else {
      playing = false;
      settled();
    }
  }

  /** Stand elsewhere, and let the points glide there. @param {number} next */
  function jumpTo(next) {
    [place, following, touched] = [next, false, true];
    glideAll();
  }

  function glideAll() {
    for (const reel of reels) {
      reel.store.setAside(!following);
      if (!motion.matches) reel.glide();
      reel.store.fetchMore();
    }
    invalidate();
  }

  function goLive() {
    [playing, following, touched] = [false, true, true];
    glideAll();
    settled();
  }

  /** Someone let go: stand exactly at an instant, and say which. */
  function settle() {
    const steps = loaded();
    if (!following && !playing && steps.length) jumpTo(placeOf(steps[bracketOf(steps, standing()).nearest]));
    settled();
  }

  function settled() {
    invalidate();
    clearTimeout(timer);
    if (alive) timer = setTimeout(tell, REPORT_PAUSE);
  }

  function tell() {
    const step = following || !touched ? null : reels[0].step();
    setText(spoken, describe());
    const text = JSON.stringify(step);
    if (text === said || playing) return;
    said = text;
    report({step});
  }

  function describe() {
    return reels.map((reel) => `${reel.store.reel().title}: step ${reel.step() ?? "not yet known"}`).join("; ");
  }

  function nearestStep() {
    const steps = loaded();
    return steps.length ? steps[bracketOf(steps, standing()).nearest] : null;
  }

  const film = {
    source, place: standing, end, anyLive, invalidate, settle, goLive, nearestStep, describe,
    steps: known,
    get theme() {
      return theme;
    },
    following: () => following && anyLive(),
    playing: () => playing,
    looping: () => looping,
    showsManifold: () => manifold,
    large: () => element.clientWidth >= LARGE,
    /** Whether things are to stand still but for the instants themselves. */
    still: () => motion.matches,
    focus: () => focus,
    followed: () => (shared || active === 0 ? followed : null),
    active: () => active,
    classes: () => classes,
    classNames: () => reels[0]?.classes() ?? [],
    showsClass: (/** @type {number} */ label) => (classes >> label & 1) === 1,
    /** One decoder a frame, lest the animation stumble. */
    mayBuild: () => builds-- > 0,
    /** When work that can wait for the next frame is to end. */
    busyUntil: () => deadline,
    touched: recordInput,
    /** @param {number} to */
    scrub(to) {
      playing = false;
      jumpTo(to);
    },
    /** Go so many instants on, or back. @param {number} by */
    go(by) {
      const steps = known();
      if (!steps.length) return;
      playing = false;
      let to = Math.abs(by) === Infinity ? (by > 0 ? Infinity : -Infinity) : standing();
      if (Math.abs(by) === Infinity) to = placeOf(by > 0 ? steps[steps.length - 1] : steps[0]);
      else for (let i = 0; i < Math.abs(by); i++) to = placeOf(neighbourStep(steps, to, Math.sign(by)));
      jumpTo(to);
      settled();
    },
    togglePlay() {
      playing = !playing;
      if (playing && standing() >= end() - 1e-6) place = 0;
      else if (playing) place = standing();
      [lingered, touched] = [0, true];
      if (playing) [following] = [false];
      glideAll();
      if (!playing) settle();
    },
    toggleLoop() {
      looping = !looping;
      invalidate();
    },
    toggleManifold() {
      manifold = !manifold;
      invalidate();
    },
    /** @param {number} value */
    setSpeed: (value) => (speed = value),
    /** @param {number|null} value */
    setFocus(value) {
      focus = value;
      invalidate();
    },
    /** @param {number} label */
    toggleClass(label) {
      const bit = 1 << label;
      classes = classes === ALL_CLASSES ? bit : (classes ^ bit) || ALL_CLASSES;
      invalidate();
    },
    /** @param {number|null} index */
    follow(index) {
      followed = index;
      invalidate();
    },
    /** @param {number} value */
    activate(value) {
      active = value;
      invalidate();
    },
    /** New instants may lie nearer to what is on show than those it was made from. */
    arrived() {
      glideAll();
    },
    castCame() {
      const labels = reels.map((reel) => reel.labels());
      shared = labels.every((one) => one && String(one) === String(labels[0]));
    },
    pictures: () => reels.map((reel) => reel.picture()),
    /** Draw what stands at a place, at once. @param {number} at */
    stand(at) {
      [place, following, playing] = [at, false, false];
      for (const reel of reels) builds = 2;
      const rest = reels.map((reel) => {
        builds = 2;
        return reel.render(Infinity, Infinity);
      });
      renderControls();
      return rest.some(Boolean);
    },
    open() {
      reels = described.map((reel, i) => createReel(film, i, reel));
      return reels;
    },
    /** @param {() => void} render of the controls */
    ready(render) {
      renderControls = render;
      film.resized();
    },
    resized() {
      element.classList.toggle("lf-large", film.large());
      for (const reel of reels) reel.resize();
      invalidate();
    },
    retheme() {
      delete element.dataset.theme;
      const hosted = getComputedStyle(element).getPropertyValue("--st-background-color").trim();
      const dark = hosted ? isDark(hosted) : matchMedia("(prefers-color-scheme: dark)").matches;
      element.dataset.theme = dark ? "dark" : "light";
      theme = readTheme(element);
    },
    /** @param {Reel[]} next the same runs, later */
    update(next) {
      const begins = next.some((reel, i) => reel.live && !reels[i].store.reel().live);
      if (begins && !touched) following = true;
      if (!begins && following && !next.some((reel) => reel.live)) place = Infinity;
      next.forEach((reel, i) => reels[i].update(reel));
      glideAll();
    },
    link: () => String(new URLSearchParams({...(touched && !following ? {step: String(reels[0].step() ?? 0)} : {}), ...(manifold ? {manifold: "1"} : {})})),
    stats: () => ({...readStats(), frames, longestGap, steps: reels.map((reel) => reel.step())}),
    clearStats() {
      clearStats();
      [frames, longestGap, before] = [0, 0, 0];
    },
    state: () => ({place: standing(), end: end(), steps: reels.map((reel) => reel.step()), instants: known(), loaded: reels.map((reel) => reel.store.list().map((one) => one.step)), following: following && anyLive(), playing, looping, manifold, speed, followed}),
    close() {
      alive = false;
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      for (const reel of reels) reel.close();
    },
  };
  return film;
}
