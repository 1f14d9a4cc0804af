// @ts-check
// Gauss and Legendre's rule on [0, 1].

/** @typedef {{at: Float64Array, weight: Float64Array}} Rule weights sum to 1 */

const [STEPS, CLOSE] = [50, 1e-15];

/** The rule of n nodes, exact for polynomials of degree 2n − 1: roots of P_n by Newton's method from Tricomi's guess. @param {number} n @returns {Rule} */
export function legendre(n) {
  const [at, weight] = [new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5)), slope = 0;
    for (let step = 0; step < STEPS; step++) {
      let [before, value] = [1, x];
      for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = (n * (x * value - before)) / (x * x - 1);
      const move = value / slope;
      x -= move;
      if (Math.abs(move) < CLOSE) break;
    }
    at[n - 1 - i] = (1 + x) / 2;
    weight[n - 1 - i] = 1 / ((1 - x * x) * slope * slope);
  }
  return {at, weight};
}
