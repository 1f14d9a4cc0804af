// @ts-check
// The live views by the name of their step.

import {amortisationView} from "./steps/amortise.js";
import {betaView} from "./steps/beta.js";
import {fitQView} from "./steps/fit.js";
import {identityView} from "./steps/identity.js";
import {latentVariableView} from "./steps/latent.js";
import {manifoldView} from "./steps/manifold.js";
import {autoencoderView} from "./steps/plain.js";
import {posteriorView} from "./steps/posterior.js";
import {howGoodView} from "./steps/quality.js";
import {reparameterisationView} from "./steps/reparam.js";
import {estimatorsView} from "./steps/spread.js";
import {whyView} from "./steps/why.js";

/** @type {Record<string, (lesson: import("./lesson.js").Lesson) => import("./lesson.js").LessonView>} */
export const LESSON_STEPS = {
  "why": whyView,
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
