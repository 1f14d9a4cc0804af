// Images whose pixels lie sorted by their neighbours come back as they were, against Python's writer.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {gunzipSync} from "node:zlib";
import {test} from "node:test";

import {toItsEnd} from "../../../dashboard/browser/base/slices.js";
import {joinImages} from "../../../dashboard/browser/hosts/file/images.js";

const SCRIPT = `
import gzip, sys
import numpy as np
from dashboard.explore.parted_images import parted
from vae_engine.data import mnist
noise = np.random.default_rng(0).integers(0, 256, (40, 28, 28)).astype(np.uint8)
digits = mnist.load("test").images[:600]
for images in (noise, digits, digits[:0], noise[:, :9, :9]):
    print(gzip.compress(images.tobytes()).hex(), gzip.compress(parted(images)).hex())
sizes = [len(gzip.compress(content, 9)) for content in (mnist.load("test").images.tobytes(), parted(mnist.load("test").images))]
print(*sizes)
`;

test("images come back as they were, and MNIST's take a fifth less", () => {
  const lines = execFileSync(process.env.PYTHON ?? "python3", ["-c", SCRIPT], {encoding: "utf8", maxBuffer: 1e9}).trim().split("\n");
  for (const line of lines.slice(0, 4)) {
    const [images, sorted] = line.split(" ").map((hex) => new Uint8Array(gunzipSync(Buffer.from(hex, "hex"))));
    assert.deepEqual(toItsEnd(joinImages(sorted, line === lines[3] ? 9 : 28)), images);
  }
  const [before, after] = lines[4].split(" ").map(Number);
  assert.ok(after < 0.81 * before, `${after} of ${before} bytes`);
});
