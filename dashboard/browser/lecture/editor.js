// @ts-check
// The scenes of a lecture in their order: to name, to annotate, to move, to delete, to save and to present.

import {actionButton, make, save, setText, setUnable} from "../base/dom.js";
import {sentenceOf} from "../base/errors.js";
import {changed, createDesk, fromTheFirst, joined, moved, without} from "./desk.js";
import {PLACE, keepLecture, keepShown, keptEarlier, keptLecture, keptShown} from "./kept.js";
import {instantOf, lectureText, readLecture} from "./lecture.js";
import {reaches, showingOf, shownScenes, summaryOf} from "./library.js";
import {present} from "./presenter.js";
import {lectureLink} from "./share.js";
import {sortable} from "./sorting.js";
import {createSpeaker} from "./speaker.js";

/** @typedef {import("./lecture.js").Lecture} Lecture */
/** @typedef {import("./lecture.js").Scene} Scene */
/**
 * @typedef {object} EditorOptions
 * @property {import("./library.js").Library} library
 * @property {Lecture|null} bundled the lecture that comes with the page
 * @property {Lecture|null} [linked] the one in the address
 * @property {() => boolean} isDark
 * @property {(link: string) => import("./presenter.js").Address} addressOf
 * @property {string} speakerPage the address of the page that becomes the speaker's window
 * @property {(link: string) => void} [open] shows a scene's state where the page stands; elsewhere its link does
 * @property {(lecture: Lecture) => Promise<{page: Blob, leftOut: string}>} [pageOf] the lecture as a page that needs no server, and a sentence about what it leaves out; rejects with a PlainError
 */

/** @type {Lecture} */
const NOTHING = {title: "My lecture", scenes: []};

