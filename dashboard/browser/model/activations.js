// @ts-check
// The nonlinearities of the networks, elementwise and in place.

/**
 * Apply the activation called `op` to `length` numbers of the heap from `at`; returns `at`.
 * @param {string} op
 * @param {Float32Array} heap
 * @param {number} at
 * @param {number} length
 */
export function activate(op, heap, at, length) {
  const end = at + length;
  // One loop each, not one loop over a function, which would cost a call per number.
  if (op === "gelu") {
    // ½h(1 + tanh u) = h / (1 + e^(−2u)), u = √(2/π)(h + 0.044715 h³)
    for (let i = at; i < end; i++) {
      const h = heap[i];
      heap[i] = h / (1 + Math.exp(-1.5957691216 * (h + 0.044715 * h * h * h)));
    }
  } else if (op === "relu") {
    for (let i = at; i < end; i++) if (heap[i] < 0) heap[i] = 0;
  } else if (op === "silu") {
    for (let i = at; i < end; i++) heap[i] = heap[i] / (1 + Math.exp(-heap[i]));
  } else {
    for (let i = at; i < end; i++) heap[i] = Math.tanh(heap[i]);
  }
  return at;
}

/** σ(l) = 1 / (1 + e^(−l)). @param {number} logit */
export function sigmoid(logit) {
  return 1 / (1 + Math.exp(-logit));
}

/** log(1 + e^l), without overflow. @param {number} logit */
export function softplus(logit) {
  return Math.max(logit, 0) + Math.log1p(Math.exp(-Math.abs(logit)));
}
