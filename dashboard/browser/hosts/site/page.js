// @ts-check
// What every page of the site has besides its own content: what Python told of it, the theme, the key that collects scenes, and no bar in
// a frame that asks for none. Addresses are beside the root of the site, to which each page's <base> leads.

import {mountCollecting} from "../../lecture/collecting.js";
import {keepForOffline} from "./offline.js";

const THEME = "latent-explorer/theme";
const FRAMED = /(light|dark)_theme/;

/**
 * @typedef {object} Page
 * @property {any} about what dashboard/site told of this page
 * @property {HTMLElement} root where its content goes
 * @property {() => boolean} isDark
 * @property {(changed: () => void) => void} onTheme
 * @property {(addresses?: readonly string[]) => void} keep have this page, with what lies at some more addresses, without a network from now on
 */

/** @param {string} name of the page; nothing on Explore @returns {Page} */
export function openPage(name) {
  const root = /** @type {HTMLElement} */ (document.getElementById("page"));
  const about = JSON.parse(document.getElementById("about")?.textContent ?? "{}");
  const query = new URLSearchParams(location.search);
  /** @type {(() => void)[]} */
  const told = [];
  document.documentElement.toggleAttribute("data-embedded", query.has("embed"));
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const choice = /** @type {HTMLSelectElement} */ (document.getElementById("theme"));
  choice.value = keptTheme();
  choice.addEventListener("change", () => {
    keepTheme(choice.value);
    wear();
  });
  scheme.addEventListener("change", wear);
  document.querySelector("nav [aria-current]")?.scrollIntoView({block: "nearest", inline: "center"}); // on a phone the bar is wider than the screen
  wear();
  mountCollecting(/** @type {HTMLElement} */ (document.getElementById("collecting")), {collects: name !== "lecture", titles: about.titles ?? {}, page: () => name});

  function wear() {
    const asked = FRAMED.exec(query.get("embed_options") ?? "")?.[1] ?? choice.value; // in the address as Streamlit has it
    document.documentElement.dataset.theme = asked || (scheme.matches ? "dark" : "light");
    for (const changed of told) changed();
  }

  return {
    root, about,
    isDark: () => document.documentElement.dataset.theme === "dark",
    onTheme: (changed) => told.push(changed),
    keep: (addresses = []) => keepForOffline(`${name && `${name}/`}index.html`, addresses),
  };
}

/** Some browsers keep nothing, as in a private window. */
function keptTheme() {
  try {
    const kept = localStorage.getItem(THEME) ?? "";
    return ["light", "dark"].includes(kept) ? kept : "";
  } catch {
    return "";
  }
}

/** @param {string} theme */
function keepTheme(theme) {
  try {
    localStorage.setItem(THEME, theme);
  } catch {
    // it lasts until the page is left
  }
}
