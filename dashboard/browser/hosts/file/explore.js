// @ts-check
// The explorer in a page of its own, opened from disk or a server: everything is in the page, the state is in its address.

import {rewriteAddress} from "../../base/address.js";
import {showFailure} from "../../base/dom.js";
import {PlainError} from "../../base/errors.js";
import {mountExplorer} from "../../explore/explorer.js";
import {sessionIn} from "../../lecture/line.js";
import {mountNotes} from "../../lecture/notes.js";
import {nameIn, sideIn} from "../../model/bundle.js";
import {joined} from "../../model/safetensors.js";
import {joinImages} from "./images.js";
import {lectureStrip} from "./lecture.js";
import {readPayload} from "./payload.js";

const PATIENCE = 100; // milliseconds that late parts of the page wait for an idle moment

/** @param {Document} page */
export async function openStaticPage(page) {
  const root = /** @type {HTMLElement} */ (page.getElementById("explorer"));
  const session = sessionIn(location.hash);
  if (session) {
    mountNotes(root, session); // this window is the speaker's
    return;
  }
  try {
    const parts = Array.from(page.querySelectorAll('[id^="bundle-"]'), ({id}) => readPayload(page, id));
    const bundles = (await Promise.all(parts)).filter((bundle) => bundle !== null);
    const ladder = await readLadder(page);
    const isLate = (/** @type {number} */ place) => (ladder.shown ?? [...bundles.keys()]).indexOf(place) > 0;
    await Promise.all(bundles.map(async (bundle, place) => {
      if (!isLate(place)) bundles[place] = joined(bundle, await partOf(page, `decoder-${place}`));
    }));
    const lines = await readPayload(page, "engine");
    root.replaceChildren();
    // Asked for only now: points and decoders are usable before the rest has arrived, which stands behind the script.
    const whole = wholePage(page);
    const late = bundles.map((_, place) => (isLate(place) ? whole.then(() => partOf(page, `decoder-${place}`, whenIdle)) : undefined));
    const wholeBundles = Promise.all(bundles.map(async (bundle, place) => {
      const decoder = await late[place];
      return decoder ? joined(bundle, decoder) : bundle;
    }));
    const coming = bundles.map(async (_, place) => {
      await whole;
      await wholeBundles;
      return partOf(page, `encoder-${place}`, whenIdle);
    });
    const images = Promise.all(coming).then(async () => {
      const sorted = await readPayload(page, "images", whenIdle);
      return sorted && whenIdle(joinImages(sorted, sideIn(bundles[0])));
    });
    const encoders = coming.map((encoder) => () => encoder);
    for (const part of [images, wholeBundles, ...late, ...coming]) part?.catch(() => {}); // said where it is wanted
    const engine = lines ? JSON.parse(new TextDecoder().decode(lines)) : {};
    const lecture = await lectureStrip(page, {names: bundles.map(nameIn), bundles: wholeBundles, encoders, images, shown: ladder.shown, ladder: ladder.ladder});
    if (lecture) root.append(lecture.strip);
    mountExplorer(root, {bundles, late, encoders, images, theme: "auto", engine, ...ladder, extras: lecture?.extras});
  } catch (error) {
    showFailure(root, error);
  }
}

/** A part that every such file has. @param {Document} page @param {string} id @param {(job: import("../../base/slices.js").Job) => any} [run] */
async function partOf(page, id, run) {
  const part = await readPayload(page, id, run);
  if (!part) throw new PlainError("This page was cut short: a part of a model is missing.");
  return part;
}

/** Of a file with the ladder of β: which bundles are on show, one of them as the address says it, and which are rungs. Without it all are shown.
 * @param {Document} page @returns {Promise<Partial<import("../../explore/explorer.js").ExplorerOptions>>} */
async function readLadder(page) {
  const content = await readPayload(page, "ladder");
  if (!content) return {};
  const {names, shown, ladder} = JSON.parse(new TextDecoder().decode(content));
  const asked = new URLSearchParams(location.search).get("models")?.split(",")[0];
  const rung = ladder.find((/** @type {number} */ place) => names[place] === asked) ?? shown[0];
  return {
    shown: [rung, ...shown.slice(1)], ladder,
    onChoose(chosen) {
      const search = new URLSearchParams({models: chosen.join(",")});
      rewriteAddress(`?${search}${location.hash}`); // where that is forbidden, a reload begins with the rung that was exported
    },
  };
}

/** Wait until the page was read to its end. @param {Document} page */
async function wholePage(page) {
  if (page.readyState === "loading") await new Promise((resolve) => page.addEventListener("DOMContentLoaded", resolve, {once: true}));
}

/** Run a job where it keeps nobody waiting. @param {import("../../base/slices.js").Job} job */
async function whenIdle(job) {
  for (;;) {
    await new Promise((resolve) => ("requestIdleCallback" in globalThis ? requestIdleCallback(resolve, {timeout: PATIENCE}) : setTimeout(resolve, 20)));
    const {done, value} = job.next();
    if (done) return value;
  }
}
