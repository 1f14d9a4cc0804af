// @ts-check
// The live views by the name of their step.

import {amortisationView} from "./lesson_amortise.js";
import {betaView} from "./lesson_beta.js";
import {fitQView} from "./lesson_fit.js";
import {identityView} from "./lesson_identity.js";
import {latentVariableView} from "./lesson_latent.js";
import {manifoldView} from "./lesson_manifold.js";
import {autoencoderView} from "./lesson_plain.js";
import {posteriorView} from "./lesson_posterior.js";
import {howGoodView} from "./lesson_quality.js";
import {reparameterisationView} from "./lesson_reparam.js";
import {estimatorsView} from "./lesson_spread.js";

/** @type {Record<string, (lesson: import("./lesson.js").Lesson) => import("./lesson.js").LessonView>} */
export const LESSON_STEPS = {
  "latent-variable": latentVariableView,
  "posterior": posteriorView,
  "fit-q": fitQView,
  "identity": identityView,
  "estimators": estimatorsView,
  "reparameterisation": reparameterisationView,
  "amortisation": amortisationView,
  "autoencoder": autoencoderView,
  "manifold": manifoldView,
  "beta": betaView,
  "how-good": howGoodView,
};
