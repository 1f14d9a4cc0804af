// @ts-check
// A drawing as a link carries it: the 784 pixels that the encoders see, a bit each, row by row, in base64url. No DOM.

const PIXELS = 784;

/** 131 characters. @param {ArrayLike<number>} x 784 pixels, on or off */
export function textOfDrawing(x) {
  const bytes = new Uint8Array(PIXELS / 8);
  for (let i = 0; i < PIXELS; i++) if (x[i]) bytes[i >> 3] |= 128 >> (i & 7);
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The drawing as grey pixels of which none is grey, or null for a text that is none. @param {string} text @returns {Uint8Array|null} */
export function drawingOfText(text) {
  if (!/^[\w-]{131}$/.test(text)) return null;
  const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const grey = Uint8Array.from({length: PIXELS}, (_, i) => (bytes.charCodeAt(i >> 3) << (i & 7) & 128 ? 255 : 0));
  return textOfDrawing(grey) === text ? grey : null; // its last character has two bits to spare
}
