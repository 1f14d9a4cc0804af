// @ts-check
// The speaker's window of the dashboard's Lecture: a page beside Streamlit's (dashboard/lecture/routes.py), with no session on the server.

import {sessionIn} from "../../lecture/line.js";
import {mountNotes} from "../../lecture/notes.js";

mountNotes(document.body, sessionIn(location.hash) ?? "");
