// @ts-check
// The numbers that numpy's Generator(SFC64(key)) draws, which the engine takes for minibatch order and binarised pixels: seeded by
// numpy's SeedSequence (after O'Neill), drawn by Doty-Humphrey's SFC64, bytes bounded by Lemire's method (arXiv:1805.10941).

const [HIGH, FULL] = [2 ** 32, 0xff]; // what a word is below, and the largest byte

/** Four words in which a key is mixed. @param {readonly number[]} key whole numbers below 2³² */
function mixed(key) {
  let constant = 0x43b0d7e5;
  const hash = (/** @type {number} */ value) => {
    value ^= constant;
    constant = Math.imul(constant, 0x931e8875);
    value = Math.imul(value, constant);
    return value ^ (value >>> 16);
  };
  const mix = (/** @type {number} */ x, /** @type {number} */ y) => {
    const value = Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y) | 0;
    return value ^ (value >>> 16);
  };
  const pool = [0, 1, 2, 3].map((i) => hash(key[i] ?? 0));
  for (let from = 0; from < 4; from++) for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mix(pool[to], hash(pool[from]));
  for (const more of key.slice(4)) for (let to = 0; to < 4; to++) pool[to] = mix(pool[to], hash(more));
  return pool;
}

/** Numbers fully determined by a key, such as (seed, purpose, step): `data.generator(*key)` of the engine. */
export class NumpyGenerator {
  #state = new Int32Array(8); // a, b, c and a counter, each low word first
  /** @type {number|null} the second half of a drawn number */
  #kept = null;

  /** @param {...number} key */
  constructor(...key) {
    const pool = mixed(key);
    let constant = 0x8b51f9dd;
    for (let i = 0; i < 6; i++) {
      let value = pool[i % 4] ^ constant;
      constant = Math.imul(constant, 0x58f38ded);
      value = Math.imul(value, constant);
      this.#state[i] = value ^ (value >>> 16);
    }
    this.#state[6] = 1;
    this.#draw(new Uint32Array(24));
  }

  /** Fill with the words of whole draws. @param {Uint32Array} words an even number of them */
  #draw(words) {
    const s = this.#state;
    let [aLow, aHigh, bLow, bHigh, cLow, cHigh, nLow, nHigh] = s;
    for (let i = 0; i < words.length; i += 2) {
      const low = (aLow >>> 0) + (bLow >>> 0) + (nLow >>> 0);
      const drawnLow = low | 0, drawnHigh = (aHigh + bHigh + nHigh + Math.floor(low / HIGH)) | 0;
      nLow = (nLow + 1) | 0;
      if (nLow === 0) nHigh = (nHigh + 1) | 0;
      aLow = bLow ^ ((bLow >>> 11) | (bHigh << 21));
      aHigh = bHigh ^ (bHigh >>> 11);
      const eightLow = cLow << 3, sumLow = (cLow >>> 0) + (eightLow >>> 0);
      bLow = sumLow | 0;
      bHigh = (cHigh + ((cHigh << 3) | (cLow >>> 29)) + (sumLow >= HIGH ? 1 : 0)) | 0;
      const turnedLow = (cLow << 24) | (cHigh >>> 8), turnedHigh = (cHigh << 24) | (cLow >>> 8);
      const nextLow = (turnedLow >>> 0) + (drawnLow >>> 0);
      cLow = nextLow | 0;
      cHigh = (turnedHigh + drawnHigh + (nextLow >= HIGH ? 1 : 0)) | 0;
      words[i] = drawnLow;
      words[i + 1] = drawnHigh;
    }
    s.set([aLow, aHigh, bLow, bHigh, cLow, cHigh, nLow, nHigh]);
  }

  /** The next word, below 2³². */
  word() {
    if (this.#kept !== null) {
      const word = this.#kept;
      this.#kept = null;
      return word;
    }
    const two = new Uint32Array(2);
    this.#draw(two);
    this.#kept = two[1];
    return two[0];
  }

  /** Fill with the next words, as `bytes(4 · length)`. @param {Uint32Array} words */
  fill(words) {
    let at = 0;
    if (this.#kept !== null && words.length) words[at++] = this.word();
    const whole = (words.length - at) & ~1;
    this.#draw(words.subarray(at, at + whole));
    if (at + whole < words.length) words[at + whole] = this.word();
  }

  /** A whole number up to `most`, by the lowest bits of words until one is. @param {number} most below 2³¹ */
  upTo(most) {
    const mask = 2 ** (32 - Math.clz32(most)) - 1;
    for (;;) {
      const drawn = (this.word() & mask) >>> 0;
      if (drawn <= most) return drawn;
    }
  }

  /** Bytes from 0 to 254, each from a byte of its own, four to a word. @param {number} length */
  bytesBelow255(length) {
    const bytes = new Uint8Array(length);
    let word = 0, left = 0;
    const next = () => {
      if (left === 0) [word, left] = [this.word(), 4];
      const byte = word & FULL;
      word >>>= 8;
      left--;
      return byte;
    };
    for (let i = 0; i < length; i++) {
      let product = next() * FULL;
      while ((product & FULL) < (FULL + 1) % FULL) product = next() * FULL;
      bytes[i] = product >> 8;
    }
    return bytes;
  }

  /** The numbers below `count` in another order. @param {number} count */
  permutation(count) {
    const order = Uint32Array.from({length: count}, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const other = this.upTo(i);
      [order[i], order[other]] = [order[other], order[i]];
    }
    return order;
  }
}
