// @ts-check
// Small computations on images that several panels share.

/** Test images one after another, 0…1. @param {Uint8Array} images of so many pixels each @param {number} pixels @param {readonly number[]} indices */
export function gatherImages(images, pixels, indices) {
  const values = new Float32Array(indices.length * pixels);
  indices.forEach((index, i) => {
    for (let p = 0; p < pixels; p++) values[i * pixels + p] = images[index * pixels + p] / 255;
  });
  return values;
}

/** The blend (1 − t)·a + t·b of two images. @param {ArrayLike<number>} a @param {ArrayLike<number>} b @param {number} t @param {Float32Array} out @param {number} [start] */
export function blendPixels(a, b, t, out, start = 0) {
  for (let i = 0; i < a.length; i++) out[start + i] = a[i] + t * (b[i] - a[i]);
  return out;
}
