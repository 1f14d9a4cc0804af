// @ts-check
// One run on the page: its map, the digit its decoder makes, and its numbers, at the instant the film stands at.

import {sentenceOf} from "../base/errors.js";
import {blendCodes, bracketOf, placeOf} from "./clock.js";
import {createDecoder, createManifoldMaker} from "./decoder.js";
import {momentOf, readCast} from "./frame.js";
import {createGlide, leftAfter} from "./glide.js";
import {createFilmMap} from "./map.js";
import {firstRange, rangeTowards, widened} from "./range.js";
import {createReelCard} from "./card.js";
import {createReelStore} from "./store.js";
import {make, setText} from "../base/dom.js";
import {tileRange} from "../map/backdrop.js";
import {areMany, markOf} from "../words/classes.js";
import {imageName, ofFirst, sampleText, splitsKey} from "../words/splits.js";

/** @typedef {import("./player.js").Film} Film */
/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("./frame.js").Cast} Cast */
/** @typedef {import("./store.js").Reel} Reel */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {ReturnType<typeof createReel>} ReelView */

const TRAIL = 400; // instants at most that a trail is drawn through

/** @param {Film} film @param {number} place @param {Reel} first */
export function createReel(film, place, first) {
  const store = createReelStore({source: film.source, reel: first, place: film.time.place, changed: arrived});
  const [decoder, maker, gliding] = [createDecoder(), createManifoldMaker(), createGlide()];
  const card = createReelCard(film, place);
  const heading = make("h2", {}, first.title);
  const kind = make("span", {class: "lf-kind"});
  const map = createFilmMap({place, title: () => store.reel().title, large: film.large, calls: {
    touched: film.touched,
    point(z) {
      [cursor, pointing] = [z, true];
      film.activate(place);
    },
    leave() {
      pointing = false;
      film.invalidate();
    },
    press(z, reach) {
      [cursor, pointing] = [z, true];
      const index = imageNear(z, reach);
      film.follow(index === film.followed() ? null : index);
    },
    choose: () => film.follow(imageNear(cursor, Infinity)),
    cursor: () => shownZ(),
  }});
  const element = make("section", {class: "lf-reel", "aria-label": first.title},
    make("div", {class: "lf-head"}, heading, kind), map.element, card.element);
  /** @type {Cast|null} */
  let cast = null;
  /** @type {Uint8Array|null} */
  let images = null;
  let [failed, pointing, version] = ["", false, 0];
  let [range, shownRange] = [firstRange(first.kind), firstRange(first.kind)];
  let cursor = /** @type {Latent} */ ([0.6, 0.4]);
  /** @type {Float32Array[]} */
  let [target, shown] = [new Float32Array(), new Float32Array()];
  /** @type {Frame|null} the instant on show */
  let frame = null;
  /** @type {Frame|null} that the decoder is of */
  let decoding = null;
  /** @type {unknown[]} */
  let targetKey = [];

  loadCast();

  async function loadCast() {
    try {
      cast = readCast(await film.source.cast(first.run));
      film.castCame();
      images = await cast.images;
    } catch (error) {
      failed = sentenceOf(error);
    }
    film.invalidate();
  }

  /** @param {Frame|null} came */
  function arrived(came) {
    if (came) range = widened(range, came.kind, came.codes);
    film.arrived();
  }

  /** The image whose point is nearest to a place, if it lies within reach. @param {Latent} z @param {number} reach */
  function imageNear(z, reach) {
    let [best, least] = [-1, reach];
    for (let i = 0; i < shown.length / 2; i++) {
      const away = Math.hypot(shown[2 * i] - z[0], shown[2 * i + 1] - z[1]);
      if (cast && film.showsClass(cast.labels[i]) && away <= least) [best, least] = [i, away];
    }
    return best < 0 ? null : best;
  }

  /** @param {number} index @returns {Latent} */
  const codeOf = (index) => [shown[2 * index], shown[2 * index + 1]];

  /** The image that is followed, if this reel shows it. */
  function followedHere() {
    const index = film.follows(place);
    return index !== null && 2 * index < shown.length ? index : null;
  }

  /** What is decoded: the place pointed at, else the code of the image that is followed, else the place pointed at last. @returns {Latent} */
  function shownZ() {
    const index = followedHere();
    return pointing || index === null ? cursor : codeOf(index);
  }

  /** Bring the codes to where they belong now. @param {number} elapsed milliseconds @returns {boolean} whether they are still on their way */
  function moveCodes(elapsed) {
    const frames = store.list();
    const {before, after, share, nearest} = bracketOf(frames.map((one) => one.step), film.time.place());
    frame = frames[nearest];
    const smooth = !film.still();
    const key = smooth ? [frames[before], frames[after], share] : [frame];
    const moved = key.some((part, i) => part !== targetKey[i]);
    if (moved) {
      targetKey = key;
      if (target.length !== frame.codes.length) {
        target = shown = new Float32Array(frame.codes.length);
        gliding.end();
      }
      if (smooth && frames[before].codes.length === frames[after].codes.length) blendCodes(frames[before].codes, frames[after].codes, share, target);
      else target.set(frame.codes);
      version++;
    }
    if (!smooth) gliding.end();
    const now = gliding.move(target, elapsed);
    if (now !== target || shown !== now) version++;
    shown = now;
    return shown !== target;
  }

  /** @param {number} elapsed milliseconds */
  function moveRange(elapsed) {
    const left = film.still() ? 0 : leftAfter(elapsed);
    const span = Math.max(range.high[0] - range.low[0], range.high[1] - range.low[1]);
    const off = Math.max(...[0, 1].flatMap((axis) => [range.low[axis] - shownRange.low[axis], range.high[axis] - shownRange.high[axis]].map(Math.abs)));
    shownRange = rangeTowards(shownRange, range, off < span / 500 ? 1 : 1 - left);
    return shownRange !== range;
  }

  /** @returns {boolean} whether the decoder of the instant on show is still to come */
  function takeDecoder() {
    if (!frame || decoding === frame) return false;
    const bytes = store.bytesOf(frame);
    if (!bytes || !film.mayBuild()) return true;
    decoder.use(bytes);
    decoding = frame;
    return false;
  }

  /** @returns {boolean} whether there is work left */
  function makeManifold() {
    if (!film.showsManifold() || !frame) {
      maker.forget();
      return false;
    }
    const now = frame;
    const more = maker.ask({frame: now, size: film.large() ? 20 : 15, square: tileRange(/** @type {any} */ (range)), theme: film.theme}, () => (film.mayBuild() ? store.bytesOf(now) : null));
    if (more) maker.work(film.busyUntil());
    return more;
  }

  function waiting() {
    const reel = store.reel();
    if (failed || store.trouble()) return store.list().length && cast ? "" : "There is no picture.";
    if (!store.list().length) return reel.live || !reel.steps.length ? "The first picture comes when training has begun." : "The first picture is on its way …";
    return cast ? "" : "The images are on their way …";
  }

  /** The numbers of an instant: while the film follows training those that stand beside it on the page, which come by another way.
   * @param {Frame} now @returns {import("./frame.js").Moment} */
  function told(now) {
    return momentOf(now, film.time.following() ? store.reel().moment : null);
  }

  /** The way of the followed image through the instants up to the one on show. @param {number} index @returns {Latent[]} */
  function trailOf(index) {
    const past = store.list().filter((one) => frame && one.step <= frame.step && 2 * index < one.codes.length).slice(-TRAIL);
    return [...past.map((one) => /** @type {Latent} */ ([one.codes[2 * index], one.codes[2 * index + 1]])), codeOf(index)];
  }

  return {
    element, store, resize: map.resize,
    labels: () => cast?.labels ?? null,
    classes: () => cast?.classes ?? [],
    paper: () => cast?.paper ?? null,
    /** What the legend says of the images shown. */
    splits: () => (cast ? splitsKey(shownSplits(cast), cast.of, "", !areMany(cast.classes)) : ""),
    trouble: () => failed || store.trouble(),
    z: () => shownZ(),
    range: () => shownRange,
    /** The step on show. */
    step: () => frame?.step ?? null,
    /** Go gently from what is shown to what will be. */
    glide() {
      if (!target.length || !store.list().length) return;
      const before = Float32Array.from(shown);
      moveCodes(Infinity);
      gliding.begin(before, target, 1e-3 * (range.high[0] - range.low[0]));
    },
    /** @param {Reel} next */
    update(next) {
      store.update(next);
      setText(heading, next.title);
      element.setAttribute("aria-label", next.title);
    },
    /** @param {number} elapsed milliseconds since the last frame @returns {boolean} whether another frame is needed */
    render(elapsed) {
      const text = waiting();
      element.toggleAttribute("data-empty", !(store.list().length && cast));
      map.say(text);
      if (!store.list().length || !cast) {
        map.wipe();
        return false;
      }
      const moving = moveCodes(elapsed);
      const growing = moveRange(elapsed);
      const late = takeDecoder();
      const decodingMore = makeManifold();
      const index = followedHere();
      const z = shownZ();
      const followed = index === null || !frame ? null : {index, label: cast.labels[index], mark: markOf(cast.classes, cast.labels[index]), code: codeOf(index), trail: trailOf(index),
        std: frame.std ? /** @type {Latent} */ ([frame.std[2 * index], frame.std[2 * index + 1]]) : null};
      map.render({scene: scene(), version, range: shownRange, cursor: z, held: !pointing, active: film.active() === place, followed}, film.theme);
      setText(kind, kindOf(/** @type {Frame} */ (frame)));
      card.render({frame: /** @type {Frame} */ (frame), moment: told(/** @type {Frame} */ (frame)), decoding, z, decode: decoder.decode, last: frame === store.list().at(-1), live: store.reel().live,
        followed: index === null || !images ? null : {index, title: imageName(cast.splits, index), name: cast.classes[cast.labels[index]], pixels: images.subarray(index * cast.side ** 2, (index + 1) * cast.side ** 2)}});
      return moving || growing || late || decodingMore;
    },
    /** What is shown, to be painted elsewhere. */
    picture: () => (frame && cast ? {title: store.reel().title, kind: kindOf(frame), sample: sampleText(shownSplits(cast), cast.of), frame, scene: scene(), splits: ofFirst(cast.splits, shown.length / 2), names: cast.classes, range, z: shownZ(), digit: decoder.decode(shownZ()),
      turns: store.reel().turns ?? [], last: store.steps().at(-1) ?? frame.step} : null),
    close: store.close,
  };

  /** @param {import("./frame.js").Cast} cast */
  function shownSplits(cast) {
    return ofFirst(cast.splits, shown.length / 2);
  }

  /** @returns {import("./scene.js").Scene} */
  function scene() {
    return {kind: frame?.kind ?? "vae", codes: shown, labels: (cast?.labels ?? new Uint8Array()).subarray(0, shown.length / 2),
      splits: cast?.splits ?? {}, names: cast?.classes ?? [], decoded: film.showsManifold() ? maker.decoded() : null, classes: film.classes(), focus: film.focus()};
  }
}

/** @param {Frame} frame */
function kindOf({kind, beta, noise}) {
  const given = noise === null ? "" : `, σ = ${Number(noise.toPrecision(6))}`; // of single precision
  return (kind === "vae" ? `VAE, β = ${beta}` : "plain autoencoder") + given;
}
