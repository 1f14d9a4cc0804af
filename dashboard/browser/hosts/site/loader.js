// @ts-check
// The first lines of a page of the site, which stand in it (dashboard/site/html.py): they ask for its program, and for the models that it
// will show, side by side with its styles. The program lies packed, since many hosts of static files pack nothing.

import {showFailure} from "../../base/dom.js";
import {PlainError} from "../../base/errors.js";
import {contentOf} from "../../base/parts.js";
import {answerAt, askAhead} from "../served/ahead.js";
import {askedModels, lateOnes, placedModels} from "./choice.js";

/** @param {Document} page */
export async function begin(page) {
  const {program = ""} = /** @type {HTMLScriptElement} */ (page.currentScript).dataset;
  const {shelf, names} = JSON.parse(page.getElementById("about")?.textContent ?? "{}");
  const ready = scriptAhead(page, program);
  if (!ready) askAhead(program);
  if (shelf) {
    const placed = names ? {all: names, shown: []} : placedModels(shelf, askedModels(shelf, location.search).names);
    placed.all.forEach((/** @type {string} */ name, /** @type {number} */ place) => {
      const [bundle, , decoder] = shelf.models[name].parts;
      for (const part of lateOnes(placed).includes(place) ? [bundle] : [bundle, decoder]) askAhead(part);
    });
  }
  try {
    const source = ready ?? URL.createObjectURL(new Blob([await programAt(program)], {type: "text/javascript"}));
    await readAndStyled(page);
    const script = page.createElement("script");
    script.src = source;
    page.body.append(script);
    await new Promise((resolve, reject) => {
      script.onload = resolve;
      script.onerror = () => reject(unopened(program, null));
    });
  } catch (error) {
    await readAndStyled(page);
    showFailure(/** @type {HTMLElement} */ (page.getElementById("page")), error);
  }
}

/** The address of the program as a script, which has been asked for, where the device has what keeps it so (keeper.js). @param {Document} page @param {string} program */
function scriptAhead(page, program) {
  if (!navigator.serviceWorker?.controller) return null;
  const link = page.createElement("link");
  [link.rel, link.as, link.href] = ["preload", "script", program.replace(/\.bin$/, ".js")];
  page.head.append(link);
  return link.href;
}

/** @param {string} address @param {Response|null} answer */
function unopened(address, answer) {
  return new PlainError(`This page cannot be opened: ${new URL(address, document.baseURI)} ${answer ? `answers ${answer.status}` : "does not answer"}. Reload it to try again.`);
}

/** @param {string} address */
async function programAt(address) {
  const answer = await answerAt(address);
  if (!answer?.ok || !answer.body) throw unopened(address, answer);
  return contentOf(answer);
}

/** Once the page was read to its end, and its styles are here or are known not to come. @param {Document} page */
async function readAndStyled(page) {
  if (page.readyState === "loading") await new Promise((resolve) => page.addEventListener("DOMContentLoaded", resolve, {once: true}));
  const style = /** @type {HTMLLinkElement|null} */ (page.querySelector("link[rel=stylesheet]"));
  if (style && !style.sheet) await new Promise((resolve) => ["load", "error"].forEach((type) => style.addEventListener(type, resolve, {once: true})));
}
