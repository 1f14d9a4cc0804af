// @ts-check
// Long work on a thread that has other things to do: a generator that pauses now and then, run in slices of a few milliseconds.

/** @typedef {Generator<void, any, void>} Job work that pauses now and then; its value is the answer */

const SLICE = 8; // milliseconds of work between pauses

/** Run a job in slices; null once it is no longer wanted. @param {Job} job @param {() => boolean} wanted */
export async function runJob(job, wanted) {
  for (let began = performance.now(); ; ) {
    const { done, value } = job.next();
    if (done) return value;
    if (performance.now() - began < SLICE) continue;
    await pause();
    if (!wanted()) return null;
    began = performance.now();
  }
}

/** Run a job without a pause. @param {Job} job */
export function toItsEnd(job) {
  for (;;) {
    const { done, value } = job.next();
    if (done) return value;
  }
}

/** Let messages, input and painting have their turn; setTimeout would wait four milliseconds each time. */
export function pause() {
  return /** @type {Promise<void>} */ (new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  }));
}
