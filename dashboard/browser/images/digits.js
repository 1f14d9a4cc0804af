// @ts-check
// Images as the networks see them: the fixed Bernoulli draw of a test image, fresh draws, drawings centred as
// MNIST's were. Every draw comes from a counter-based hash, so that a seed on screen means the same everywhere.

const MNIST_SIDE = 28;
const INK_BOX = 20; // of it MNIST digits were scaled into 20×20 …
const CENTRE = 14; // … and moved so that their centre of mass falls on this pixel
const FAINTEST_INK = 16; // fainter pixels are paper: scanner noise must not stretch the bounding box

/** A 32-bit hash of low bias (constants of Wellons' hash-prospector `lowbias32`), as in vae_engine/data/mnist.py.
 * @param {number} value @returns {number} unsigned */
function mixBits(value) {
  value = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  value = Math.imul(value ^ (value >>> 15), 0x846ca68b);
  return (value ^ (value >>> 16)) >>> 0;
}

/** @typedef {{protocol: string, seed: number, pixels: number}} Observed how the encoder of a model sees a pixel, and how many an image has */

/**
 * x, pixels in [0, 1] that the encoder saw of image `index`: bit for bit `data.observe_fixed(…, protocol, seed)`.
 * @param {Uint8Array} images n × side² grey pixels
 * @param {number} index
 * @param {Observed} observed
 * @returns {Float32Array}
 */
export function observeFixed(images, index, {protocol, seed, pixels}) {
  const first = index * pixels;
  if (protocol !== "dynamic") return observeGrey(images.subarray(first, first + pixels), protocol);
  const key = mixBits(seed);
  const x = new Float32Array(pixels);
  for (let i = 0; i < pixels; i++) {
    // A byte repeated four times over is 2³²·pixel/255, rounded down.
    if (mixBits((first + i) ^ key) < images[first + i] * 0x01010101) x[i] = 1;
  }
  return x;
}

/** What the picture that an encoder reads is called: by what became of the grey pixels. @param {Pick<Observed, "protocol">} observed */
export function seenName({protocol}) {
  return protocol === "grey" ? "as encoded" : "binarised";
}

/** Grey pixels under a protocol without draws: as they are, or on above the middle. @param {Uint8Array} grey @param {string} protocol */
export function observeGrey(grey, protocol) {
  return Float32Array.from(grey, (value) => (protocol === "threshold" ? Number(value > 127) : value / 255));
}

/**
 * Uniform numbers in (0, 1): the hash of a counter, keyed by the seed. The same seed gives the same numbers everywhere.
 * @param {number} seed a whole number; only its lowest 32 bits count
 * @returns {() => number}
 */
export function seededUniform(seed) {
  const key = mixBits(seed ^ 0x9e3779b9); // apart from observeFixed, whose key is the plain hash of the seed
  let counter = 0;
  return () => (mixBits(counter++ ^ key) + 0.5) / 2 ** 32;
}

/**
 * Pairs of independent N(0, 1) draws by Box and Muller's transform of `seededUniform(seed)`.
 * @param {number} seed
 * @returns {() => [number, number]}
 */
export function seededNormal(seed) {
  const uniform = seededUniform(seed);
  return () => {
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  };
}

/** The ε of a draw z = μ + σ·ε, numbered for each image; none is 0, the mean itself. @param {number} noise which draw, from 1 @param {number} index of the image @returns {[number, number]} */
export function epsilonOf(noise, index) {
  return noise === 0 ? [0, 0] : seededNormal(noise * 65_537 + index)();
}

/**
 * x ~ Bernoulli(p), pixel by pixel.
 * @param {Float32Array} probabilities
 * @param {number} seed
 * @returns {Float32Array}
 */
export function bernoulliPixels(probabilities, seed) {
  const uniform = seededUniform(seed);
  return probabilities.map((probability) => (uniform() < probability ? 1 : 0));
}

/**
 * A drawing as MNIST would hold it: its bounding box scaled into 20×20 by area averaging, then placed in 28×28
 * so that the centre of mass falls on pixel (14, 14), as far as the edges allow; likewise in squares of other sides. Blank stays blank.
 * @param {Uint8ClampedArray|Uint8Array} grey width × height, bright ink (255) on dark paper (0)
 * @param {number} width
 * @param {number} height
 * @param {number} [side] pixels along a side of what it becomes
 * @returns {Uint8Array} side² grey pixels
 */
export function centreAsMnist(grey, width, height, side = MNIST_SIDE) {
  const centred = new Uint8Array(side ** 2);
  const box = inkBox(grey, width, height);
  if (!box) return centred;
  const unit = side / MNIST_SIDE;
  const scale = INK_BOX * unit / Math.max(box.width, box.height);
  const columns = Math.max(1, Math.round(box.width * scale));
  const rows = Math.max(1, Math.round(box.height * scale));
  const small = averageAreas(grey, width, box, columns, rows);
  let mass = 0, sumX = 0, sumY = 0;
  small.forEach((ink, i) => {
    mass += ink;
    sumX += ink * (i % columns);
    sumY += ink * Math.floor(i / columns);
  });
  const left = Math.min(Math.max(Math.round(CENTRE * unit - sumX / mass), 0), side - columns);
  const top = Math.min(Math.max(Math.round(CENTRE * unit - sumY / mass), 0), side - rows);
  small.forEach((ink, i) => (centred[(top + Math.floor(i / columns)) * side + left + (i % columns)] = Math.round(ink)));
  return centred;
}

/** The smallest box around the ink, or null. @param {ArrayLike<number>} grey @param {number} width @param {number} height */
function inkBox(grey, width, height) {
  let left = width, right = -1, top = height, bottom = -1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (grey[y * width + x] < FAINTEST_INK) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** The mean ink over each of columns × rows equal parts of a box; borders count by the share they cover.
 * @param {ArrayLike<number>} grey @param {number} stride pixels in a line
 * @param {{left: number, top: number, width: number, height: number}} box @param {number} columns @param {number} rows */
function averageAreas(grey, stride, box, columns, rows) {
  const across = shares(box.width, columns);
  const down = shares(box.height, rows);
  const means = new Float64Array(columns * rows);
  down.forEach((lines, row) => across.forEach((cells, column) => {
    let sum = 0;
    for (const [y, tall] of lines) {
      for (const [x, wide] of cells) sum += tall * wide * grey[(box.top + y) * stride + box.left + x];
    }
    means[row * columns + column] = sum;
  }));
  return means;
}

/** For each of `parts` equal parts of a line of `length` pixels: [pixel, share of the part that it covers].
 * @param {number} length @param {number} parts @returns {[number, number][][]} */
function shares(length, parts) {
  const size = length / parts;
  return Array.from({ length: parts }, (_, part) => {
    const begin = part * size;
    const end = begin + size;
    /** @type {[number, number][]} */
    const covered = [];
    for (let pixel = Math.floor(begin); pixel < Math.min(Math.ceil(end), length); pixel++) {
      covered.push([pixel, (Math.min(pixel + 1, end) - Math.max(pixel, begin)) / size]);
    }
    return covered;
  });
}

const [FEW, MANY] = [0.25, 0.75]; // as in dashboard/stock/measures.py

/** How many pixels of a decoded picture have between a quarter and three quarters of a chance of ink. @param {ArrayLike<number>} ink */
export function undecidedPixels(ink) {
  let count = 0;
  for (let i = 0; i < ink.length; i++) if (ink[i] > FEW && ink[i] < MANY) count++;
  return count;
}
