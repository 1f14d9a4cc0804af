// @ts-check
// A drawing as a link carries it: the pixels of a square that the encoders see, a bit each, row by row, in base64url. No DOM.

const [SMALLEST, LARGEST] = [4, 64]; // sides; from 4 on the number of bytes tells which it is

/** 131 characters for 28 × 28 pixels. @param {ArrayLike<number>} x side² pixels, on or off */
export function textOfDrawing(x) {
  const bytes = new Uint8Array(Math.ceil(x.length / 8));
  for (let i = 0; i < x.length; i++) if (x[i]) bytes[i >> 3] |= 128 >> (i & 7);
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The drawing as grey pixels of which none is grey, or null for a text that is none. @param {string} text @returns {Uint8Array|null} */
export function drawingOfText(text) {
  if (!/^[\w-]{3,683}$/.test(text) || text.length % 4 === 1) return null;
  const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const side = Math.floor(Math.sqrt(8 * bytes.length));
  if (side < SMALLEST || side > LARGEST) return null;
  const grey = Uint8Array.from({length: side ** 2}, (_, i) => (bytes.charCodeAt(i >> 3) << (i & 7) & 128 ? 255 : 0));
  return textOfDrawing(grey) === text ? grey : null; // its last character has bits to spare
}
