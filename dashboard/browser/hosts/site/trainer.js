// @ts-check
// A trainer of the page Train, on a thread of its own, and those that it begins.

import {serveTraining} from "../../train/worker.js";

serveTraining(/** @type {any} */ (globalThis), () => /** @type {any} */ (new Worker(location.href)));
