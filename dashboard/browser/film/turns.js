// @ts-check
// What was turned while a run trained: marks on the scrubber, and on the pictures of a GIF or a video.

import {placeOf} from "./clock.js";
import {make} from "../base/dom.js";

/** @typedef {[number, string]} Turn the steps done by then, and what was turned */

const BAR = 5; // pixels, height of the axis of time on a picture

/** Where the turns of several reels stand on the axis of time, as percentages: those of one step are one mark.
 * @param {readonly {title: string, turns?: readonly Turn[]}[]} reels @param {number} end place of the last instant */
export function turnMarks(reels, end) {
  /** @type {Map<number, string[]>} */
  const found = new Map();
  for (const {title, turns} of reels) for (const [step, text] of turns ?? []) {
    const said = reels.length > 1 ? `${title}: ${text}` : text;
    found.set(step, [...found.get(step) ?? [], said]);
  }
  return [...found].sort(([one], [other]) => one - other)
    .map(([step, said]) => ({step, percent: end ? Math.min(100, placeOf(step) / end * 100) : 100, text: `${said.join("; ")} at step ${step.toLocaleString("en")}`}));
}

/** The turn that was made last by a step, or null. @param {readonly Turn[]} turns @param {number} step */
export function lastTurn(turns, step) {
  return turns.filter(([at]) => at <= step).at(-1) ?? null;
}

/** The marks above a scrubber; a mark says on hover, focus or tap what was turned, and a click goes there.
 * @param {(place: number) => void} go */
export function createTurnMarks(go) {
  const element = make("div", {class: "lf-turns"});
  let key = "";
  return {
    element,
    /** @param {Parameters<typeof turnMarks>[0]} reels @param {number} end */
    render(reels, end) {
      const marks = turnMarks(reels, end);
      const now = JSON.stringify(marks);
      if (now === key) return;
      key = now;
      const focused = /** @type {ShadowRoot|Document} */ (element.getRootNode()).activeElement?.getAttribute("data-step");
      element.replaceChildren(...marks.map(({step, percent, text}) => {
        const mark = make("button", {type: "button", class: "lf-turn", "data-testid": "film-turn", "data-step": step, "aria-label": `Turned: ${text}`, onclick: () => go(placeOf(step))},
          make("span", {class: "lf-turn-label", "data-side": percent > 50 ? "left" : "right"}, text));
        mark.style.left = `${percent}%`;
        return mark;
      }));
      const again = [...element.children].find((one) => one.getAttribute("data-step") === focused);
      if (again instanceof HTMLElement) again.focus();
    },
  };
}

/** The axis of time with its turns, how far the film is, and what was turned last.
 * @param {CanvasRenderingContext2D} context @param {{left: number, top: number, width: number, turns: readonly Turn[], step: number, last: number, theme: import("../base/palette.js").Theme}} what */
export function paintTurns(context, {left, top, width, turns, step, last, theme}) {
  if (!turns.length) return;
  const at = (/** @type {number} */ one) => left + width * Math.min(1, placeOf(one) / (placeOf(last) || 1));
  context.fillStyle = theme.line;
  context.fillRect(left, top, width, BAR);
  context.fillStyle = theme.muted;
  context.fillRect(left, top, at(step) - left, BAR);
  for (const [one] of turns) {
    context.fillStyle = theme.text;
    context.fillRect(at(one) - 1, top - 5, 2, BAR + 10);
  }
  const turned = lastTurn(turns, step);
  if (!turned) return;
  context.font = `600 13px ${theme.font}`;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  const lines = [turned[1], `at step ${turned[0].toLocaleString("en")}`];
  lines.forEach((text, i) => context.fillText(text, left, top - 32 + 17 * i, width));
}
