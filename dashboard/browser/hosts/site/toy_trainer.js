// @ts-check
// The trainer of a toy, on a thread of its own.

import {serveToy} from "../../train/toy/worker.js";

serveToy(/** @type {any} */ (globalThis));
