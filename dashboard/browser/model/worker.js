// @ts-check
// Batches and fields away from the page's own thread: in a Web Worker that is made from the text of the built
// script, or, where none can be made, in slices of a few milliseconds on the page's thread. Same jobs, same answers.
//
// Of two requests on one channel the later wins: the earlier resolves to null, having stopped at its next pause.

import { PlainError, sentenceOf } from "../base/errors.js";
import { addEncoder, readBundle } from "./bundle.js";
import { aggregateDensity, distanceField, entropyField, gridPoints, gridRow } from "./density.js";
import { elboOf, gapsOf } from "../exact/gaps.js";
import { createIndex } from "../base/geometry.js";
import { createNetwork } from "./networks.js";
import { whyNotExact } from "./plane.js";
import { proved } from "./proof.js";
import { joined } from "./safetensors.js";
import { stagesOf } from "./stages.js";
import { unitsOf } from "./trace.js";
import { Inference } from "../exact/posterior.js";
import { meanDecoded, shareTogether } from "./selected.js";
import { pause, runJob } from "../base/slices.js";
import { reconstructionTerms } from "./worths.js";
import { thinOut } from "../base/thinning.js";

/** @typedef {import("./density.js").Grid} Grid */
/** @typedef {"density"|"distance"|"entropy"} FieldKind */
/** @typedef {import("../exact/posterior_summary.js").Posterior} Posterior */
/** @typedef {import("../exact/gaps.js").Gaps} Gaps */
/** @typedef {import("../exact/gaps.js").Gaussian & import("../exact/gaps.js").Bound} EncoderBound */
/** @typedef {import("../base/slices.js").Job} Job */
/** @typedef {{id: number, channel: string, method: string, args: any[]}} Request */
/** @typedef {{id: number, result?: any, error?: string}} Reply error: a sentence for the visitor */
/** @typedef {{answer: (request: Request) => Promise<any>, complete: (encoder: Uint8Array) => void}} Service */

const PART = 64; // images decoded between looks at the clock
const TOLD_EVERY = 300; // milliseconds of preparation between two words of how far it is
const HEAD_START = 1000; // milliseconds that a page has to itself before a worker makes ready unasked
const ENCODING = ["exactPosterior", "gaps", "unitsFor", "prove"]; // the methods that need the encoder

/**
 * @typedef {object} BatchDecoder
 * @property {(z: Float32Array, channel?: string) => Promise<Float32Array|null>} decodeMany [z1, z2, …] → k × side²
 *   probabilities; null when a later request on the channel (by default "decode") came first
 * @property {(kind: FieldKind, grid: Grid, channel?: string) => Promise<Float32Array|null>} fields a field of density.js:
 *   aggregate posterior, distance to the nearest training code, or decoder entropy; the channel is by default the kind
 * @property {() => Promise<number|null>} prepare decode more of the coarse lattice that posteriors need, once per model, and say
 *   what share there is, 1 in the end; the first posterior decodes what is missing
 * @property {(x: Float32Array, channel?: string) => Promise<Posterior|null>} coarsePosterior p(z|x) as the coarse lattice
 *   sees it; the channel of this and the next is by default "posterior"
 * @property {(x: Float32Array, channel?: string) => Promise<(Posterior & {encoder: EncoderBound})|null>} exactPosterior
 *   p(z|x) and log p(x), refined, with the encoder's q and its ELBO
 * @property {(x: Float32Array, channel?: string) => Promise<(Posterior & Gaps)|null>} gaps the same, with the best
 *   Gaussian and the way there; the channel is by default "gaps"
 * @property {(x: Float32Array, z: Float32Array, channel?: string) => Promise<Float64Array|null>} logJoint log p(x, z) at
 *   points [z1, z2, …], nats; the channel is by default "joint"
 * @property {(selected: Uint32Array, channel?: string) => Promise<{mean: Float32Array, together: number}|null>} ofSelection of
 *   selected images the mean of what is decoded at their codes, and the share together (selected.js); the channel is by
 *   default "selection"
 * @property {(first: number, x: Float32Array, channel?: string) => Promise<Float32Array|null>} reconstructions the reconstruction
 *   terms of points from `first` on (worths.js); the channel is by default "worth"
 * @property {(shown: boolean[], pictured: number, channel?: string) => Promise<Uint8Array|null>} thinning which points have room for
 *   a picture, and from which size on (thinning.js): shown says it of each class; the channel is by default "thinning"
 * @property {(place: number, grid: Grid, channel?: string) => Promise<Float32Array|null>} unitsOver what all units of a stage of the
 *   decoder give in the middle of each cell of a grid: cells × units; the channel of this and the next is by default "units"
 * @property {(place: number, pixels: Uint8Array, channel?: string) => Promise<Float32Array|null>} unitsFor what all units of a stage of
 *   the encoder give for images, n × side² bytes as it sees them: n × units
 * @property {(probe: Uint8Array) => Promise<import("./proof.js").Proved|null>} prove whether it gives the model's own numbers (proof.js)
 * @property {(asker: string) => BatchDecoder} apart the same on channels of its own: what others ask for later does not come before
 * @property {() => void} terminate end the worker; requests still under way resolve to null
 */

