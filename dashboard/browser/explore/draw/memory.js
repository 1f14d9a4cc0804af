// @ts-check
// The pad outlives a reload: the browser's session remembers the drawing that belongs to an address.

/** @typedef {import("../../state/state.js").State} State */
/** @typedef {import("../../state/state.js").Stroke} Stroke */
/** @typedef {Pick<State, "strokes"|"upload"|"inked">} Pad */

const PAD_KEY = "latent-explorer-pad";
const SIDES = [4, 64]; // the least and the most that a picture has

/** @param {string} link that the address has now @param {Pad} pad */
export function rememberPad(link, {strokes, upload, inked}) {
  try {
    if (strokes.length || upload) sessionStorage.setItem(PAD_KEY, JSON.stringify({link, strokes, inked, upload: upload && [...upload]}));
    else sessionStorage.removeItem(PAD_KEY);
  } catch {
    // A browser may forbid or ration its storage; then a reload begins with an empty pad.
  }
}

/** What was on the pad when the address was this one. @param {string} link @returns {Partial<Pad>} */
export function rememberedPad(link) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(PAD_KEY) ?? "null");
    if (kept?.link !== link || !Array.isArray(kept.strokes) || !kept.strokes.every(isStroke)) return {};
    return {strokes: kept.strokes, inked: String(kept.inked), upload: isPicture(kept.upload) ? Uint8Array.from(kept.upload) : null};
  } catch {
    return {};
  }
}

/** @param {any} one @returns {one is Stroke} */
function isStroke(one) {
  return one?.width > 0 && Array.isArray(one.points) && one.points.length >= 2 && one.points.every(Number.isFinite);
}

/** @param {any} one */
function isPicture(one) {
  if (!Array.isArray(one)) return false;
  const side = Math.sqrt(one.length);
  return Number.isInteger(side) && side >= SIDES[0] && side <= SIDES[1] && one.every((grey) => Number.isInteger(grey) && grey >= 0 && grey <= 255);
}
