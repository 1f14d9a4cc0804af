// @ts-check
// The decoder of the instant on show, and the manifold it decodes. Never of weights between two instants: those were never
// trained. Networks of one reel are alike, so each takes the place of the one before in the same memory.

import {decoderOf} from "./frame.js";
import {manifoldAxis, manifoldEdges} from "../base/geometry.js";
import {manifoldPicture} from "../map/backdrop.js";
import {recordDecode} from "../base/stats.js";

/** @typedef {import("./frame.js").Frame} Frame */
/** @typedef {import("../model/networks.js").Network} Network */
/** @typedef {import("../base/palette.js").Theme} Theme */
/** @typedef {import("../state/state.js").Latent} Latent */
/** @typedef {import("../map/backdrop.js").Manifold} Manifold */
/** @typedef {{manifold: Manifold, picture: HTMLCanvasElement, frame: Frame}} Decoded */
/** @typedef {{frame: Frame, size: number, square: [Latent, Latent], theme: Theme}} Asked tiles along a side of the square between two corners */

const PART = 16; // tiles between looks at the clock

/** Decodes one point at a time, with the newest decoder that was given to it. */
export function createDecoder() {
  /** @type {Network|null} */
  let network = null;
  let pixels = new Float32Array();
  return {
    /** @param {Uint8Array} bytes of a frame */
    use(bytes) {
      network = decoderOf(bytes, network);
      if (pixels.length !== network.pixels) pixels = new Float32Array(network.pixels);
      return network;
    },
    network: () => network,
    /** Probabilities, in a buffer that the next call overwrites. @param {Latent} z */
    decode(z) {
      const began = performance.now();
      network?.decode(z[0], z[1], pixels);
      recordDecode(performance.now() - began);
      return pixels;
    },
  };
}

/** Decodes a manifold a little at a time, so that no frame of the animation waits for it. */
export function createManifoldMaker() {
  const decoder = createDecoder();
  /** @type {{asked: Asked, z: Float32Array, values: Float32Array, next: number}|null} */
  let job = null;
  /** @type {Decoded|null} */
  let decoded = null;
  /** @type {Asked|null} */
  let shown = null;

  /** @param {Asked} a @param {Asked|null} b */
  const same = (a, b) => b !== null && a.frame === b.frame && a.size === b.size && String(a.square) === String(b.square);

  /** @param {Asked} asked @param {Float32Array} values */
  function finish(asked, values) {
    const {size, square: [low, high], theme, frame} = asked;
    const [x, y] = [0, 1].map((axis) => manifoldEdges(size, "linear", low[axis], high[axis]));
    const manifold = {size, x, y, middles: null, values};
    decoded = {manifold, picture: manifoldPicture(manifold, theme), frame};
    [shown, job] = [asked, null];
  }

  return {
    decoded: () => decoded,
    /** What to decode; work on an earlier wish is finished first, so that a film at full speed shows some.
     * @param {Asked} asked @param {() => Uint8Array|null} bytes of that instant's file, if they may be used now
     * @returns {boolean} whether there is work left */
    ask(asked, bytes) {
      if (decoded && shown && same(asked, shown)) {
        if (asked.theme !== shown.theme) finish(asked, decoded.manifold.values);
        return false;
      }
      if (job) return true;
      const file = bytes();
      if (!file) return true;
      const {pixels} = decoder.use(file);
      const [low, high] = asked.square;
      const [xs, ys] = [0, 1].map((axis) => manifoldAxis(asked.size, "linear", low[axis], high[axis]));
      const z = Float32Array.from(ys.flatMap((z2) => xs.flatMap((z1) => [z1, z2])));
      job = {asked, z, values: new Float32Array(asked.size ** 2 * pixels), next: 0};
      return true;
    },
    /** Go on until a time. @param {number} end */
    work(end) {
      const network = decoder.network();
      if (!job || !network) return;
      while (job.next < job.z.length / 2 && performance.now() < end) {
        job.values.set(network.decodeMany(job.z.subarray(2 * job.next, 2 * (job.next + PART))), job.next * network.pixels);
        job.next += PART;
      }
      if (job.next >= job.z.length / 2) finish(job.asked, job.values);
    },
    forget() {
      decoded = shown = job = null;
    },
  };
}
