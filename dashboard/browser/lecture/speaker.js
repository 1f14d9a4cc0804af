// @ts-check
// The speaker's window as the presentation sees it: it is opened, told what is on, and its keys turn the scenes, too.

import {PlainError} from "../base/errors.js";
import {isAct} from "./keys.js";
import {addressed, openLine, ownSession} from "./line.js";

/** @typedef {import("./line.js").Told} Told */
/** @typedef {import("./keys.js").Act} Act */

/** @param {string} page the address of the page that is the speaker's window once it is asked for a session */
export function createSpeaker(page) {
  const session = ownSession();
  /** @type {((act: Act) => void)|null} */
  let acted = null;
  /** @type {Told|null} */
  let last = null;
  const line = openLine(session, (message) => {
    if ("asks" in message && last) line.say({told: last});
    if ("act" in message && isAct(message.act)) acted?.(message.act);
  });

  return {
    /** Throws PlainError where the browser opens no window. */
    open() {
      const view = window.open(page + addressed(session), `latent-explorer-${session}`, "popup,width=980,height=720");
      if (!view) throw new PlainError("The browser did not open the speaker's window: allow pop-up windows for this page, and press again.");
      view.focus();
    },
    /** @param {Told} told */
    tell(told) {
      line.say({told: (last = told)});
    },
    /** Who does what the keys pressed in the window ask for. @param {((act: Act) => void)|null} to */
    listen(to) {
      acted = to;
    },
    close() {
      line.say({closed: true});
      line.end();
    },
  };
}
