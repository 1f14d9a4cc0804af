// The text form of bytes in the one-file page is undone exactly, against Python's writer.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { encodeGif } from "../../../dashboard/browser/base/gif.js";
import { toItsEnd } from "../../../dashboard/browser/base/slices.js";
import { joinPlanes } from "../../../dashboard/browser/base/parts.js";
import { decodeText } from "../../../dashboard/browser/hosts/file/payload.js";

const SCRIPT = `
from dashboard.explore import one_file as page
for length in range(40):
    content = bytes((i * 37 + length) % 256 for i in range(length))
    print(page.as_text(page.planes(content)))
`;

test("base 116 and byte planes come back as they were", () => {
  const lines = execFileSync(process.env.PYTHON ?? "python3", ["-c", SCRIPT], { encoding: "utf8" }).split("\n");
  for (let length = 0; length < 40; length++) {
    const content = Uint8Array.from({ length }, (_, i) => (i * 37 + length) % 256);
    assert.deepEqual(joinPlanes(toItsEnd(decodeText(lines[length], length))), content);
  }
});

test("a GIF of noise is larger than its code table and still well formed", () => {
  const frames = [0, 1].map((seed) => Uint8Array.from({ length: 128 * 128 }, (_, i) => (i * i * 31 + seed * 7 + (i >> 3)) & 255));
  const gif = encodeGif({ width: 128, height: 128, palette: new Uint32Array(256), frames, delay: 4 });
  assert.equal(new TextDecoder().decode(gif.subarray(0, 6)), "GIF89a");
  assert.equal(gif.at(-1), 0x3b);
});
