// @ts-check
// Puts the images of the page together, whose pixels lie sorted by their neighbours (dashboard/explore/parted_images.py).

const [SIDE, KINDS] = [28, 800];
const EDGED = SIDE + 3; // two columns of nothing on the left and one on the right
const HEADER = 6 * KINDS;
const IMAGES = 500; // between pauses
const [FINE, COARSE, HALF] = [[1, 64, 160, 250], [1, 128, 250], [128]];
/** As in Python: each neighbour is the next digit of the kind. */
const [WEST, NORTH, NORTHWEST, NORTHEAST, FAR_WEST, FAR_NORTH] = digitsOf([FINE, FINE, HALF, COARSE, HALF, HALF]);

/** What each of 256 greys adds to the kind, neighbour by neighbour. @param {number[][]} all */
function digitsOf(all) {
  let unit = KINDS;
  return all.map((levels) => {
    unit /= levels.length + 1;
    return Uint16Array.from({length: 256}, (_, grey) => unit * levels.filter((level) => grey >= level).length);
  });
}

/** The grey images, n × 784. @param {Uint8Array} bytes @returns {Generator<void, Uint8Array<ArrayBuffer>, void>} */
export function* joinImages(bytes) {
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
  const next = new Uint32Array(KINDS); // pixel of each kind
  for (let place = 0, begin = HEADER; place < KINDS; place++) {
    next[header.getUint16(2 * place, true)] = begin;
    begin += header.getUint32(2 * KINDS + 4 * place, true);
  }
  const images = new Uint8Array(bytes.length - HEADER);
  const edged = new Uint8Array((SIDE + 2) * EDGED);
  for (let from = 0; from < images.length; from += IMAGES * SIDE * SIDE) {
    joinSome(bytes, next, edged, images.subarray(from, from + IMAGES * SIDE * SIDE));
    yield;
  }
  return images;
}

/** @param {Uint8Array} bytes @param {Uint32Array} next @param {Uint8Array} edged room for one image @param {Uint8Array} images */
function joinSome(bytes, next, edged, images) {
  for (let from = 0; from < images.length; from += SIDE * SIDE) {
    for (let y = 0, at = 2 * EDGED + 2; y < SIDE; y++, at += EDGED - SIDE) {
      for (let x = 0; x < SIDE; x++, at++) {
        const kind = WEST[edged[at - 1]] + NORTH[edged[at - EDGED]] + NORTHWEST[edged[at - EDGED - 1]] + NORTHEAST[edged[at - EDGED + 1]]
          + FAR_WEST[edged[at - 2]] + FAR_NORTH[edged[at - 2 * EDGED]];
        images[from + y * SIDE + x] = edged[at] = bytes[next[kind]++];
      }
    }
  }
}
