// @ts-check
// How fast the page answers, measured where it happens. Read by `window.__latentExplorer.stats()`.

const KEPT = 4000;

/** @type {number[]} */
const decodeTimes = [];
/** @type {number[]} */
const paintTimes = [];
/** @type {number[]} */
const workTimes = [];
/** @type {number[]} */
const tileTimes = [];
let frameCount = 0;
/** @type {number|null} */
let touchedAt = null;

/** @param {number[]} times @param {number} value */
function keep(times, value) {
  if (times.length >= KEPT) times.shift();
  times.push(value);
}

/** One decode took so many milliseconds. @param {number} milliseconds */
export function recordDecode(milliseconds) {
  keep(decodeTimes, milliseconds);
}

/** All tiles of a manifold that came in sight were decoded and drawn so many milliseconds later. @param {number} milliseconds */
export function recordTiles(milliseconds) {
  keep(tileTimes, milliseconds);
}

/** Someone touched something; the time until the frame that shows it is what they feel. @param {Event} event */
export function recordInput(event) {
  touchedAt = event.timeStamp;
}

/** A frame was drawn. @param {number} began when its work began */
export function recordFrame(began) {
  const now = performance.now();
  frameCount++;
  keep(workTimes, now - began);
  if (touchedAt !== null) keep(paintTimes, now - touchedAt);
  touchedAt = null;
}

/** @param {number[]} times */
function percentiles(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return {p50: at(0.5), p95: at(0.95)};
}

/** Frames drawn and percentiles in milliseconds: of a decode, from input to drawn, of a frame's own work with all views, and from a manifold in sight to drawn. */
export function readStats() {
  return {frames: frameCount, decodeMs: percentiles(decodeTimes), inputToPaintMs: percentiles(paintTimes), workMs: percentiles(workTimes), tilesMs: percentiles(tileTimes)};
}

/** Begins measuring anew. */
export function clearStats() {
  decodeTimes.length = paintTimes.length = workTimes.length = tileTimes.length = 0;
  frameCount = 0;
}
