// @ts-check
// The line between a presentation and its speaker's window: a channel of the browser, so that neither needs a server and both may be
// opened from a file. All files from disk share the browser's channels, and so may two lectures: a line has the name of its session.

/** @typedef {{place: string, title: string, notes: string, next: string, nextNotes: string, clock: string, pace: string}} Told */
/** @typedef {{told: Told}|{asks: true}|{act: unknown}|{closed: true}} Message told, closed: to the window; asks, act: from it, an act as keys.js names them */

const KEPT = "latent-explorer/session";
const ADDRESSED = /^#speaker=([0-9a-f]{32})$/;

/** The session of this tab, which a reload goes on with. A browser that keeps nothing begins another each time. */
export function ownSession() {
  try {
    const kept = sessionStorage.getItem(KEPT);
    if (kept && sessionIn(addressed(kept))) return kept;
    const made = newSession();
    sessionStorage.setItem(KEPT, made);
    return made;
  } catch {
    return newSession();
  }
}

/** What follows the address of a page that is to be the speaker's window. @param {string} session */
export const addressed = (session) => `#speaker=${session}`;

/** The session whose speaker's window an address asks for, or null for any other address. @param {string} hash with its # */
export function sessionIn(hash) {
  return ADDRESSED.exec(hash)?.[1] ?? null;
}

/** @param {string} session @param {(message: Message) => void} hear */
export function openLine(session, hear) {
  const channel = new BroadcastChannel(`latent-explorer/speaker/${session}`);
  channel.onmessage = ({data}) => hear(data);
  return {
    /** @param {Message} message */
    say: (message) => channel.postMessage(message),
    end: () => channel.close(),
  };
}

function newSession() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
