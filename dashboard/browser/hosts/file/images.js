// @ts-check
// Puts the images of the page together, whose pixels lie sorted by their neighbours (dashboard/explore/parted_images.py).

const KINDS = 800;
const EDGE = 3; // two columns of nothing on the left and one on the right
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

/** The grey images, n × side². @param {Uint8Array} bytes @param {number} side @returns {Generator<void, Uint8Array<ArrayBuffer>, void>} */
export function* joinImages(bytes, side) {
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER);
  const next = new Uint32Array(KINDS); // pixel of each kind
  for (let place = 0, begin = HEADER; place < KINDS; place++) {
    next[header.getUint16(2 * place, true)] = begin;
    begin += header.getUint32(2 * KINDS + 4 * place, true);
  }
  const images = new Uint8Array(bytes.length - HEADER);
  const edged = new Uint8Array((side + 2) * (side + EDGE));
  for (let from = 0; from < images.length; from += IMAGES * side * side) {
    joinSome(bytes, next, edged, images.subarray(from, from + IMAGES * side * side), side);
    yield;
  }
  return images;
}

/** @param {Uint8Array} bytes @param {Uint32Array} next @param {Uint8Array} edged room for one image @param {Uint8Array} images @param {number} side */
function joinSome(bytes, next, edged, images, side) {
  const row = side + EDGE;
  for (let from = 0; from < images.length; from += side * side) {
    for (let y = 0, at = 2 * row + 2; y < side; y++, at += EDGE) {
      for (let x = 0; x < side; x++, at++) {
        const kind = WEST[edged[at - 1]] + NORTH[edged[at - row]] + NORTHWEST[edged[at - row - 1]] + NORTHEAST[edged[at - row + 1]]
          + FAR_WEST[edged[at - 2]] + FAR_NORTH[edged[at - 2 * row]];
        images[from + y * side + x] = edged[at] = bytes[next[kind]++];
      }
    }
  }
}
