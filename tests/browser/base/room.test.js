// Marks that each keep a box to themselves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRoom } from "../../../dashboard/browser/base/room.js";
import { seededNormal } from "../../../dashboard/browser/images/digits.js";

const [WIDE, TALL] = [9, 12];

test("no two marks overlap, and a place is refused only for one that lies in its way", () => {
  const [room, draw] = [createRoom(WIDE, TALL), seededNormal(3)];
  const kept = [];
  for (let i = 0; i < 3000; i++) {
    const [x, y] = draw().map((value) => value * 60);
    const inTheWay = kept.some((one) => Math.abs(one[0] - x) < WIDE && Math.abs(one[1] - y) < TALL);
    assert.equal(room.take(x, y), !inTheWay);
    if (!inTheWay) kept.push([x, y]);
  }
  assert.ok(kept.length > 100);
});
