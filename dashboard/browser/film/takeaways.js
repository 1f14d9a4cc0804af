// @ts-check
// What a visitor can take away of a film: a GIF, a video, or one HTML file that holds all of it.

import {PlainError, sentenceOf} from "../base/errors.js";
import {actionButton, make, setText, setUnable, save} from "../base/dom.js";
import {createFilmPainter} from "./picture.js";
import {GIF_END, gifFrame, gifStart} from "../base/gif.js";
import {createMapper, NO_COLOUR, paletteOf} from "../base/quantise.js";
import {fileName} from "../words/files.js";
import {megabytes} from "../words/numbers.js";

/** @typedef {import("./player.js").Film} Film */
/** @typedef {(share: number) => Promise<import("./picture.js").ReelPicture[]>} PicturesAt */
/** @typedef {ReturnType<typeof createFilmPainter>} Painter */

const SECONDS = 8;
const GIF_DELAY = 8; // hundredths of a second
const GIF_LAST = 150;
const HOLD = 1200; // milliseconds at the end of a video
const VIDEO_RATE = 30;
const KINDS = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm"];

/** @param {Film} film @param {import("./film.js").FilmOptions} options */
export function createTakeaways(film, {pageUrl, reels}) {
  const progress = make("p", {class: "lx-hint lf-progress", role: "status", "data-testid": "film-progress", hidden: true});
  const kind = videoKind();
  const gif = actionButton("As GIF", () => produce("GIF", makeGif, "gif"), {"data-testid": "film-export-gif"});
  const video = actionButton("As WebM video", () => produce("video", makeVideo, "webm"), {"data-testid": "film-export-webm"});
  setUnable(video, kind ? "" : "This browser records no WebM video.");
  const page = pageUrl ? make("a", {class: "lx-button", href: pageUrl, download: "", "data-testid": "film-export-html", title: "All of it in one file that needs neither server nor network"}, "As one HTML file") : null;
  const name = `film-${reels.map((reel) => fileName(reel.title)).join("-and-")}`;

  /** @param {string} what @param {(painter: Painter, picturesAt: PicturesAt, say: (share: number) => void) => Promise<Blob>} work
   * @param {string} ending of the file */
  async function produce(what, work, ending) {
    const lent = film.borrow();
    const say = (/** @type {number} */ share) => setText(progress, `Making the ${what} … ${Math.round(share * 100)} %`);
    gif.closest("details")?.removeAttribute("open");
    progress.hidden = false;
    say(0);
    try {
      await lent.allHere((here, of) => setText(progress, `Fetching the instants … ${here} of ${of}`));
      const painter = createFilmPainter(await lent.picturesAt(0), film.theme);
      const made = await work(painter, lent.picturesAt, say);
      save(made, made.type, `${name}.${ending}`);
      const {width, height} = painter.context.canvas;
      setText(progress, `${name}.${ending}: ${width} × ${height} pixels, ${megabytes(made.size)}.`);
    } catch (error) {
      setText(progress, `The ${what} could not be made. ${sentenceOf(error)}`);
    } finally {
      lent.giveBack();
    }
  }

  /** @param {Painter} painter @param {PicturesAt} picturesAt @param {(share: number) => void} say */
  async function makeGif({context, paint}, picturesAt, say) {
    const {width, height} = context.canvas;
    const pixelsAt = async (/** @type {number} */ share) => {
      paint(await picturesAt(share));
      return new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
    };
    const samples = [];
    for (const share of [0, 0.5, 0.75, 1]) samples.push(await pixelsAt(share));
    const palette = paletteOf(samples);
    const toIndices = createMapper(palette);
    const parts = [gifStart(width, height, palette)];
    const count = Math.round(SECONDS * 100 / GIF_DELAY);
    let before = new Uint8Array(width * height).fill(NO_COLOUR);
    for (let i = 0; i <= count; i++) {
      const now = toIndices(await pixelsAt(i / count));
      // What did not change is left out, which halves the file.
      parts.push(gifFrame(width, height, now.map((index, at) => (index === before[at] ? NO_COLOUR : index)), i < count ? GIF_DELAY : GIF_LAST, NO_COLOUR));
      before = now;
      say(i / count);
    }
    return new Blob([...parts, GIF_END], {type: "image/gif"});
  }

  /** Recorded as it is played, so it takes as long as it lasts. @param {Painter} painter @param {PicturesAt} picturesAt @param {(share: number) => void} say */
  async function makeVideo({context, paint}, picturesAt, say) {
    paint(await picturesAt(0));
    const recorder = new MediaRecorder(context.canvas.captureStream(VIDEO_RATE), {mimeType: kind, videoBitsPerSecond: 8e6});
    /** @type {Blob[]} */
    const parts = [];
    recorder.ondataavailable = (event) => parts.push(event.data);
    const ended = new Promise((resolve, reject) => {
      recorder.onstop = resolve;
      recorder.onerror = () => reject(new PlainError("The recording broke off."));
    });
    recorder.start();
    const began = performance.now();
    for (let gone = 0; gone < SECONDS * 1000 + HOLD; gone = performance.now() - began) {
      const share = Math.min(1, gone / 1000 / SECONDS);
      paint(await picturesAt(share));
      say(share);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    recorder.stop();
    await ended;
    return new Blob(parts, {type: "video/webm"});
  }

  return {elements: page ? [gif, video, page] : [gif, video], progress};
}

/** The kind of video that this browser records, or nothing. */
function videoKind() {
  if (typeof MediaRecorder === "undefined" || !HTMLCanvasElement.prototype.captureStream) return "";
  return KINDS.find((one) => MediaRecorder.isTypeSupported(one)) ?? "";
}
