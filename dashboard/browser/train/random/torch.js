// @ts-check
// The numbers that a generator of torch draws on a processor, which the engine takes for first weights and for ε: the Mersenne
// twister (Matsumoto & Nishimura 1998), uniform numbers of 24 bits, and normal ones by Box and Muller's transform of sixteen at a time, or of two where fewer are drawn.

const [SIZE, MIDDLE] = [624, 397];
const SIXTEEN = 16;
const [BITS, UNIT] = [2 ** 24 - 1, 2 ** -24];

/** `torch.Generator().manual_seed(seed)`; of the seed only the lowest 32 bits count, as there. */
export class TorchGenerator {
  #state = new Int32Array(SIZE);
  #at = SIZE;

  /** @param {number} seed */
  constructor(seed) {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < SIZE; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
  }

  #turn() {
    const state = this.#state;
    for (let i = 0; i < SIZE; i++) {
      const mixed = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
      state[i] = state[(i + MIDDLE) % SIZE] ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    this.#at = 0;
  }

  #bits() {
    if (this.#at === SIZE) this.#turn();
    let word = this.#state[this.#at++];
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return word ^ (word >>> 18);
  }

  /** A number in [0, 1) of 24 bits. */
  #uniform() {
    return (this.#bits() & BITS) * UNIT;
  }

  /** Float32 numbers between −bound and bound: `uniform_(-bound, bound)`. @param {number} count @param {number} bound */
  uniform(count, bound) {
    const low = Math.fround(-bound), width = Math.fround(Math.fround(bound) - low);
    return Float32Array.from({length: count}, () => this.#uniform() * width + low);
  }

  /** A number in [0, 1) of 53 bits. */
  #fineUniform() {
    const high = this.#bits() & 0x1fffff;
    return (high * 2 ** 32 + (this.#bits() >>> 0)) * 2 ** -53;
  }

  /** @param {number} count @param {number} std */
  #fewNormal(count, std) {
    const numbers = new Float32Array(count);
    for (let i = 0; i < count; i += 2) {
      const angle = 2 * Math.PI * this.#fineUniform(), length = Math.sqrt(-2 * Math.log1p(-this.#fineUniform()));
      numbers.set([length * Math.cos(angle) * std, length * Math.sin(angle) * std].slice(0, count - i), i);
    }
    return numbers;
  }

  /** Float32 numbers of N(0, std²): `normal_(0, std)`. @param {number} count @param {number} [std] */
  normal(count, std = 1) {
    if (count < SIXTEEN) return this.#fewNormal(count, std);
    const numbers = Float32Array.from({length: count}, () => this.#uniform());
    for (let at = 0; at + SIXTEEN <= count; at += SIXTEEN) spread(numbers, at, std);
    if (count % SIXTEEN) {
      for (let i = count - SIXTEEN; i < count; i++) numbers[i] = this.#uniform(); // the last sixteen anew
      spread(numbers, count - SIXTEEN, std);
    }
    return numbers;
  }
}

/** Sixteen uniform numbers become normal ones. @param {Float32Array} numbers @param {number} at @param {number} std */
function spread(numbers, at, std) {
  for (let i = at; i < at + SIXTEEN / 2; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - numbers[i])) * std, angle = 2 * Math.PI * numbers[i + SIXTEEN / 2];
    numbers[i] = radius * Math.cos(angle);
    numbers[i + SIXTEEN / 2] = radius * Math.sin(angle);
  }
}
