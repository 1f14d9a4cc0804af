// Assembles dashboard/browser/linear_kernel.wat into linear_kernel.js. Run: npm run build:kernel
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const FOLDER = new URL("../../../dashboard/browser/", import.meta.url);

/** The text of linear_kernel.js for the WAT source beside it. */
export async function assembleKernel() {
  const { default: loadWabt } = await import("wabt");
  const wabt = await loadWabt();
  const parsed = wabt.parseWat("linear_kernel.wat", await readFile(new URL("linear_kernel.wat", FOLDER), "utf8"), { simd: true });
  const { buffer } = parsed.toBinary({ write_debug_names: false });
  const lines = Buffer.from(buffer).toString("base64").match(/.{1,100}/g).map((line) => `  "${line}"`);
  return [
    "// @ts-check",
    "// linear_kernel.wat, assembled: made by `npm run build:kernel`, proved fresh by a test.",
    "",
    "/** WebAssembly in base64. */",
    `export const LINEAR_KERNEL =\n${lines.join(" +\n")};`,
    "",
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(new URL("linear_kernel.js", FOLDER), await assembleKernel());
}
