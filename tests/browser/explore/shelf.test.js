// The models that came with a page: their encoders are brought when they are needed, those of models shown later, too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { createShelf } from "../../../dashboard/browser/explore/shelf.js";
import { golden } from "../support/python.js";

const NAME = "fourier-gelu-softplus";
const folder = golden();
const [bundle, encoder] = ["decoder", "encoder"].map((part) => readFileSync(join(folder, `${NAME}.${part}`)));
const x = Float32Array.from({ length: 784 }, (_, i) => i % 2);

/** A ladder of three rungs on the first map, a model that stays on the second, and which encoders were asked for. */
function ladder() {
  const asked = [];
  const encoders = [0, 1, 2, 3].map((place) => async () => (asked.push(place), encoder));
  const shelf = createShelf([bundle, bundle, bundle, bundle], [0, 3], [0, 1, 2], encoders);
  return { shelf, asked };
}

test("only what is on show is given its encoder, and only when that is asked for", async () => {
  const { shelf, asked } = ladder();
  assert.deepEqual(shelf.models().map((model) => model.network.encodes), [false, false]);
  assert.deepEqual(asked, []);
  await shelf.complete();
  assert.deepEqual(shelf.models().map((model) => model.network.encodes), [true, true]);
  assert.deepEqual(asked, [0, 3]);
  shelf.step(2);
  assert.deepEqual(shelf.models().map((model) => model.network.encodes), [false, true]);
  const [, second] = shelf.models().map((model) => model.network);
  await shelf.complete();
  assert.deepEqual(shelf.models().map((model) => model.network.encodes), [true, true]);
  assert.equal(shelf.models()[1].network, second, "what could encode is left as it is");
  shelf.close();
});

test("a worker made after the encoders came encodes, too", async () => {
  const { shelf } = ladder();
  const [first] = shelf.decoders();
  await shelf.complete();
  const want = await first.exactPosterior(x);
  shelf.step(1);
  const [later] = shelf.decoders();
  assert.notEqual(later, first);
  assert.deepEqual(await later.exactPosterior(x), want);
  shelf.close();
});