/**
 * A batch decoder for the model in a bundle file.
 * @param {ArrayBuffer|Uint8Array} bundleBuffer
 * @param {() => Promise<Uint8Array>} [encoderOf] brings the encoder that the bundle came without, once something needs it
 * @param {Promise<Uint8Array>} [late] its decoder, where the bundle came without
 * @returns {BatchDecoder}
 */
export function createBatchDecoder(bundleBuffer, encoderOf, late) {
  return askedBy(createClient(bundleBuffer, encoderOf, late), "");
}

/** @param {ReturnType<typeof createClient>} client @param {string} asker @returns {BatchDecoder} */
function askedBy(client, asker) {
  const ask = (/** @type {string} */ channel, /** @type {string} */ method, /** @type {any[]} */ args) => client.ask(`${asker}${channel}`, method, args);
  return {
    decodeMany: (z, channel = "decode") => ask(channel, "decodeMany", [z]),
    fields: (kind, grid, channel = kind) => ask(channel, "field", [kind, grid]),
    prepare: () => ask("prepare", "prepare", []),
    coarsePosterior: (x, channel = "posterior") => ask(channel, "coarsePosterior", [x]),
    exactPosterior: (x, channel = "posterior") => ask(channel, "exactPosterior", [x]),
    gaps: (x, channel = "gaps") => ask(channel, "gaps", [x]),
    logJoint: (x, z, channel = "joint") => ask(channel, "logJoint", [x, z]),
    ofSelection: (selected, channel = "selection") => ask(channel, "ofSelection", [selected]),
    reconstructions: (first, x, channel = "worth") => ask(channel, "reconstructions", [first, x]),
    thinning: (shown, pictured, channel = "thinning") => ask(channel, "thinning", [shown, pictured]),
    unitsOver: (place, grid, channel = "units") => ask(channel, "unitsOver", [place, grid]),
    unitsFor: (place, pixels, channel = "units") => ask(channel, "unitsFor", [place, pixels]),
    prove: (probe) => ask("prove", "prove", [probe]),
    apart: (name) => askedBy(client, `${name} `),
    terminate: client.terminate,
  };
}

