// The words of the subject: found in a label, explained once, and by the same table as in Python.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import GLOSSARY from "../../../dashboard/browser/words/glossary.json" with { type: "json" };
import { piecesOf } from "../../../dashboard/browser/words/terms.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const LOCAL = join(ROOT, ".venv/bin/python");
const PYTHON = process.env.PYTHON ?? (existsSync(LOCAL) ? LOCAL : "python3");

const LABELS = [
  "KL(q ‖ p(z|x))", "log p(x), IS, mean of repeats", "reconstruction (nll)", "active units of 2", "gap", "aggregate posterior within r",
  "log p(x) −82.10 = ELBO −83.00 + gap 0.90", "Nearest training code 0.05 prior sd away.", "0.012 code units", "σ₁", "μ₂", "2σ", "encoded modest codec",
  "undecided pixels: VAE 9", "variational inference, all Monte Carlo", "the divergence KL", "AE, z ~ N(0, I)", "ELBO, ELBO", "importance-sampled autoencoders", "KL to the prior", "β", "multi-code", "elboKL",
];

const wordsOf = (text) => piecesOf(text).filter((piece) => piece.means);

test("a label stays as it is, and each of its words is explained where it first stands", () => {
  for (const label of LABELS) assert.equal(piecesOf(label).map((piece) => piece.text).join(""), label);
  assert.deepEqual(piecesOf("ELBO, ELBO"), [{ text: "ELBO", means: GLOSSARY.ELBO.means }, { text: ", ELBO", means: "" }]);
  assert.deepEqual(wordsOf("KL(q ‖ p(z|x))"), [{ text: "KL(q ‖ p(z|x))", means: GLOSSARY.gap.means }]);
  for (const none of ["encoded modest codec", "multi-code", "elboKL", "2σ"]) assert.deepEqual(wordsOf(none), []);
});

test("Python finds the same words in the same labels and gives the same meanings", () => {
  const program = "import json, sys; from dashboard.shared.glossary import GLOSSARY, words_of; "
    + "print(json.dumps([[GLOSSARY[name] for name in words_of(label)] for label in json.load(sys.stdin)]))";
  const found = JSON.parse(execFileSync(PYTHON, ["-c", program], { cwd: ROOT, input: JSON.stringify(LABELS), encoding: "utf8" }));
  assert.deepEqual(LABELS.map((label) => wordsOf(label).map((piece) => piece.means)), found);
});
