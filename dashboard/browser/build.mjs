// Bundles the modules of this folder into built/, one script a host and one style sheet a view: npm run build
//
// A visitor needs neither Node nor a build: what it makes is committed, and a test proves it fresh. `npm run build:dev`
// leaves names and lines as they are and adds source maps; build again without it before a commit.
import {build} from "esbuild";
import {mkdir, readFile, rm, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";

const HERE = fileURLToPath(new URL("./", import.meta.url));
/** Streamlit and a notebook take the default export of a module; a page of its own calls what hangs on a name. */
const HOSTS = {
  "notebook/explore": "export default latentExplorerProgram().default;",
  "notebook/film": "export default latentExplorerProgram().default;",
  "streamlit/device": "export default latentExplorerProgram().default;",
  "streamlit/explore": "const {default: view, begin} = latentExplorerProgram();\nexport {view as default, begin};",
  "streamlit/film": "export default latentExplorerProgram().default;",
  "streamlit/learn": "export default latentExplorerProgram().default;",
  "streamlit/lecture": "export default latentExplorerProgram().default;",
  "streamlit/scenes": "export default latentExplorerProgram().default;",
  "streamlit/speaker": "latentExplorerProgram();",
  "site/explore": "latentExplorerProgram().open();",
  "site/film": "latentExplorerProgram().open();",
  "site/lab": "latentExplorerProgram().open();",
  "site/learn": "latentExplorerProgram().open();",
  "site/lecture": "latentExplorerProgram().open();",
  "site/moved": "latentExplorerProgram();",
  "site/plain": "latentExplorerProgram();",
  "site/worksheet": "latentExplorerProgram().open();",
  "site/toy": "latentExplorerProgram().open();",
  "site/toy_trainer": "latentExplorerProgram();",
  "site/train": "latentExplorerProgram().open();",
  "site/trainer": "latentExplorerProgram();",
  "site/worker": "latentExplorerProgram();",
  "file/explore": "const latentExplorer = latentExplorerProgram();",
  "file/film": "const latentExplorer = latentExplorerProgram();",
};
const STYLES = ["explore/explorer", "explore/legend", "explore/columns/columns", "explore/network/network", "explore/plane/note", "explore/posterior/posterior", "film/film", "book/book", "lab/lab", "worksheet/sheet", "learn/course", "learn/lesson", "train/page/train", "train/toy/page/toy", "lecture/lecture", "lecture/notes", "explore/presented/presented", "hosts/notebook/notebook", "hosts/site/site", "words/terms"];
// Streamlit takes text for a path when it is one line; with this first line it is none.
const FIRST_LINE = "/* The latent explorer, built by dashboard/browser/build.mjs: edit the modules beside it instead. */\n";
// A script with model/worker.js keeps its own text, of which that makes a worker without a second file. On a page with several
// scripts the text is that of any: each knows all of a worker's work.
const KEEPS = "__latentExplorerWorker";
const KEPT = "globalThis.__latentExplorerSource = `(${latentExplorerProgram})();`;\n";

/** Hosts whose scripts carry uqr, which asks that its licence goes with it. */
const WITH_CODES = ["streamlit/lecture", "site/lecture", "file/explore"];

/** Everything that belongs into built/, by path. @param {{dev?: boolean}} [options] @returns {Promise<Map<string, string>>} */
export async function builtFiles({dev = false} = {}) {
  const common = {absWorkingDir: HERE, bundle: true, write: false, minify: !dev, charset: "utf8", legalComments: "none", target: "es2022"};
  const files = new Map();
  const licence = await readFile(fileURLToPath(new URL("../../node_modules/uqr/LICENSE", import.meta.url)), "utf8");
  for (const [name, ending] of Object.entries(HOSTS)) {
    const text = await textOf({
      ...common, entryPoints: [`hosts/${name}.js`], format: "iife", globalName: "latentExplorer", sourcemap: dev && "inline",
      banner: {js: `${FIRST_LINE}${WITH_CODES.includes(name) ? `/* uqr:\n${licence}*/\n` : ""}const latentExplorerProgram = (function () {`}, footer: {js: "return latentExplorer;\n});"},
    });
    files.set(`${name}.js`, `${text}${text.includes(KEEPS) ? KEPT : ""}${ending}\n`);
  }
  for (const name of ["file/loader", "site/loader", "streamlit/loader"]) {
    files.set(`${name}.js`, await textOf({...common, entryPoints: [`hosts/${name}.js`], format: "iife", globalName: "latentExplorerLoader", banner: {js: FIRST_LINE}}));
  }
  // It says its licence itself. The addresses of its maker's services, which nothing here uses, go out.
  const plotly = await readFile(fileURLToPath(new URL("../../node_modules/plotly.js-basic-dist-min/plotly-basic.min.js", import.meta.url)), "utf8");
  files.set("lab/plotly.js", plotly.replace(/https:\/\/[\w.]*plot\.?ly[\w./]*/g, ""));
  for (const name of STYLES) files.set(`${name}.css`, await textOf({...common, entryPoints: [`${name}.css`], banner: {css: FIRST_LINE}}));
  return files;
}

/** @param {import("esbuild").BuildOptions} options */
async function textOf(options) {
  const {outputFiles} = await build(options);
  return /** @type {import("esbuild").OutputFile[]} */ (outputFiles)[0].text;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await rm(join(HERE, "built"), {recursive: true, force: true});
  for (const [name, text] of await builtFiles({dev: process.argv.includes("--dev")})) {
    const path = join(HERE, "built", name);
    await mkdir(dirname(path), {recursive: true});
    await writeFile(path, text);
  }
}
