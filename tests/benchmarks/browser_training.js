// What benchmarks/browser_training.py runs in a page: a network of ours and the same in TensorFlow.js, on the same images.
import {startSession} from "./dashboard/browser/train/session.js";
import {modelConfig, trainConfig} from "./dashboard/browser/train/recipe.js";

const PIXELS = 784, BATCH = 128;
const makeWorker = () => new Worker("./dashboard/browser/built/site/trainer.js");

async function images(name, count) {
  const bytes = new Uint8Array(await (await fetch(name)).arrayBuffer());
  return {images: bytes.subarray(0, count * PIXELS), labels: new Uint8Array(count), pixels: PIXELS};
}

function start(model, train, train_images, held, mapped, team, changed) {
  const shown = {...held, classes: [..."0123456789"], splits: {validation: held.labels.length}, of: null};
  return startSession({recipe: {model: modelConfig(model), train: trainConfig(train), name: "run"}, images: train_images, held, shown, mapped, team}, makeWorker(), changed);
}

/** Images a second of so many workers over some seconds, after some steps to warm up. */
globalThis.ourSpeed = async (model, team, seconds) => {
  const [some, held] = [await images("train.bin", 12_000), await images("held.bin", 8)];
  return new Promise((resolve, reject) => {
    let from = null;
    const session = start(model, {batch_size: BATCH, learning_rate: 1e-3, schedule: "constant", steps: 1e6, train_size: 12_000}, some, held, 8, team, () => {
      const now = session.state();
      if (now.failed) return reject(new Error(now.failed));
      if (now.step < 40) return;
      from ??= now;
      if (now.seconds - from.seconds < seconds) return;
      session.end();
      resolve(BATCH * (now.step - from.step) / (now.seconds - from.seconds));
    });
  });
};

/** Images a second of so many trainings of one worker at once, together. */
globalThis.speedApart = async (model, count, seconds) => {
  const speeds = await Promise.all(Array.from({length: count}, () => globalThis.ourSpeed(model, 1, seconds)));
  return speeds.reduce((sum, speed) => sum + speed, 0);
};

/** Images a second of TensorFlow.js with the same network, batch and optimiser. */
globalThis.theirSpeed = async (backend, widths, steps) => {
  const {tf} = globalThis;
  if (backend === "wasm") {
    tf.wasm.setWasmPaths("./tfjs/@tensorflow/tfjs-backend-wasm/dist/");
    tf.wasm.setThreadsCount(1);
  }
  await tf.setBackend(backend);
  await tf.ready();
  const {images: bytes} = await images("train.bin", 1_280);
  const dense = (sizes) => sizes.slice(1).map((out, i) => ({
    w: tf.variable(tf.randomUniform([sizes[i], out], -(sizes[i] ** -0.5), sizes[i] ** -0.5)), b: tf.variable(tf.zeros([out])),
  }));
  const [encoder, decoder] = [dense([PIXELS, ...widths, 4]), dense([2, ...widths, PIXELS])];
  const run = (layers, h) => layers.reduce((x, {w, b}, i) => (i < layers.length - 1 ? tf.relu(tf.add(tf.matMul(x, w), b)) : tf.add(tf.matMul(x, w), b)), h);
  const optimiser = tf.train.adam(1e-3);
  function step(i) {
    const first = (i % 10) * BATCH * PIXELS;
    const x = tf.tidy(() => tf.tensor2d(Float32Array.from(bytes.subarray(first, first + BATCH * PIXELS), (grey) => Number(Math.random() * 255 < grey)), [BATCH, PIXELS]));
    const loss = optimiser.minimize(() => {
      const head = run(encoder, x);
      const [mu, logvar] = [head.slice([0, 0], [BATCH, 2]), head.slice([0, 2], [BATCH, 2])];
      const logits = run(decoder, mu.add(logvar.mul(0.5).exp().mul(tf.randomNormal([BATCH, 2]))));
      const nll = tf.relu(logits).sub(x.mul(logits)).add(tf.log(tf.exp(tf.abs(logits).neg()).add(1))).sum();
      const kl = logvar.add(1).sub(mu.square()).sub(logvar.exp()).sum().mul(-0.5);
      return nll.add(kl).div(BATCH);
    }, true);
    const value = loss.dataSync()[0];
    x.dispose();
    loss.dispose();
    return value;
  }
  const first = step(0);
  for (let i = 1; i < 4; i++) step(i);
  const began = performance.now();
  let last = first;
  for (let i = 0; i < steps; i++) last = step(i);
  const speed = 1000 * BATCH * steps / (performance.now() - began);
  if (!(last < first)) throw new Error(`it does not learn: ${first}, then ${last}`);
  return speed;
};
globalThis.ready = true;
