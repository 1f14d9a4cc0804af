// Typesets LaTeX as MathML, which browsers show without a script or a font of ours: `python -m dashboard.learn` calls it, with
// [[latex, displayed], …] as JSON by standard input, and keeps the answers, so that a site is written without Node.
import {readFileSync} from "node:fs";
import temml from "temml";

/** @type {[string, boolean][]} */
const asked = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(asked.map(([latex, displayMode]) => temml.renderToString(latex, {displayMode, throwOnError: true, strict: true}))));
