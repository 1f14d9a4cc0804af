// @ts-check
// Small computations on images of 784 values that several panels share.

const PIXELS_PER_IMAGE = 784;

/** Test images one after another, 0…1. @param {Uint8Array} images @param {readonly number[]} indices */
export function gatherImages(images, indices) {
  const values = new Float32Array(indices.length * PIXELS_PER_IMAGE);
  indices.forEach((index, i) => {
    for (let p = 0; p < PIXELS_PER_IMAGE; p++) values[i * PIXELS_PER_IMAGE + p] = images[index * PIXELS_PER_IMAGE + p] / 255;
  });
  return values;
}

/** The blend (1 − t)·a + t·b of two images. @param {ArrayLike<number>} a @param {ArrayLike<number>} b @param {number} t @param {Float32Array} out @param {number} [start] */
export function blendPixels(a, b, t, out, start = 0) {
  for (let i = 0; i < PIXELS_PER_IMAGE; i++) out[start + i] = a[i] + t * (b[i] - a[i]);
  return out;
}
