// @ts-check
// The live views by the name of their step.

import {latentVariableView} from "./lesson_latent.js";

/** @type {Record<string, (lesson: import("./lesson.js").Lesson) => import("./lesson.js").LessonView>} */
export const LESSON_STEPS = {
  "latent-variable": latentVariableView,
};
