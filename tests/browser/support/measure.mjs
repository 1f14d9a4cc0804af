// Times of the browser's core on one bundle, in ms: node tests/browser/support/measure.mjs BUNDLE [--json]
import { readFileSync } from "node:fs";

import { readBundle, unpackImages } from "../../../dashboard/browser/model/bundle.js";
import { observeFixed, seededNormal } from "../../../dashboard/browser/images/digits.js";
import { gapsOf } from "../../../dashboard/browser/exact/gaps.js";
import { createNetwork } from "../../../dashboard/browser/model/networks.js";
import { Inference } from "../../../dashboard/browser/exact/posterior.js";

/** Median and 95th percentile of the times of `work(0)`, `work(1)`, … */
function time(count, work) {
  const times = Array.from({ length: count }, (_, index) => {
    const began = performance.now();
    work(index);
    return performance.now() - began;
  }).sort((a, b) => a - b);
  return { p50: +times[count >> 1].toFixed(3), p95: +times[Math.floor(0.95 * (count - 1))].toFixed(3) };
}

function finish(job) {
  for (;;) {
    const { done, value } = job.next();
    if (done) return value;
  }
}

const bytes = readFileSync(process.argv[2]);
const results = { read: time(3, () => readBundle(bytes)) };
const bundle = readBundle(bytes);
const images = await unpackImages(bundle);
const draw = seededNormal(0);
const latent = (count) => Float32Array.from({ length: count }, () => draw()[0]);
const x = Array.from({ length: 60 }, (_, index) => observeFixed(images, index, bundle.points));
const out = new Float32Array(784);

for (const allowSimd of [true, false]) {
  const network = createNetwork(bundle, { allowSimd });
  const z = latent(2000);
  for (let i = 0; i < 200; i++) network.decode(z[i], z[i + 1], out); // until the compilers have settled
  const kind = network.simd ? "simd" : "plain";
  results[`decode ${kind}`] = time(500, (i) => network.decode(z[i], z[i + 1], out));
  results[`encode ${kind}`] = time(60, (i) => network.encode(x[i]));
  for (const side of [20, 40]) results[`${side}×${side} ${kind}`] = time(5, () => network.decodeMany(latent(2 * side * side)));
}
if (bundle.kind === "vae") {
  const network = createNetwork(bundle);
  let inference;
  results.prepare = time(1, () => finish((inference = new Inference(network, bundle.points)).prepare()));
  for (const image of x.slice(0, 10)) finish(inference.exact(image));
  results.coarse = time(60, (i) => inference.coarse(x[i]));
  results.exact = time(60, (i) => finish(inference.exact(x[i])));
  results.gaps = time(20, (i) => finish(gapsOf(inference, x[i], inference.encode(x[i]), finish(inference.exact(x[i])))));
}
if (process.argv.includes("--json")) console.log(JSON.stringify(results));
else console.table(results);