/** @param {ArrayBuffer|Uint8Array} bundleBuffer @param {() => Promise<Uint8Array>} [encoderOf] @param {Promise<Uint8Array>} [late] */
function createClient(bundleBuffer, encoderOf, late) {
  /** @type {Uint8Array|undefined} */
  let encoder;
  /** @type {Promise<void>|undefined} */
  let completing;
  /** @type {Map<number, {request: Request, settle: (reply: Reply) => void}>} */
  const pending = new Map();
  let [last, ended] = [0, false];
  /** @type {Service|undefined} */
  let local;
  /** @type {Worker|null|undefined} undefined before it is made, null where none can be */
  let worker;
  const headStart = late ? 0 : setTimeout(start, HEAD_START);
  const whole = late?.then((decoder) => void (bundleBuffer = joined(new Uint8Array(bundleBuffer), decoder)));
  whole?.catch(() => {}); // whoever asks is told

  function start() {
    clearTimeout(headStart);
    if (worker !== undefined) return;
    worker = startWorker(bundleBuffer, receive, fallBack);
    if (encoder) worker?.postMessage({ encoder });
  }

  /** @param {Reply} reply */
  function receive(reply) {
    const waiting = pending.get(reply.id);
    pending.delete(reply.id);
    waiting?.settle(reply);
  }

  /** Do on this thread what the worker could not. */
  function fallBack() {
    worker?.terminate();
    worker = null;
    for (const { request } of pending.values()) runHere(request);
  }

  /** @param {Request} request */
  async function runHere(request) {
    await pause(); // whoever asks is not to wait
    try {
      local ??= createService(bundleBuffer, encoder);
      receive({ id: request.id, result: await local.answer(request) });
    } catch (error) {
      receive({ id: request.id, error: sentenceOf(error) });
    }
  }

  async function complete() {
    encoder = await /** @type {() => Promise<Uint8Array>} */ (encoderOf)();
    local?.complete(encoder);
    if (!ended) worker?.postMessage({ encoder });
  }

  return {
    /** @param {string} channel @param {string} method @param {any[]} args @returns {Promise<any>} */
    async ask(channel, method, args) {
      if (whole) await whole;
      if (encoderOf && ENCODING.includes(method)) {
        await (completing ??= complete()).catch((error) => {
          completing = undefined; // whoever asks next tries again
          throw error;
        });
      }
      if (worker === undefined) await pause(); // to make one takes the time of a frame, and what asks for it is about to be drawn
      if (ended) return null;
      start();
      const request = { id: ++last, channel, method, args };
      return new Promise((resolve, reject) => {
        const settle = (/** @type {Reply} */ { result, error }) => (error === undefined ? resolve(result) : reject(new PlainError(error)));
        pending.set(request.id, { request, settle });
        if (worker) worker.postMessage(request);
        else runHere(request);
      });
    },
    terminate() {
      ended = true;
      clearTimeout(headStart);
      worker?.terminate();
      for (const id of [...pending.keys()]) receive({ id, result: null });
    },
  };
}

/** A worker that has been sent the bundle, or null where none can be made.
 * @param {ArrayBuffer|Uint8Array} bundleBuffer @param {(reply: Reply) => void} receive @param {() => void} onFailure
 * @returns {Worker|null} */
function startWorker(bundleBuffer, receive, onFailure) {
  const { __latentExplorerSource: source } = /** @type {any} */ (globalThis);
  if (typeof source !== "string" || typeof Worker === "undefined") return null;
  try {
    const url = URL.createObjectURL(new Blob(["globalThis.__latentExplorerWorker = true;\n", source], { type: "text/javascript" }));
    const worker = new Worker(url);
    URL.revokeObjectURL(url); // the worker has it
    worker.onmessage = ({ data }) => receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      onFailure();
    };
    worker.postMessage(bundleBuffer);
    return worker;
  } catch {
    return null; // a page policy that forbids workers from blobs
  }
}

/**
 * Answer the requests that arrive at a worker's scope; the first message is the bundle, and its encoder may follow.
 * @param {{onmessage: ((event: MessageEvent) => void)|null, postMessage: (message: any, transfer?: any) => void}} scope
 */
export function serveRequests(scope) {
  /** @type {ArrayBuffer|Uint8Array} */
  let bundleBuffer;
  /** @type {Uint8Array|undefined} */
  let encoder;
  /** @type {Service|undefined} */
  let service;
  async function makeReady() {
    try {
      service ??= createService(bundleBuffer, encoder);
      await service.answer({ id: 0, channel: "ready", method: "decodeMany", args: [new Float32Array(2 * PART)] });
    } catch {
      // whoever asks for something is told why there is none
    }
  }
  scope.onmessage = async ({ data }) => {
    if ("encoder" in data) {
      encoder = /** @type {Uint8Array} */ (data.encoder);
      service?.complete(encoder);
      return;
    }
    if (!("id" in data)) {
      bundleBuffer = data;
      setTimeout(makeReady); // after what is asked for already
      return;
    }
    try {
      service ??= createService(bundleBuffer, encoder);
      const result = await service.answer(data);
      scope.postMessage({ id: data.id, result }, ArrayBuffer.isView(result) ? [result.buffer] : []);
    } catch (error) {
      scope.postMessage({ id: data.id, error: sentenceOf(error) });
    }
  };
}

