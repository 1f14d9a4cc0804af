// A shaded field that is asked for comes, whatever became of earlier questions.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createBackdrop } from "../../../dashboard/browser/map/backdrop.js";
import { initialState, reduce } from "../../../dashboard/browser/state/state.js";

const VIEW = { scale: 40, cx: 0, cy: 0, width: 200, height: 200 };
const tick = () => new Promise((resolve) => setTimeout(resolve));

/** A backdrop, the questions that its worker was asked, and how often it asked for a frame. */
function opened() {
  const asked = [];
  const app = {
    frames: 0,
    invalidate: () => app.frames++,
    batches: [{
      fields: (name, grid) => new Promise((resolve, reject) => {
        asked.push({ name, reject, drop: () => resolve(null), answer: () => resolve(new Float32Array(grid.columns * grid.rows).fill(0.5)) });
      }),
    }],
  };
  return { asked, app, backdrop: createBackdrop(app, { place: 0 }) };
}

const layer = (state, name, on) => reduce(state, { type: "layer", layer: name, on });
const ENTROPY = layer(initialState(1), "entropy", true);

test("a field that got lost is asked for again in the next frame, once", async () => {
  for (const lose of ["drop", "reject"]) {
    const { asked, app, backdrop } = opened();
    backdrop.request(ENTROPY, VIEW);
    backdrop.request(ENTROPY, VIEW);
    assert.equal(asked.length, 1);
    asked[0][lose](new Error("the worker ended"));
    await tick();
    backdrop.request(ENTROPY, VIEW);
    assert.equal(asked.length, 2, lose);
    asked[1].answer();
    await tick();
    assert.equal(backdrop.shown(ENTROPY).field?.name, "entropy");
    assert.equal(app.frames, 1);
  }
});

test("a layer that was taken away and came back is drawn, in whatever order the answers come", async () => {
  for (const order of [[0, 1, 2], [2, 1, 0], [1, 2, 0]]) {
    const { asked, backdrop } = opened();
    const density = layer(ENTROPY, "density", true);
    for (const state of [ENTROPY, density, ENTROPY]) backdrop.request(state, VIEW);
    assert.deepEqual(asked.map(({ name }) => name), ["entropy", "density", "entropy"]);
    for (const i of order) {
      if (i === 0) asked[0].drop(); // a later question on its channel came first
      else asked[i].answer();
      await tick();
    }
    backdrop.request(ENTROPY, VIEW);
    assert.equal(asked.length, 3);
    assert.equal(backdrop.shown(ENTROPY).field?.name, "entropy", order.join());
  }
});

test("Reset and Undo after it bring a field back", async () => {
  const { asked, backdrop } = opened();
  backdrop.request(ENTROPY, VIEW);
  asked[0].answer();
  await tick();
  const reset = reduce(reduce(ENTROPY, { type: "commit" }), { type: "reset" });
  assert.equal(backdrop.shown(reset).field, null);
  const back = reduce(reduce(reset, { type: "commit" }), { type: "undo" });
  backdrop.request(back, VIEW);
  assert.equal(back.layers.entropy, true);
  assert.equal(backdrop.shown(back).field?.name, "entropy");
});
