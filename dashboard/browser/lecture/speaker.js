// @ts-check
// The speaker's window: notes, what comes next, the clock. It is an empty window of the browser that this page writes into, so that it
// needs no server and opens from a file as well; its keys turn the scenes, too.

import {make, setText} from "../base/dom.js";
import {PlainError} from "../base/errors.js";

/** @typedef {{place: string, title: string, notes: string, next: string, clock: string, pace: string}} Told */

const NAME = "latent-explorer-speaker";
const STYLE = `body { margin: 0; padding: 24px 32px; font: 22px/1.5 system-ui, sans-serif; background: #14161b; color: #eceff4; }
p { margin: 0; } .top { display: flex; justify-content: space-between; gap: 24px; flex-wrap: wrap; font-variant-numeric: tabular-nums; color: #b9c0cc; }
.clock { font-size: 40px; line-height: 1.2; color: #fff; } h1 { font-size: 30px; line-height: 1.25; margin: 18px 0 12px; }
.notes { font-size: 26px; white-space: pre-wrap; max-width: 40em; } .next { margin-top: 28px; padding-top: 14px; border-top: 1px solid #4a5160; color: #b9c0cc; }`;

export function createSpeaker() {
  /** @type {((event: KeyboardEvent) => void)|null} */
  let keyed = null;
  /** @type {Window|null} */
  let view = null;
  const [place, clock, pace, next] = ["p", "p", "p", "p"].map((tag) => make(/** @type {"p"} */ (tag)));
  const [title, notes] = [make("h1"), make("p", {class: "notes"})];
  clock.className = "clock";
  next.className = "next";

  return {
    /** Throws PlainError where the browser opens no window. */
    open() {
      view = window.open("", NAME, "popup,width=980,height=720");
      if (!view) throw new PlainError("The browser did not open the speaker's window: allow pop-up windows for this page, and press again.");
      const page = view.document;
      page.title = "Speaker's notes";
      page.documentElement.lang = "en";
      page.head.replaceChildren(make("style", {}, STYLE));
      page.body.replaceChildren(make("div", {class: "top"}, place, pace, clock), title, notes, next);
      view.onkeydown = (event) => keyed?.(event);
      view.focus();
    },
    /** @param {Told} told */
    tell(told) {
      setText(place, told.place);
      setText(clock, told.clock);
      setText(pace, told.pace);
      setText(title, told.title);
      setText(notes, told.notes);
      setText(next, told.next);
    },
    /** What the keys pressed in the window go to. @param {((event: KeyboardEvent) => void)|null} to */
    listen(to) {
      keyed = to;
    },
    close: () => view?.close(),
  };
}
