// @ts-check
// The latents whose decoded places are drawn: steps along a line, or a grid of a square.

/** The latent space is shown from −SPAN to SPAN. */
export const SPAN = 3;
const ALONG = {1: 601, 2: 61}; // places along a dimension

/** Places along a dimension. @param {1|2} latent */
export const placesAlong = (latent) => ALONG[latent];

/** Where along a dimension a place lies. @param {1|2} latent @param {number} place */
export const latentAt = (latent, place) => -SPAN + (2 * SPAN * place) / (ALONG[latent] - 1);

/** z of the lattice, the first dimension running fastest. @param {1|2} latent @returns {Float64Array} */
export function latticeOf(latent) {
  const along = ALONG[latent];
  return Float64Array.from({length: along ** latent * latent}, (_, i) => latentAt(latent, Math.floor(Math.floor(i / latent) / along ** (i % latent)) % along));
}

/** m(z) between the places of the lattice. @param {Float32Array} lattice n × 2 @param {readonly number[]} z @returns {[number, number]} */
export function decodedAt(lattice, z) {
  const latent = /** @type {1|2} */ (z.length), along = ALONG[latent];
  const parts = z.map((value) => {
    const exact = Math.min(along - 1, Math.max(0, ((value + SPAN) / (2 * SPAN)) * (along - 1)));
    const place = Math.min(along - 2, Math.floor(exact));
    return {place, share: exact - place};
  });
  const found = /** @type {[number, number]} */ ([0, 0]);
  for (let corner = 0; corner < 2 ** latent; corner++) {
    let [index, weight] = [0, 1];
    parts.forEach(({place, share}, d) => {
      const far = (corner >> d) & 1;
      index += (place + far) * along ** d;
      weight *= far ? share : 1 - share;
    });
    found[0] += weight * lattice[2 * index];
    found[1] += weight * lattice[2 * index + 1];
  }
  return found;
}

/** p(z|x) over the lattice by Bayes' rule, its highest value 1: N(x; m(z), s² I) N(z; 0, I). @param {Float32Array} lattice @param {1|2} latent @param {readonly [number, number]} x @param {number} sd */
export function posteriorOver(lattice, latent, [x, y], sd) {
  const z = latticeOf(latent);
  const logs = Float64Array.from({length: lattice.length / 2}, (_, i) => {
    let square = ((lattice[2 * i] - x) ** 2 + (lattice[2 * i + 1] - y) ** 2) / sd ** 2;
    for (let d = 0; d < latent; d++) square += z[i * latent + d] ** 2;
    return -0.5 * square;
  });
  const highest = logs.reduce((most, one) => Math.max(most, one), -Infinity);
  return logs.map((one) => Math.exp(one - highest));
}
