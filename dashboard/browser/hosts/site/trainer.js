// @ts-check
// A trainer of the page Train, on a thread of its own.

import {serveTraining} from "../../train/worker.js";

serveTraining(/** @type {any} */ (globalThis));