/** @param {HTMLElement} root @param {EditorOptions} options */
export function mountEditor(root, {library, bundled, linked, isDark, addressOf, speakerPage, open, pageOf}) {
  const speaker = createSpeaker(speakerPage);
  const own = keptLecture() ?? bundled ?? NOTHING;
  let typed = false;
  const desk = createDesk(linked ?? own, (lecture, earlier) => {
    if (!keepLecture(lecture, earlier)) setText(told, "This browser keeps nothing: save the lecture as a file before you leave.");
    if (typed) renderHead();
    else render();
  }, linked ? [...keptEarlier(), own] : keptEarlier()); // what a link brings is kept only once it is changed
  const title = titleField({class: "lec-field lec-name", "aria-label": "Title of the lecture", onchange: () => take({...desk.lecture(), title: title.value})});
  const collect = `Shift S ${library.pages ? "or + Scene on any page" : "in this file"} takes what is on show as the next scene.`;
  const summary = make("p", {class: "lec-hint", "data-testid": "lecture-summary"});
  const told = make("p", {class: "lec-hint", role: "status", "data-testid": "lecture-told"});
  const file = make("input", {type: "file", accept: ".json,application/json", hidden: true, "aria-label": "A lecture as JSON", onchange: openFile, "data-testid": "open-lecture"});
  const copy = make("p", {class: "lec-hint", "data-testid": "bundled-hint"}, `This is the lecture that comes with ${library.here}. To extend it, make a copy: scenes taken from then on join the copy, and you move, rename and delete as you like. `,
    actionButton("Copy it", takeOver, {class: "lec-button lec-small", "data-testid": "copy-bundled"}));
  const empty = make("p", {class: "lec-empty", "data-testid": "no-scenes"}, `There is no scene yet. ${library.pages ? "Go to Explore, Learn or any other page, set it as you want to show it, and press Shift S or + Scene"
    : "Set this page as you want to show it and press Shift S"}: it then stands here. Or begin with “Bundled lecture”, or “Open …” one that you saved.`);
  const list = make("ol", {class: "lec-scenes"});
  const presentButton = actionButton("", () => begin(left()?.place, left()?.began), {"data-testid": "present", class: "lec-button lec-primary"});
  const undo = actionButton("Undo", takeBack, {"data-testid": "undo-scenes", class: "lec-button"});
  const button = (/** @type {string} */ text, /** @type {() => void} */ act, /** @type {import("../base/dom.js").Attributes} */ more = {}) => actionButton(text, act, {class: "lec-button", ...more});
  const asPage = pageOf ? button("As HTML file", savePage, {"data-testid": "lecture-page", title: "One file that presents this lecture without a server or a network"}) : null;
  const element = make("section", {class: "lec-desk", "aria-label": "Scenes of a lecture", "data-testid": "scenes"},
    make("div", {class: "lec-row"}, title, presentButton, button("Speaker's window", openSpeaker, {"data-testid": "speaker", title: "Notes, what comes next and the clock in a second window: open it first, then present"})),
    summary,
    make("div", {class: "lec-row"}, undo, button("Open …", () => file.click()), button("Save", () => save(lectureText(desk.lecture()), "application/json", `${fileName()}.json`), {"data-testid": "save-lecture", title: "A small file (JSON) that Open … brings back, here or on another machine"}),
      asPage, button("Copy as link", copyLink, {"data-testid": "share-lecture"}), bundled ? button("Bundled lecture", () => replace(bundled), {"data-testid": "bundled-lecture"}) : null, button("New", () => replace(NOTHING), {"data-testid": "new-lecture"}), file),
    told, copy, empty, list);
  sortable(list, (from, to) => move(from, to, "at"));
  addEventListener("storage", followed);
  root.append(element);
  render();
  const reloaded = left();
  if (reloaded) setText(told, `The page was loaded anew while scene ${reloaded.place + 1} was on show. To begin from the start, press ▶ of scene 1.`);

  /** A scene was collected, here or in another tab. @param {{key: string|null}} event */
  function followed({key}) {
    const kept = key === PLACE ? keptLecture() : null;
    if (!kept) return;
    desk.follow(kept, keptEarlier());
    render();
  }

  /** Another lecture in the place of this one. @param {Lecture} other */
  function replace(other) {
    const {title, scenes} = desk.lecture();
    if (other === desk.lecture()) return;
    setText(told, `“${other.title}” is open.${scenes.length ? ` Undo brings “${title}” back, also after you have left this page.` : ""}`);
    keepShown(null); // which was a scene of this one
    desk.put(other);
  }

  /** The bundled lecture as one's own. */
  function takeOver() {
    if (!bundled) return;
    setText(told, "This copy is yours. It stays on this device: Save it as a file to have it elsewhere, too.");
    desk.put({...bundled, title: `${bundled.title}, my copy`});
  }

  function fileName() {
    return desk.lecture().title.replace(/[^\w-]+/g, "-").toLowerCase() || "lecture";
  }

  async function savePage() {
    if (!asPage || !pageOf) return;
    setUnable(asPage, "The file is being made.");
    element.setAttribute("aria-busy", "true");
    setText(told, "The file is being made; that takes some seconds …");
    try {
      const {page, leftOut} = await pageOf(desk.lecture());
      save(page, "text/html", `${fileName()}.html`);
      setText(told, `The file was saved (${(page.size / 1e6).toFixed(1)} MB): it opens in any browser, without a server or a network. ${leftOut}`);
    } catch (error) {
      setText(told, sentenceOf(error));
    } finally {
      element.removeAttribute("aria-busy");
      renderHead();
    }
  }

  function takeBack() {
    setText(told, "");
    desk.undo();
  }

  /** What was typed stands in its row already: rows laid out anew would lose the click that ended the typing. @param {Lecture} lecture */
  function take(lecture) {
    typed = true;
    desk.put(lecture);
    typed = false;
  }

  function render() {
    renderHead();
    list.replaceChildren(...desk.lecture().scenes.map(row));
  }

  /** What a reload took from the screen, where it can be shown. */
  function left() {
    const {scenes} = desk.lecture();
    const shown = keptShown();
    return shown && shownScenes(scenes, library).includes(scenes[shown.place]) ? shown : null;
  }

  function renderHead() {
    const lecture = desk.lecture();
    const {scenes} = lecture;
    const shown = left();
    const skipped = scenes.length - shownScenes(scenes, library).length;
    title.value = lecture.title;
    empty.hidden = scenes.length > 0;
    copy.hidden = !bundled || lectureText(lecture) !== lectureText(bundled);
    setText(summary, `${summaryOf(scenes)}.${skipped ? ` ${skipped} cannot be shown here and will be skipped.` : ""} ${collect}`);
    setText(presentButton, shown ? `▶ Go on at scene ${shown.place + 1}` : "▶ Present");
    setUnable(presentButton, scenes.length > skipped ? "" : scenes.length ? "None of these scenes can be shown here." : "There is no scene yet.");
    setUnable(undo, desk.canUndo() ? "" : "Nothing was changed yet.");
    if (asPage && !element.hasAttribute("aria-busy")) setUnable(asPage, scenes.length ? "" : "There is no scene yet.");
  }

  /** @param {Scene} scene @param {number} place */
  function row(scene, place) {
    const {scenes} = desk.lecture();
    const number = place + 1;
    const put = (/** @type {Partial<Scene>} */ values) => take(changed(desk.lecture(), place, values));
    const name = titleField({class: "lec-field lec-scene-title", "aria-label": `Title of scene ${number}`, onchange: () => {
      name.value = name.value.trim() || desk.lecture().scenes[place].title;
      put({title: name.value});
    }}, scene.title);
    const notes = make("textarea", {class: "lec-field lec-scene-notes", rows: 2, maxlength: 3000, "aria-label": `Notes of scene ${number}`, placeholder: "What the speaker says", onchange: () => put({notes: notes.value})}, scene.notes);
    const minutes = make("input", {class: "lec-field lec-minutes", type: "number", min: 0, max: 60, step: 0.25, value: scene.minutes ?? "", "aria-label": `Minutes planned for scene ${number}`, title: "Planned for the talk: while presenting, the clock says how far ahead or behind you are. No scene turns by itself.",
      onchange: () => {
        if (minutes.value !== "") minutes.value = String(Math.min(60, Math.max(0, Number(minutes.value))));
        put({minutes: minutes.value === "" ? undefined : Number(minutes.value)});
      }});
    const at = make("input", {class: "lec-field lec-number", type: "number", min: 1, max: scenes.length, value: number, "aria-label": `Place of scene ${number}`, title: "Type another place to move it there", "data-testid": `at-${number}`,
      onchange: () => move(place, Math.min(scenes.length, Math.max(1, Math.round(Number(at.value) || number))) - 1, "at")});
    const why = showingOf(scene.link, library);
    const act = (/** @type {string} */ text, /** @type {string} */ label, /** @type {() => void} */ does, unable = "", testid = "") => {
      const made = actionButton(text, does, {class: "lec-button lec-small", "aria-label": `${label} scene ${number}`, title: label, "data-testid": testid});
      setUnable(made, unable);
      return made;
    };
    const joins = place > 0 && joined(desk.lecture(), place) !== desk.lecture() && reaches(scenes[place - 1].link, scene.link, library);
    const trains = fromTheFirst(desk.lecture(), place) !== desk.lecture();
    const steps = scene.path?.length ?? 0;
    return make("li", {class: "lec-scene", "data-testid": `scene-${number}`},
      make("div", {class: "lec-row lec-scene-head"}, make("span", {class: "lec-handle", draggable: "true", "aria-hidden": "true", title: "Drag it to another place"}, "⠿"), at, name),
      make("div", {class: "lec-row lec-scene-acts"}, minutes, make("span", {class: "lec-unit"}, "min"),
        act("▶", "Present from", () => begin(place), typeof why === "string" ? why : ""), linkTo(scene, number),
        act("↑", "Move up", () => move(place, place - 1, "up"), place === 0 ? "It is the first." : "", `up-${number}`), act("↓", "Move down", () => move(place, place + 1, "down"), place === scenes.length - 1 ? "It is the last." : "", `down-${number}`),
        act("✕", "Delete", () => desk.put(without(desk.lecture(), place)), "", `delete-${number}`),
        joins ? act("⤴", "Join to the path of the one before:", () => desk.put(joined(desk.lecture(), place)), "", `join-${number}`) : null), // last: the next scene comes under the pointer
      notes,
      steps ? make("p", {class: "lec-hint"}, `Then moves through ${steps} more ${instantOf(scene.link) ? "instant" : "state"}${steps === 1 ? "" : "s"} in ${scene.path?.reduce((sum, {seconds}) => sum + seconds, 0)} s. `, button("No path", () => desk.put(changed(desk.lecture(), place, {path: undefined})), {class: "lec-button lec-small", "aria-label": `No path for scene ${number}`})) : null,
      trains ? make("p", {class: "lec-hint"}, "An instant of a film. ", button("From the first instant to here", () => desk.put(fromTheFirst(desk.lecture(), place)), {class: "lec-button lec-small", "aria-label": `Scene ${number} from the first instant to here`, "data-testid": `trained-${number}`})) : null,
      typeof why === "string" ? make("p", {class: "lec-hint"}, `Skipped here: ${why}`) : null);
  }

  /** A scene at another place, where the focus follows it. @param {number} place @param {number} to @param {"up"|"down"|"at"} by */
  function move(place, to, by) {
    const lecture = moved(desk.lecture(), place, to);
    if (lecture === desk.lecture()) render(); // the number that was typed goes
    desk.put(lecture);
    /** @type {HTMLElement|null} */ (list.querySelector(`[data-testid="${by}-${to + 1}"]`))?.focus();
  }

  /** @param {Scene} scene @param {number} number */
  function linkTo({link}, number) {
    const words = {class: "lec-button lec-small", title: "Show this state", "aria-label": `Show the state of scene ${number}`};
    return open ? actionButton("Show", () => open(link), words) : make("a", {href: link, target: "_self", ...words}, "Show");
  }

  /** @param {number} [from] @param {number} [began] @param {() => void} [ended] */
  function begin(from, began, ended) {
    if (presentButton.getAttribute("aria-disabled") === "true") return;
    setText(told, "");
    present(/** @type {ShadowRoot|HTMLElement} */ (root.getRootNode() instanceof ShadowRoot ? root.getRootNode() : document.body), {
      lecture: desk.lecture(), library, speaker, dark: isDark(), from, began, addressOf, shown: keepShown,
      ended() {
        keepShown(null);
        renderHead();
        presentButton.focus();
        ended?.();
      },
    });
  }

  function openSpeaker() {
    try {
      speaker.open();
      const first = desk.lecture().scenes[left()?.place ?? 0];
      speaker.tell({place: `scenes: ${desk.lecture().scenes.length}`, title: first?.title ?? "", notes: first?.notes ?? "", next: `Press ${presentButton.textContent} in the other window.`, nextNotes: "", clock: "0:00", pace: ""});
    } catch (error) {
      setText(told, sentenceOf(error));
    }
  }

  async function openFile() {
    const [chosen] = file.files ?? [];
    file.value = "";
    if (!chosen) return;
    try {
      replace(readLecture(await chosen.text()));
    } catch (error) {
      setText(told, sentenceOf(error));
    }
  }

  async function copyLink() {
    try {
      const {url, doubt} = addressOf(`./lecture#${await lectureLink(desk.lecture())}`);
      await navigator.clipboard.writeText(url || location.href);
      setText(told, `The link was copied.${doubt && ` ${doubt}`}`);
    } catch (error) {
      setText(told, error instanceof DOMException ? "The browser did not let the link be copied." : sentenceOf(error));
    }
  }

  return {
    /** Presents as the button does. @param {() => void} ended */
    present: (ended) => begin(left()?.place, left()?.began, ended),
    destroy() {
      removeEventListener("storage", followed);
      speaker.close();
      element.remove();
    },
  };
}

/** A text of one line, which may be shown in several. @param {import("../base/dom.js").Attributes} attributes @param {string} [text] */
function titleField(attributes, text = "") {
  const field = make("textarea", {rows: 1, maxlength: 160, ...attributes, onkeydown: (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    field.blur();
  }, oninput: () => {
    if (/[\r\n]/.test(field.value)) field.value = field.value.replace(/\s*[\r\n]+\s*/g, " "); // what was pasted
  }}, text);
  return field;
}
