// Runs a Python file of this folder and hands back a temporary folder for its results.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const LOCAL = join(ROOT, ".venv/bin/python");

/** @param {string} file @param {...string} options @returns {string} the folder, removed when the process ends */
export function runPython(file, ...options) {
  const folder = mkdtempSync(join(tmpdir(), "latent-explorer-"));
  process.on("exit", () => rmSync(folder, { recursive: true }));
  const python = process.env.PYTHON ?? (existsSync(LOCAL) ? LOCAL : "python3");
  execFileSync(python, [fileURLToPath(new URL(file, import.meta.url)), folder, ...options], {
    cwd: ROOT,
    env: { ...process.env, PYTHONPATH: ROOT, OMP_NUM_THREADS: "1" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return folder;
}

/** @returns {string} the folder of golden vectors: the one that GOLDEN names, or they are worked out here */
export const golden = () => process.env.GOLDEN ?? runPython("golden.py");
