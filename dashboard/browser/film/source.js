// @ts-check
// Where the files of a film come from: from the server (dashboard/films/routes.py), or from the page itself.

import { PlainError } from "../base/errors.js";

/** @typedef {{bytes: Uint8Array, tag: string}} Latest */
/**
 * @typedef {object} FilmSource
 * @property {(run: string, step: number) => Promise<Uint8Array>} frame
 * @property {(run: string, tag: string) => Promise<Latest|null>} latest the weights of the moment; null where there are none, or those of the tag
 * @property {(run: string) => Promise<Uint8Array>} cast
 * @property {boolean} again whether a file can be had a second time
 */

/** @param {string} root of the addresses @returns {FilmSource} */
export function createHttpSource(root) {
  /** @param {string} path */
  async function ask(path) {
    const answer = await fetch(`${root}/${path}`);
    if (!answer.ok) throw new PlainError((await answer.text()).slice(0, 300) || `The server answers ${answer.status}.`);
    return answer;
  }
  const bytesOf = async (/** @type {Response} */ answer) => new Uint8Array(await answer.arrayBuffer());
  return {
    frame: async (run, step) => bytesOf(await ask(`${run}/frames/${step}`)),
    cast: async (run) => bytesOf(await ask(`${run}/cast`)),
    async latest(run, tag) {
      const answer = await ask(`${run}/latest?seen=${tag}`);
      return answer.status === 204 ? null : {bytes: await bytesOf(answer), tag: answer.headers.get("X-Film-Tag") ?? ""};
    },
    again: true,
  };
}
