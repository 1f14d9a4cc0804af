// @ts-check
// The lecture that is worked on, and every change one can take back.

import {MOST, MOST_KEYFRAMES, instantOf, leadsTo} from "./lecture.js";

/** @typedef {import("./lecture.js").Lecture} Lecture */
/** @typedef {import("./lecture.js").Scene} Scene */

const STEPS_BACK = 100;

/** @param {Lecture} lecture @param {Scene} scene @returns {Lecture} */
export const withScene = (lecture, scene) => ({...lecture, scenes: [...lecture.scenes, scene]});

/** @param {Lecture} lecture @param {number} place @returns {Lecture} */
export const without = (lecture, place) => ({...lecture, scenes: lecture.scenes.filter((_, i) => i !== place)});

/** @param {Lecture} lecture @param {number} place @param {Partial<Scene>} values @returns {Lecture} */
export const changed = (lecture, place, values) => ({...lecture, scenes: lecture.scenes.map((scene, i) => (i === place ? {...scene, ...values} : scene))});

/** A scene at another place, those between closing up; the same lecture where there is no such place. @param {Lecture} lecture @param {number} place @param {number} to @returns {Lecture} */
export function moved(lecture, place, to) {
  if (to === place || !Object.hasOwn(lecture.scenes, to)) return lecture;
  const scenes = [...lecture.scenes];
  scenes.splice(to, 0, ...scenes.splice(place, 1));
  return {...lecture, scenes};
}

const JOINED = 4; // seconds that the way to a joined state takes
const TRAINED = 8; // and from the first instant of a film

/** A scene as the end of the path of the one before it, with the time and the notes of both; the same lecture where there can be no
 * such path. @param {Lecture} lecture @param {number} place @returns {Lecture} */
export function joined(lecture, place) {
  const [before, scene] = [lecture.scenes[place - 1], lecture.scenes[place]];
  if (!leadsTo(before.link, scene.link)) return lecture;
  const path = [...(before.path ?? []), {link: scene.link, seconds: JOINED}, ...(scene.path ?? [])];
  if (path.length > MOST_KEYFRAMES) return lecture;
  const planned = [before.minutes, scene.minutes].filter((minutes) => minutes !== undefined);
  const minutes = Math.min(MOST.minutes, planned.reduce((sum, one) => sum + one, 0));
  const notes = [before.notes, scene.notes].filter(Boolean).join("\n").slice(0, MOST.notes);
  return changed(without(lecture, place), place - 1, {path, notes, ...(planned.length && {minutes})});
}

/** A scene of a film as the end of a path from the first instant; the same lecture where there can be no such path. @param {Lecture} lecture @param {number} place @returns {Lecture} */
export function fromTheFirst(lecture, place) {
  const {link, path} = lecture.scenes[place];
  if (path || !instantOf(link)?.step) return lecture;
  const [film, state] = link.split("#");
  return changed(lecture, place, {link: `${film}#${state.replace(/(^|&)step=\d+/, "$1step=0")}`, path: [{link, seconds: TRAINED}]});
}

/** @param {Lecture} first @param {(lecture: Lecture, earlier: Lecture[]) => void} told of every change @param {Lecture[]} [earlier] what undo goes back to, the latest last */
export function createDesk(first, told, earlier = []) {
  let before = earlier;
  let lecture = first;
  return {
    lecture: () => lecture,
    canUndo: () => before.length > 0,
    /** @param {Lecture} next */
    put(next) {
      if (next === lecture) return;
      before = [...before, lecture].slice(-STEPS_BACK);
      told((lecture = next), before);
    },
    undo() {
      const last = before.at(-1);
      before = before.slice(0, -1);
      if (last) told((lecture = last), before);
    },
    /** What another window made of it can be taken back here, too. @param {Lecture} next @param {Lecture[]} earlier */
    follow(next, earlier) {
      [lecture, before] = [next, earlier];
    },
  };
}
