// What is known of the posterior by now, and of which state of a drawing.
import assert from "node:assert/strict";
import { test } from "node:test";

import { createPosteriors } from "../../../../dashboard/browser/explore/posterior/probes.js";
import { createPosteriorProbe } from "../../../../dashboard/browser/explore/posterior/probe.js";
import { createStore, initialState } from "../../../../dashboard/browser/state/state.js";

globalThis.matchMedia ??= () => ({ matches: true });

const ENCODER = { mu: [0, 0], std: [1, 1], elbo: -150, nll: 145, kl: 5 };
const BEST = { mu: [0.1, 0], std: [1, 1], elbo: -140, nll: 135, kl: 5 };
const GRID = { columns: 1, rows: 1, low: [0, 0], high: [1, 1] };
const picture = (logPx) => ({ logPx, error: 0, decoded: 9, modes: [[0, 0]], grid: GRID, density: Float32Array.of(1), contours: [1, 0.5] });
const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

/** A page on which one draws, whose worker answers when it is told to. */
function drawing() {
  const answers = [];
  let count = 0;
  const state = { mode: "draw", refined: false, noise: 0, z: [[0, 0]], hovered: null, layers: {} };
  const app = {
    models: [{ place: 0, bundle: { kind: "vae" } }], images: null, subject: null,
    batches: [{
      coarsePosterior: async () => picture(-1), gaps: async () => ({ logPx: -130, encoder: ENCODER, best: BEST, path: [ENCODER, BEST] }),
      exactPosterior: () => new Promise((resolve) => answers.push((logPx) => resolve({ ...picture(logPx), encoder: ENCODER }))),
      logJoint: async (x, z) => new Float64Array(z.length / 2).fill(-130), prepare: async () => (count += 1),
    }],
    store: { state, dispatch: ({ values }) => Object.assign(state, values) },
    draw: { subject: () => app.subject }, invalidate() {}, commit() {},
  };
  const probe = createPosteriorProbe(app, app.models[0]);
  const draw = (key) => {
    app.subject = { story: "drawing", key, x: new Float32Array(784) };
    probe.request(state);
  };
  return { app, probe, state, draw, prepared: () => count, answer: async (logPx) => (answers.shift()(logPx), soon()) };
}

test("what every posterior needs is decoded before there is an image, once, and where one is likely to be asked about", () => {
  const { probe, state, prepared } = drawing();
  probe.request({ ...state, mode: "move" });
  assert.equal(prepared(), 0);
  probe.request(state);
  probe.request({ ...state, mode: "inspect" });
  assert.equal(prepared(), 1);
  assert.equal(probe.isWorking(), false);
});

test("of a large network it says how far that is, rests while no posterior is wanted, and goes on from there", async () => {
  const { probe, state, app } = drawing();
  const told = [];
  app.batches[0].prepare = () => new Promise((resolve) => told.push(resolve));
  probe.request(state);
  await soon();
  told.shift()(0.25);
  await soon();
  const { share, seconds } = probe.progress();
  assert.equal(share, 0.25);
  assert.ok(seconds > 0.05 && seconds < 1, `${seconds} s more, after 20 ms and the turn of a page for a quarter`);
  probe.request({ ...state, mode: "move" });
  told.shift()(0.5);
  await soon();
  assert.deepEqual([told.length, probe.progress().share], [0, 0.5]);
  probe.request(state);
  told.shift()(1);
  await soon();
  probe.request(state);
  assert.deepEqual([told.length, probe.progress().share], [0, 1]);
});

test("numbers of an earlier state of a drawing are told from those of the present one", async () => {
  const { probe, draw, answer } = drawing();
  assert.equal(probe.isWorking(), false, "there is nothing to work out");
  draw("one stroke");
  assert.equal(probe.isWorking(), true);
  await soon();
  await answer(-165);
  assert.deepEqual([probe.isWorking(), probe.truth().exact.logPx], [false, -165]);
  draw("two strokes");
  await soon();
  assert.deepEqual([probe.isWorking(), probe.truth().exact.logPx], [true, -165]);
  assert.equal(await probe.closeUp(probe.truth().exact, 8), null, "nor is it decoded closer");
  await answer(-118);
  assert.deepEqual([probe.isWorking(), probe.truth().exact.logPx], [false, -118]);
  assert.equal((await probe.closeUp(probe.truth().exact, 8)).grid.columns, 8);
});

test("what the encoder's bound is stays known while q is refined, as by a link that brings it refined", async () => {
  const { probe, state, draw, answer } = drawing();
  state.refined = true;
  draw("one stroke");
  await soon();
  await answer(-130);
  probe.request(state);
  await soon();
  probe.advance();
  assert.deepEqual([probe.truth().q.elbo, probe.truth().encoder.elbo], [BEST.elbo, ENCODER.elbo]);
});

test("each of two VAEs has its own numbers of an image, is refined with the other, and can be put under the lens", async () => {
  const points = { std: null, splits: {}, protocol: "grey" };
  const model = (place) => ({ place, bundle: { kind: "vae", points } });
  const answers = [{ logPx: -100, encoder: ENCODER, best: BEST }, { logPx: -120, encoder: { ...ENCODER, mu: [3, 3], elbo: -170 }, best: { ...BEST, mu: [2, 2], elbo: -130 } }];
  const app = {
    models: [model(0), model(1)], images: null, commit() {}, invalidate() {},
    batches: answers.map(({ logPx, encoder, best }) => ({
      prepare: async () => 1, coarsePosterior: async () => picture(-1), gaps: async () => ({ logPx, encoder, best, path: [encoder, best] }), exactPosterior: async () => ({ ...picture(logPx), encoder }),
    })),
    store: createStore({ ...initialState(2), mode: "draw", z: [[0, 0], [3, 3]] }, () => {}),
    draw: { subject: () => ({ story: "drawing", key: "one stroke", x: new Float32Array(784) }) },
  };
  const posteriors = createPosteriors(app);
  const frame = async () => (posteriors.request(app.store.state), await soon(), posteriors.advance());
  await frame();
  assert.deepEqual(posteriors.probes.map((probe) => probe.truth().exact.logPx), [-100, -120]);
  assert.equal(posteriors.of(app.models[1]).truth().q.elbo, -170);
  posteriors.refine();
  await frame();
  assert.deepEqual(app.store.state.z, [BEST.mu, [2, 2]], "both points are where the best q are");
  assert.deepEqual(posteriors.probes.map((probe) => probe.truth().q.elbo), [-140, -130]);
  posteriors.refine();
  assert.deepEqual(app.store.state.z, [[0, 0], [3, 3]], "and go back together");
  assert.equal(posteriors.underLens(), posteriors.probes[0]);
  app.store.dispatch({ type: "set", values: { lens: 1 } });
  assert.equal(posteriors.underLens(), posteriors.probes[1]);
});