/** @param {ArrayBuffer|Uint8Array} bundleBuffer @param {Uint8Array} [encoder] where the bundle came without @returns {Service} */
function createService(bundleBuffer, encoder) {
  const bundle = readBundle(bundleBuffer);
  if (encoder) addEncoder(bundle, encoder);
  let network = createNetwork(bundle);
  /** @type {import("../base/geometry.js").PointIndex|undefined} */
  let trained;
  /** @type {import("../base/geometry.js").PointIndex|undefined} */
  let shown;
  /** @type {Record<FieldKind, (grid: Grid) => Float32Array>} */
  const fields = {
    density: (grid) => aggregateDensity(bundle.points, grid),
    distance: (grid) => distanceField((trained ??= createIndex(bundle.train.codes)), grid),
    entropy: (grid) => entropyField(network, grid),
  };
  /** @type {Inference|undefined} */
  let prepared;
  function begun() {
    const why = whyNotExact(bundle);
    if (why) throw new PlainError(why);
    return (prepared ??= new Inference(network, bundle.points));
  }
  /** @returns {Generator<void, Inference, void>} */
  function* inference() {
    yield* begun().prepare();
    return begun();
  }
  /** @type {Record<string, (...args: any[]) => Job>} */
  const methods = {
    *prepare() {
      const [lattice, until] = [begun(), performance.now() + TOLD_EVERY];
      for (const _ of lattice.prepare()) {
        if (performance.now() >= until) break;
        yield;
      }
      return lattice.share;
    },
    *coarsePosterior(x) {
      return (yield* inference()).coarse(x);
    },
    *exactPosterior(x) {
      const ready = yield* inference();
      const posterior = yield* ready.exact(x);
      const q = ready.encode(x);
      return { ...posterior, encoder: { ...q, ...(yield* elboOf(ready, x, q)) } };
    },
    *gaps(x) {
      const ready = yield* inference();
      const posterior = yield* ready.exact(x);
      return { ...posterior, ...(yield* gapsOf(ready, x, ready.encode(x), posterior)) };
    },
    *logJoint(x, z) {
      return yield* (yield* inference()).logJoint(x, z);
    },
    *ofSelection(selected) {
      const { codes } = bundle.points;
      shown ??= createIndex(codes);
      return { mean: yield* meanDecoded(network, codes, selected), together: yield* shareTogether(shown, codes, selected) };
    },
    thinning: (shown, pictured) => thinOut(bundle.points, (i) => shown[bundle.points.labels[i]], pictured),
    reconstructions: (first, x) => reconstructionTerms(network, bundle.points, first, x),
    unitsOver(place, grid) {
      const z = gridPoints(grid);
      return unitsOf(network, stagesOf(bundle, network, "decoder")[place], z.length / 2, (heap, at, first, rows) => heap.set(z.subarray(2 * first, 2 * (first + rows)), at));
    },
    unitsFor: (place, pixels) => unitsOf(network, stagesOf(bundle, network, "encoder")[place], pixels.length / network.pixels, (heap, at, first, rows) => {
      for (let i = 0, from = first * network.pixels; i < rows * network.pixels; i++) heap[at + i] = pixels[from + i] / 255;
    }),
    prove: (probe) => proved(network, bundle.header, probe),
    decodeMany: (z) => decodeInParts(network, z),
    field: (kind, grid) => fieldByRows(fields[/** @type {FieldKind} */ (kind)], grid),
  };
  /** @type {Map<string, number>} */
  const newest = new Map();
  return {
    answer({ id, channel, method, args }) {
      newest.set(channel, id);
      return runJob(methods[method](...args), () => newest.get(channel) === id);
    },
    /** What was prepared stays. */
    complete(late) {
      addEncoder(bundle, late);
      network = createNetwork(bundle);
      if (prepared) prepared.network = network;
    },
  };
}

/** @param {import("./networks.js").Network} network @param {Float32Array} z @returns {Job} */
function* decodeInParts(network, z) {
  const images = new Float32Array((z.length >> 1) * network.pixels);
  for (let first = 0; 2 * first < z.length; first += PART) {
    images.set(network.decodeMany(z.subarray(2 * first, 2 * (first + PART))), first * network.pixels);
    yield;
  }
  return images;
}

/** @param {(grid: Grid) => Float32Array} field @param {Grid} grid @returns {Job} */
function* fieldByRows(field, grid) {
  const values = new Float32Array(grid.columns * grid.rows);
  for (let row = 0; row < grid.rows; row++) {
    values.set(field(gridRow(grid, row)), row * grid.columns);
    yield;
  }
  return values;
}

// The same script runs on the page and in the worker; only the worker's copy has been told what it is.
if (/** @type {any} */ (globalThis).__latentExplorerWorker) serveRequests(/** @type {any} */ (globalThis));
