// Assembles the WAT sources of dashboard/browser into the scripts beside them. Run: npm run build:kernel
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const BROWSER = new URL("../../../dashboard/browser/", import.meta.url);

/** What is assembled: source, script, and the names of the plain and of the fused form in it. */
export const KERNELS = [
  { source: "model/linear_kernel.wat", script: "model/linear_kernel.js", plain: "LINEAR_KERNEL", fused: "FUSED_KERNEL" },
  { source: "train/kernel.wat", script: "train/kernel_code.js", plain: "TRAINING_KERNEL", fused: "FUSED_TRAINING_KERNEL" },
];

/** The text of a script for the WAT source beside it. */
export async function assembleKernel({ source, plain, fused } = KERNELS[0]) {
  const { default: loadWabt } = await import("wabt");
  const wabt = await loadWabt();
  const name = source.split("/")[1];
  const text = repeated((await readFile(new URL(source, BROWSER), "utf8")).split("\n"), {}).join("\n");
  const assembled = (isFused) => {
    const { buffer } = wabt.parseWat(name, withSums(text, isFused), { simd: true, relaxed_simd: true }).toBinary({ write_debug_names: false });
    return Buffer.from(buffer).toString("base64").match(/.{1,100}/g).map((line) => `  "${line}"`).join(" +\n");
  };
  return [
    "// @ts-check",
    `// ${name}, assembled: made by \`npm run build:kernel\`, proved fresh by a test.`,
    "",
    "/** WebAssembly in base64. */",
    `export const ${plain} =\n${assembled(false)};`,
    "",
    "/** The same, multiplying and adding in one instruction where the processor can; newer browsers only. */",
    `export const ${fused} =\n${assembled(true)};`,
    "",
  ].join("\n");
}

/** Lines with those between `@repeat NAME FROM TO` and `@end` repeated, and `{…}` worked out with the names. */
function repeated(lines, names) {
  const found = [];
  for (let i = 0; i < lines.length; i++) {
    const [, name, from, to] = /^\s*;; @repeat (\w+) (\d+) (\d+)$/.exec(lines[i]) ?? [];
    if (!name) {
      found.push(Object.keys(names).length ? lines[i].replace(/\{(.+?)\}/g, (_, code) => new Function(...Object.keys(names), `return ${code}`)(...Object.values(names))) : lines[i]);
      continue;
    }
    const begin = i + 1;
    for (let depth = 1; depth; ) depth += /^\s*;; @(repeat|end)/.exec(lines[++i])?.[1] === "repeat" ? 1 : lines[i].trim() === ";; @end" ? -1 : 0;
    for (let value = Number(from); value < Number(to); value++) found.push(...repeated(lines.slice(begin, i), { ...names, [name]: value }));
  }
  return found;
}

/** Text with every (fma a b c) as a·b + c, in one instruction or in two. */
function withSums(text, isFused) {
  const at = text.indexOf("(fma ");
  if (at < 0) return text;
  const parts = [];
  let end = at + 4;
  for (let depth = 0, begin = end; ; end++) {
    if (text[end] === "(" && depth++ === 0) begin = end;
    if (text[end] === ")" && --depth === 0) parts.push(text.slice(begin, end + 1));
    if (depth < 0) break;
  }
  const [a, b, c] = parts;
  return withSums(text.slice(0, at) + (isFused ? `(f32x4.relaxed_madd ${a} ${b} ${c})` : `(f32x4.add ${c} (f32x4.mul ${a} ${b}))`) + text.slice(end + 1), isFused);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const kernel of KERNELS) await writeFile(new URL(kernel.script, BROWSER), await assembleKernel(kernel));
}
