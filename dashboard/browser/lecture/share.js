// @ts-check
// A whole lecture as part of a link, where it is short enough for the programs that links travel through.

import {PlainError} from "../base/errors.js";
import {gunzipped, gzipped} from "../base/gzip.js";
import {lectureText, readLecture} from "./lecture.js";

/** @typedef {import("./lecture.js").Lecture} Lecture */

const LONGEST = 8000; // characters: servers and messengers cut longer ones
const LARGEST = 400_000; // bytes that a link may unfold to
const KEY = "lecture";

/** What follows the # of a link. Throws PlainError where it would be too long. @param {Lecture} lecture */
export async function lectureLink(lecture) {
  const bytes = await gzipped(lectureText(lecture));
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  if (text.length > LONGEST) throw new PlainError(`This lecture does not fit into a link (${text.length.toLocaleString("en")} characters, at most ${LONGEST.toLocaleString("en")} are safe): save it as a file and send that.`);
  return `${KEY}=${text}`;
}

/** The lecture that an address carries, or null for one that carries none. Throws PlainError. @param {string} hash without its # @returns {Promise<Lecture|null>} */
export async function linkedLecture(hash) {
  const text = new URLSearchParams(hash).get(KEY);
  if (text === null) return null;
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
    return readLecture(await unfolded(gunzipped(bytes)));
  } catch (error) {
    throw error instanceof PlainError ? error : new PlainError("The lecture in this link was cut short.");
  }
}

/** @param {ReadableStream<Uint8Array>} stream */
async function unfolded(stream) {
  const [reader, decoder] = [stream.getReader(), new TextDecoder()];
  let [text, size] = ["", 0];
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > LARGEST) throw new PlainError("The lecture in this link is too large.");
    text += decoder.decode(value, {stream: true});
  }
}
