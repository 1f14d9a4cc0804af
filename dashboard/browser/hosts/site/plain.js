// @ts-check
// A page of the site that Python wrote as it stands: Models.

import {openPage} from "./page.js";

openPage("models").keep();
