// Assembles dashboard/browser/model/linear_kernel.wat into linear_kernel.js. Run: npm run build:kernel
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const SUM = /\(f32x4\.add (\(local\.get \$[lr]\d\)) \(f32x4\.mul (\(local\.get \$value\)) (\(.*\))\)\)\)$/gm;
const FOLDER = new URL("../../../dashboard/browser/model/", import.meta.url);

/** The text of linear_kernel.js for the WAT source beside it. */
export async function assembleKernel() {
  const { default: loadWabt } = await import("wabt");
  const wabt = await loadWabt();
  const source = await readFile(new URL("linear_kernel.wat", FOLDER), "utf8");
  const assembled = (text) => {
    const { buffer } = wabt.parseWat("linear_kernel.wat", text, { simd: true, relaxed_simd: true }).toBinary({ write_debug_names: false });
    return Buffer.from(buffer).toString("base64").match(/.{1,100}/g).map((line) => `  "${line}"`).join(" +\n");
  };
  const fused = source.replace(SUM, "(f32x4.relaxed_madd $2 $3 $1))");
  return [
    "// @ts-check",
    "// linear_kernel.wat, assembled: made by `npm run build:kernel`, proved fresh by a test.",
    "",
    "/** WebAssembly in base64. */",
    `export const LINEAR_KERNEL =\n${assembled(source)};`,
    "",
    "/** The same, multiplying and adding in one instruction where the processor can; newer browsers only. */",
    `export const FUSED_KERNEL =\n${assembled(fused)};`,
    "",
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(new URL("linear_kernel.js", FOLDER), await assembleKernel());
}
