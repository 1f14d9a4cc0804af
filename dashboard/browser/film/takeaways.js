// @ts-check
// What a visitor can take away of a film: a GIF, a video, or one HTML file that holds all of it.

import {PlainError, sentenceOf} from "../base/errors.js";
import {actionButton, make, setText, save} from "../base/dom.js";
import {createFilmCanvas, paintFilm} from "./picture.js";
import {GIF_END, gifFrame, gifStart} from "../base/gif.js";
import {createMapper, NO_COLOUR, paletteOf} from "../base/quantise.js";
import {fileName} from "../words/files.js";

/** @typedef {import("./player.js").Film} Film */
/** @typedef {(share: number) => Promise<import("./picture.js").ReelPicture[]>} PicturesAt */

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
  const gif = actionButton("As GIF", () => produce("GIF", makeGif), {"data-testid": "film-export-gif"});
  const video = actionButton("As WebM video", () => produce("video", makeVideo), {"data-testid": "film-export-webm", disabled: !kind, title: kind ? null : "This browser records no WebM video."});
  const page = pageUrl ? make("a", {class: "lx-button", href: pageUrl, download: "", "data-testid": "film-export-html", title: "All of it in one file that needs neither server nor network"}, "As one HTML file") : null;
  const name = `film-${reels.map((reel) => fileName(reel.title)).join("-and-")}`;

  /** @param {string} what @param {(context: CanvasRenderingContext2D, picturesAt: PicturesAt, say: (share: number) => void) => Promise<void>} work */
  async function produce(what, work) {
    const lent = film.borrow();
    const say = (/** @type {number} */ share) => setText(progress, `Making the ${what} … ${Math.round(share * 100)} %`);
    gif.closest("details")?.removeAttribute("open");
    progress.hidden = false;
    say(0);
    try {
      await lent.allHere((here, of) => setText(progress, `Fetching the instants … ${here} of ${of}`));
      await work(createFilmCanvas(reels.length), lent.picturesAt, say);
      progress.hidden = true;
    } catch (error) {
      setText(progress, `The ${what} could not be made. ${sentenceOf(error)}`);
    } finally {
      lent.giveBack();
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {PicturesAt} picturesAt @param {(share: number) => void} say */
  async function makeGif(context, picturesAt, say) {
    const {width, height} = context.canvas;
    const pixelsAt = async (/** @type {number} */ share) => {
      paintFilm(context, await picturesAt(share), film.theme);
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
    save(new Blob([...parts, GIF_END]), "image/gif", `${name}.gif`);
  }

  /** Recorded as it is played, so it takes as long as it lasts. @param {CanvasRenderingContext2D} context @param {PicturesAt} picturesAt @param {(share: number) => void} say */
  async function makeVideo(context, picturesAt, say) {
    paintFilm(context, await picturesAt(0), film.theme);
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
      paintFilm(context, await picturesAt(share), film.theme);
      say(share);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    recorder.stop();
    await ended;
    save(new Blob(parts), "video/webm", `${name}.webm`);
  }

  return {elements: page ? [gif, video, page] : [gif, video], progress};
}

/** The kind of video that this browser records, or nothing. */
function videoKind() {
  if (typeof MediaRecorder === "undefined" || !HTMLCanvasElement.prototype.captureStream) return "";
  return KINDS.find((one) => MediaRecorder.isTypeSupported(one)) ?? "";
}
