// What a visitor is told of an error: our own sentences, and of any other nothing but that it happened.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { PlainError, sentenceOf } from "../../../dashboard/browser/base/errors.js";

const BROWSER = fileURLToPath(new URL("../../../dashboard/browser/", import.meta.url));

test("an error of ours is said as it is, any other is one plain sentence and goes to the console", (t) => {
  const told = t.mock.method(console, "error", () => {});
  assert.equal(sentenceOf(new PlainError("The file is damaged.")), "The file is damaged.");
  assert.equal(told.mock.callCount(), 0);
  for (const raw of [new TypeError("Reduce of empty array with no initial value"), "a string", undefined, null]) {
    const said = sentenceOf(raw);
    assert.match(said, /^[A-Z][^.]*\.$/);
    assert.ok(!said.includes("Reduce") && !said.includes("undefined") && !said.includes("null"));
  }
  assert.equal(told.mock.callCount(), 4);
});

test("no module shows the text of an error that nobody wrote for people, nor throws one of its own that would not be shown", () => {
  const files = readdirSync(BROWSER, { recursive: true }).filter((name) => name.endsWith(".js") && !name.startsWith("built") && name !== "build.mjs" && name !== join("base", "errors.js"));
  assert.ok(files.length > 80);
  for (const name of files) {
    const text = readFileSync(join(BROWSER, name), "utf8");
    assert.doesNotMatch(text, /\berror\.(message|stack)\b|String\(error\)|\$\{error\}/, name);
    assert.doesNotMatch(text, /throw new (Type|Range)?Error\(|new Error\(/, name);
  }
});
