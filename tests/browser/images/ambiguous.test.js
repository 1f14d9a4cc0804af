// @ts-check
// Hard images: which they are by the numbers kept with a model, and where there are none, the next one that is found by looking.
import assert from "node:assert/strict";
import test from "node:test";

import {ambiguousImages, FAR_OFF, lookAfter} from "../../../dashboard/browser/images/ambiguous.js";

test("hard are images with two modes or a gap above the limit", () => {
  const truths = {modes: [1, 2, 1, 1], logPx: [-100, -100, -100, -100], elbo: [-101, -101, -100 - FAR_OFF, -101 - FAR_OFF]};
  assert.deepEqual(ambiguousImages(/** @type {any} */ ({truths})), [1, 3]);
  assert.deepEqual(ambiguousImages(/** @type {any} */ ({truths: null})), []);
});

test("one looks on from an image, round past the last one, and no farther than asked", async () => {
  /** @type {number[]} */
  let asked = [];
  const hard = (/** @type {number[]} */ ...all) => async (/** @type {number} */ one) => all.includes(asked[asked.push(one) - 1]);
  const looked = async (/** @type {Parameters<typeof lookAfter>} */ ...from) => ((asked = []), [await lookAfter(...from), asked]);
  assert.deepEqual(await looked(5, null, 9, hard(1, 3)), [1, [0, 1]]);
  assert.deepEqual(await looked(5, 3, 9, hard(1, 3)), [1, [4, 0, 1]]);
  assert.deepEqual(await looked(5, 1, 9, hard(1)), [1, [2, 3, 4, 0, 1]]);
  assert.deepEqual(await looked(5, 0, 2, hard(4)), [null, [1, 2]]);
  assert.deepEqual(await looked(5, 0, 9, async (one) => (asked.push(one), one === 2 ? null : false)), [null, [1, 2]], "nobody waits any more");
});
