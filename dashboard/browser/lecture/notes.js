// @ts-check
// The speaker's window itself: notes, what comes next, the clock. It knows only what the presentation tells it.

import {make, setText} from "../base/dom.js";
import {actOf} from "./keys.js";
import {openLine} from "./line.js";

/** @param {HTMLElement} root of a page that is nothing else @param {string} session */
export function mountNotes(root, session) {
  const [place, clock, pace, time] = [make("p"), make("p", {class: "lec-notes-clock"}), make("p"), make("p", {class: "lec-notes-time", title: "Time of day"})];
  const title = make("h1", {}, "Waiting for the lecture");
  const notes = make("p", {class: "lec-notes-said"}, "What you say to each scene stands here as soon as the lecture is open in the window that this one was opened from.");
  const next = make("p", {class: "lec-notes-next"});
  const nextNotes = make("p", {class: "lec-notes-after"});
  const line = openLine(session, (message) => {
    if ("closed" in message) window.close();
    if ("told" in message) show(message.told);
  });
  document.title = "Speaker's notes";
  root.replaceChildren(make("main", {class: "lec-notes"}, make("div", {class: "lec-notes-top"}, place, pace, clock, time), title, notes, make("section", {class: "lec-notes-then", "aria-label": "What comes next"}, next, nextNotes)));
  addEventListener("keydown", (event) => {
    const act = actOf(event, "none");
    if (!act) return;
    event.preventDefault();
    line.say({act});
  });
  line.say({asks: true});
  sayTime();
  setInterval(sayTime, 1000); // as long as the window is there, which is nothing else

  function sayTime() {
    setText(time, new Date().toLocaleTimeString([], {hour: "2-digit", minute: "2-digit"}));
  }

  /** @param {import("./line.js").Told} told */
  function show(told) {
    setText(place, told.place);
    setText(clock, told.clock);
    setText(pace, told.pace);
    setText(title, told.title);
    setText(notes, told.notes);
    setText(next, told.next);
    setText(nextNotes, told.nextNotes);
  }
}
