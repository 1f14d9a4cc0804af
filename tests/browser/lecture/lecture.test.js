// Lectures: what is one, the way along a path, the keys of a remote control, the order of scenes, and what can be shown where.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { clockLine, clockText, paceText } from "../../../dashboard/browser/lecture/clock.js";
import { collectScene, firstTitle, shownLink, withModels } from "../../../dashboard/browser/lecture/collect.js";
import { changed, createDesk, fromTheFirst, joined, moved, withScene, without } from "../../../dashboard/browser/lecture/desk.js";
import { keepLecture, keepShown, keptEarlier, keptLecture, keptShown } from "../../../dashboard/browser/lecture/kept.js";
import { actOf, focusOf, isAct } from "../../../dashboard/browser/lecture/keys.js";
import { lectureText, placeOf, plannedMinutes, readLecture } from "../../../dashboard/browser/lecture/lecture.js";
import { reaches, showingOf, shownScenes } from "../../../dashboard/browser/lecture/library.js";
import { addressed, openLine, ownSession, sessionIn } from "../../../dashboard/browser/lecture/line.js";
import { between, legAt } from "../../../dashboard/browser/lecture/path.js";
import { lectureLink, linkedLecture } from "../../../dashboard/browser/lecture/share.js";
import { createSpeaker } from "../../../dashboard/browser/lecture/speaker.js";
import { trainingWay } from "../../../dashboard/browser/lecture/training.js";
import { placeOf as placeOfStep } from "../../../dashboard/browser/film/clock.js";
import { createFilmTime } from "../../../dashboard/browser/film/time.js";

const read = (path) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const scene = (title, link = "./#z=0%2C0%3B0%2C0") => ({ title, notes: "", link });
const titles = ({ scenes }) => scenes.map(({ title }) => title).join("");
const abc = { title: "T", scenes: [scene("a"), scene("b"), scene("c")] };
const bundled = readLecture(read("assets/lecture.json"));

test("a lecture is told from everything else in one sentence, the same as in Python", () => {
  for (const { name, text, trouble } of JSON.parse(read("tests/fixtures/lectures.json"))) {
    if (trouble) assert.throws(() => readLecture(text), { message: trouble }, name);
    else assert.deepEqual(readLecture(text), readLecture(lectureText(readLecture(text))), name);
  }
  assert.throws(() => readLecture(" ".repeat(400_001)), /too large/);
});

test("only what a lecture has is taken over", () => {
  const given = JSON.parse(lectureText(abc));
  given.scenes[0].onclick = "alert(1)";
  assert.deepEqual(readLecture(JSON.stringify(given)), abc);
});

test("a link leads to a page, a query and a state", () => {
  const { page, query, state } = placeOf("./?models=a,b#mode=walk");
  assert.deepEqual([page, query.get("models"), state], ["explore", "a,b", "mode=walk"]);
  assert.equal(placeOf("./learn?step=beta").page, "learn");
});

test("a path is at its beginning, between two stops by the share of the time, and at its end", () => {
  assert.deepEqual(legAt([2, 4], 0), { leg: 0, share: 0, done: false });
  assert.deepEqual(legAt([2, 4], 3), { leg: 1, share: 0.25, done: false });
  assert.deepEqual(legAt([2, 4], 6), { leg: 1, share: 1, done: true });
  assert.deepEqual(legAt([2, 4], Infinity), { leg: 1, share: 1, done: true });
  const [from, to] = [{ z: [[0, 0], [4, 2]], t: 0, rung: 1 }, { z: [[2, -2], [4, 4]], t: 1, rung: 3 }];
  assert.deepEqual(between(from, to, 0), from);
  assert.deepEqual(between(from, to, 1), to);
  assert.deepEqual(between(from, to, 0.5), { z: [[1, -1], [4, 3]], t: 0.5, rung: 2 });
  assert.equal(between(from, { ...to, rung: null }, 0.5).rung, null);
});

/** A film of a run that has ended, and every place it was moved to. */
function filmOf(steps, loaded = steps) {
  const places = [];
  const store = { steps: () => steps, list: () => loaded.map((step) => ({ step })), reel: () => ({ live: false }) };
  const time = createFilmTime({ reels: () => [{ store }], moved: () => places.push(time.place()), settled() {}, begins: 0 });
  return { places, time, pass: time.pass, settle: time.settle, state: () => ({ instants: time.known(), loaded: [loaded] }) };
}

test("training is scrubbed evenly along the film's axis of time and ends exactly at the last stop", () => {
  const film = filmOf([0, 10, 100, 1000, 5000]);
  const way = trainingWay(() => film, [0, 100, 1000]);
  assert.ok(way.ready(0));
  for (const [leg, share] of [[0, 0], [0, 0.5], [1, 0], [1, 0.5], [1, 1]]) way.pass(leg, share);
  way.arrive();
  const [a, b, c] = [0, 100, 1000].map(placeOfStep);
  const wanted = [a, (a + b) / 2, b, (b + c) / 2, c, c];
  assert.equal(film.places.length, wanted.length);
  film.places.forEach((place, i) => assert.ok(Math.abs(place - wanted[i]) < 1e-12, `${place} ${wanted[i]}`));
  assert.equal(film.time.nearestStep(), 1000);
});

test("a film is waited for, a missing instant only for a while, and one that is loaded anew again", () => {
  let page;
  const way = trainingWay(() => page, [0, 100]);
  assert.ok(!way.ready(60_000));
  page = filmOf([0, 10, 100], []);
  assert.ok(!way.ready(60_000));
  page = filmOf([0, 10, 100], [100]);
  assert.ok(!way.ready(1000));
  assert.ok(way.ready(6000));
  assert.ok(way.ready(0)); // it has begun
  page = undefined;
  assert.ok(!way.ready(0));
  page = filmOf([0, 10, 100]);
  assert.ok(way.ready(0));
});

test("a remote control turns the scenes from anywhere; arrows do where nothing else takes them", () => {
  for (const focus of ["none", "moves", "presses", "both", "types"]) {
    assert.equal(actOf({ key: "PageDown" }, focus), "next");
    assert.equal(actOf({ key: "PageUp" }, focus), "previous");
    assert.equal(actOf({ key: "Escape" }, focus), "end");
  }
  assert.deepEqual(["ArrowRight", "ArrowLeft", "Home", "End"].map((key) => actOf({ key }, "none")), ["next", "previous", "first", "last"]);
  assert.deepEqual(["moves", "both", "presses"].map((focus) => actOf({ key: "ArrowRight" }, focus)), [null, null, "next"]);
  assert.deepEqual(["none", "moves", "presses", "both", "types"].map((focus) => actOf({ key: " " }, focus)), ["next", "next", null, null, null]);
  assert.deepEqual(["b", "B", "."].map((key) => actOf({ key }, "none")), ["black", "black", "black"]);
  assert.equal(actOf({ key: "b" }, "types"), null);
  assert.equal(actOf({ key: "b", ctrlKey: true }, "none"), null);
  assert.equal(actOf({ key: "x" }, "none"), null);
});

test("what has the focus is told in any window by what it matches", () => {
  const one = (text) => ({ matches: (selectors) => selectors.split(", ").includes(text) });
  const known = { textarea: "types", "input[type=range]": "moves", button: "presses", "input[type=checkbox]": "presses", summary: "both", "canvas[tabindex]": "both", a: "none" };
  for (const [text, focus] of Object.entries(known)) assert.equal(focusOf(one(text)), focus, text);
  assert.deepEqual([{}, undefined].map(focusOf), ["none", "none"]);
});

test("a session stands in the address of its speaker's window, and nothing else is taken for one", () => {
  const session = ownSession();
  assert.equal(sessionIn(addressed(session)), session);
  for (const hash of ["", "#speaker=", "#z=0%2C0", `${addressed(session)}0`, "#speaker=<b>"]) assert.equal(sessionIn(hash), null);
});

test("a speaker's window hears what is told when it asks, its keys do what they ask for, and other sessions hear nothing", async () => {
  const acts = [];
  globalThis.window = { open: (address) => ({ address, focus() {} }) };
  globalThis.sessionStorage = { getItem: () => "0".repeat(32), setItem() {} };
  const speaker = createSpeaker("file:///x.html");
  delete globalThis.sessionStorage;
  const told = { place: "Scene 1 of 2", title: "a", notes: "", next: "", nextNotes: "", clock: "0:00", pace: "" };
  const heard = [];
  const [other, window] = ["1", "0"].map((digit) => openLine(digit.repeat(32), (message) => heard.push([digit, message])));
  speaker.listen((act) => acts.push(act));
  speaker.tell(told);
  for (const message of [{ asks: true }, { act: "next" }, { act: "open" }, { act: { valueOf: "next" } }]) window.say(message);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(acts, ["next"]);
  assert.ok(isAct("end"));
  speaker.close();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(heard, [["0", { told }], ["0", { told }], ["0", { closed: true }]]);
  [other, window].forEach((line) => line.end());
});

test("scenes are added, named, moved and deleted, and every change can be taken back", () => {
  assert.equal(titles(moved(abc, 0, 1)), "bac");
  assert.equal(moved(abc, 0, -1), abc);
  assert.equal(titles(moved(abc, 2, 0)), "cab");
  assert.equal(titles(moved(abc, 0, 2)), "bca");
  for (const to of [2, 3, NaN]) assert.equal(moved(abc, 2, to), abc);
  const told = [];
  const desk = createDesk(abc, (lecture) => told.push(titles(lecture)));
  desk.put(without(desk.lecture(), 1));
  desk.put(withScene(desk.lecture(), scene("d")));
  desk.put(changed(desk.lecture(), 0, { title: "x" }));
  desk.put(desk.lecture()); // nothing changed
  for (let i = 0; i < 3; i++) desk.undo();
  assert.deepEqual(told, ["ac", "acd", "xcd", "acd", "ac", "abc"]);
  assert.ok(!desk.canUndo());
});

test("what a link brings can be put back to what was there before", () => {
  const desk = createDesk(abc, () => {}, [{ title: "own", scenes: [] }]);
  desk.undo();
  assert.equal(desk.lecture().title, "own");
});

/** What this device keeps, for as long as a test lasts. */
function keeping(t) {
  const kept = new Map();
  for (const name of ["localStorage", "sessionStorage"]) {
    globalThis[name] = { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text), removeItem: (key) => kept.delete(key) };
    t.after(() => delete globalThis[name]);
  }
}

test("a lecture that another has replaced comes back by undo after the page was left, and so does what was before a collected scene", (t) => {
  keeping(t);
  const visit = () => createDesk(keptLecture() ?? abc, keepLecture, keptEarlier());
  visit().put({ title: "New", scenes: [] });
  collectScene("./learn?step=beta");
  const later = visit();
  assert.equal(later.lecture().scenes.length, 1);
  later.undo();
  assert.equal(visit().lecture().title, "New");
  visit().undo();
  assert.deepEqual(visit().lecture(), abc);
  assert.ok(!visit().canUndo());
});

test("of what undo goes back to the latest is kept, as much as there is room for", (t) => {
  keeping(t);
  const long = (title) => ({ title, scenes: Array.from({ length: 100 }, () => ({ ...scene("a"), notes: "n".repeat(3000) })) });
  assert.ok(keepLecture(abc, ["a", "b", "c", "d", "e", "f"].map(long)));
  assert.deepEqual(keptEarlier().map(({ title }) => title), ["c", "d", "e", "f"]);
  assert.deepEqual(keptLecture(), abc);
});

test("a reload goes on at the scene on show and by the same clock, and not once the presentation has ended", (t) => {
  keeping(t);
  keepShown({ place: 6, began: 5 });
  assert.deepEqual(keptShown(), { place: 6, began: 5 });
  keepShown(null);
  assert.equal(keptShown(), null);
  for (const text of ["7", "{}", "[", '{"place": 0.5, "began": 0}', '{"place": 1, "began": null}']) {
    sessionStorage.setItem("latent-explorer/shown", text);
    assert.equal(keptShown(), null, text);
  }
  sessionStorage.setItem = () => { throw new Error("refused"); };
  keepShown({ place: 1, began: 5 }); // and nothing is thrown
});

test("a state joins the path of the one before it, and no other page does", () => {
  const once = joined(abc, 1);
  assert.equal(titles(once), "ac");
  assert.deepEqual(once.scenes[0].path, [{ link: abc.scenes[1].link, seconds: 4 }]);
  assert.equal(joined(once, 1).scenes[0].path.length, 2);
  const mixed = withScene(abc, scene("d", "./learn?step=beta"));
  assert.equal(joined(mixed, 3), mixed);
  assert.deepEqual(readLecture(lectureText(joined(once, 1))), joined(once, 1));
  const planned = { ...abc, scenes: [{ ...abc.scenes[0], minutes: 3, notes: "One." }, { ...abc.scenes[1], minutes: 4, notes: "Two." }, abc.scenes[2]] };
  const { minutes, notes } = joined(joined(planned, 1), 1).scenes[0];
  assert.deepEqual([minutes, notes], [7, "One.\nTwo."]);
});

test("a scene of a film may begin with the first instant, and joins the path of one of the same film", () => {
  const run = (step, name = "a") => scene(`${step}`, `./train?run=${name}#manifold=1&step=${step}`);
  const films = { title: "T", scenes: [run(0), run(40), run(900), run(900, "b"), scene("x", "./train?run=a"), scene("y")] };
  const trained = fromTheFirst(films, 2);
  assert.deepEqual(trained.scenes[2], { ...run(900), link: run(0).link, path: [{ link: run(900).link, seconds: 8 }] });
  assert.deepEqual(readLecture(lectureText(trained)), trained);
  assert.equal(fromTheFirst(trained, 2), trained);
  for (const place of [0, 4, 5]) assert.equal(fromTheFirst(films, place), films);
  const once = joined(joined(films, 1), 1);
  assert.deepEqual(once.scenes[0].path.map(({ link }) => link), [run(40).link, run(900).link]);
  assert.deepEqual(readLecture(lectureText(once)), once);
  for (const place of [3, 4, 5]) assert.equal(joined(films, place), films);
});

test("a film is collected at the instant on show, unless it follows training", () => {
  const page = "./train?run=a";
  assert.equal(shownLink(page, "#manifold=1", { following: false, steps: [60] }), `${page}#manifold=1&step=60`);
  assert.equal(shownLink(page, "#step=7", { following: false, steps: [60] }), `${page}#step=60`);
  assert.equal(shownLink(page, "#step=7", { following: false, steps: [null] }), `${page}#step=7`);
  assert.equal(shownLink(page, "", { following: true, steps: [60] }), page);
  assert.equal(shownLink("./", "#mode=walk"), "./#mode=walk");
  assert.equal(withModels("", ["a", "b"]), "?models=a,b");
  assert.equal(withModels("?embed=true", ["a", "b"]), "?models=a,b&embed=true");
  assert.equal(withModels("?models=c", ["a", "b"]), "?models=c");
});

test("the clock says what has gone by and whether the plan holds", () => {
  assert.deepEqual([0, 59.9, 61, 3600].map(clockText), ["0:00", "0:59", "1:01", "60:00"]);
  assert.equal(clockLine(90, 20), "1:30 of 20:00");
  assert.equal(clockLine(90, 0), "1:30");
  assert.deepEqual([paceText(30, 1, 2), paceText(90, 1, 2), paceText(150, 1, 2), paceText(9, 1, 1)], ["0:30 ahead of the plan", "as planned", "0:30 behind the plan", ""]);
  assert.equal(plannedMinutes(bundled.scenes), 20);
  assert.equal(plannedMinutes(bundled.scenes, -1), 0);
});

test("a lecture goes through a link and back, and one that is too long says so", async () => {
  const link = await lectureLink(bundled);
  assert.deepEqual(await linkedLecture(link), bundled);
  assert.equal(await linkedLecture("z=0%2C0"), null);
  await assert.rejects(linkedLecture(link.slice(0, -40)), /cut short|JSON/);
  await assert.rejects(linkedLecture("lecture=!"), /cut short/);
  let seed = 1;
  const noise = () => String.fromCharCode(97 + (seed = (seed * 48271) % 2147483647) % 26);
  const long = { title: "T", scenes: Array.from({ length: 40 }, () => ({ ...scene("a"), notes: Array.from({ length: 900 }, noise).join("") })) };
  await assert.rejects(lectureLink(long), /does not fit into a link/);
});

test("a path is offered where nothing is lost on the way: in one mode, by the same models or along the ladder", () => {
  const library = { bundles: [], names: ["a", "b", "r1", "r2"], usual: ["a", "b"], ladder: [2, 3], shows: () => true, here: "the dashboard" };
  const goes = (from, to) => reaches(from, to, library);
  assert.ok(goes("./#z=0,0", "./?models=a,b#mode=move"));
  assert.ok(goes("./?models=r1,b#z=0,0", "./?models=r2,b#z=1,1"));
  assert.ok(goes("./train?run=x#step=0", "./train?run=x#step=5"));
  for (const to of ["./#mode=inspect", "./?models=a#z=0,0", "./?models=a,r1#z=0,0", "./?models=gone#z=0,0"]) assert.ok(!goes("./#z=0,0", to), to);
});

test("a scene is shown where its models are, and otherwise says what is missing", () => {
  const file = { bundles: [], names: ["vae-mnist", "ae-mnist"], usual: ["vae-mnist", "ae-mnist"], ladder: [], shows: () => false, here: "this file" };
  assert.deepEqual(showingOf("./#mode=walk", file), { kind: "explore", models: [0, 1], state: "mode=walk" });
  const kept = { afresh: null, image: 7, views: { posterior: { n: 20, image: 7 } } };
  assert.deepEqual(showingOf("./learn?step=posterior#n=20&image=7", file), { kind: "learn", step: "posterior", models: [0, 1], kept });
  assert.equal(showingOf("./learn?step=posterior#image=-1.5", file).kept.image, null);
  assert.deepEqual(showingOf("./learn?step=fit-q#image=4&q=best", file).kept.views["fit-q"], { image: 4, q: "best" }, "a word stays one");
  assert.match(String(showingOf("./learn?step=beta", file)), /β ladder/);
  assert.match(String(showingOf("./?models=vae-beta-1,ae-mnist", file)), /vae-beta-1, which is not in this file/);
  assert.match(String(showingOf("./#mode=walk", { ...file, names: ["vae-mnist", "small"] })), /shows ae-mnist, which is not in/); // and no other pair
  assert.match(String(showingOf("./lab?experiment=collapse", file)), /page of the dashboard/);
  const small = "./learn?step=posterior&models=a,b#n=20";
  assert.deepEqual(showingOf(small, { ...file, names: ["a", "b"] }).models, [0, 1]);
  for (const there of [true, false]) assert.match(String(showingOf(small, { ...file, shows: () => there })), /needs a and b, which are not/); // the page would show others
  assert.match(String(showingOf("./train?run=a#step=3", file)), /film of a run, which is not in this file/);
  assert.deepEqual(showingOf("./lab?experiment=collapse", { ...file, shows: () => true }), { kind: "page", link: "./lab?experiment=collapse" });
  assert.deepEqual(showingOf("./learn?step=constructor", { ...file, shows: () => true }), { kind: "page", link: "./learn?step=constructor" });
  const dashboard = { ...file, names: [...file.names, "vae-beta-0", "vae-beta-20"], ladder: [2, 3], shows: () => true };
  assert.deepEqual(showingOf("./learn?step=beta", dashboard).models, [2, 3]);
  assert.equal(shownScenes(bundled.scenes, dashboard).length, 25);
  const left = bundled.scenes.filter((one) => !shownScenes(bundled.scenes, file).includes(one)).map(({ link }) => placeOf(link).page);
  assert.deepEqual(left.filter((page) => page === "lab").length, 5);
  assert.equal(left.length, 7); // and two of the β ladder
  const still = { caption: "A still of the Lab" };
  const withStills = { ...file, stills: Object.fromEntries(bundled.scenes.map(({ link }) => [link, still])) };
  assert.equal(shownScenes(bundled.scenes, withStills).length, 25);
  assert.deepEqual(showingOf("./lab?experiment=collapse&chart=helps", withStills), { kind: "still", still });
  assert.equal(showingOf(bundled.scenes[0].link, withStills).kind, "explore"); // alive where it can be
});

test("a file from disk shows the same scenes as the command that writes it says", () => {
  for (const { link, ladder = [], still, shown } of JSON.parse(read("tests/fixtures/scenes_in_a_file.json"))) {
    const names = [...ladder, "vae-mnist", "ae-mnist"];
    const file = { bundles: [], names, usual: ["vae-mnist", "ae-mnist"], ladder: [...ladder.keys()], shows: () => false, here: "this file", stills: still ? { [link]: { caption: "A still" } } : {} };
    assert.equal(typeof showingOf(link, file) !== "string", shown, link);
  }
});

test("a collected scene is called by what it shows", () => {
  assert.equal(firstTitle("./"), "Explore: Move");
  assert.equal(firstTitle("./#mode=inspect&image=12"), "Explore: Inspect, image 12");
  assert.equal(firstTitle("./#mode=select"), "Explore: Select");
  assert.equal(firstTitle("./#mode=sample&image=12"), "Explore: Sample");
  const titles = { learn: { beta: "The price of information" }, lab: { collapse: "Latent variable collapse" }, worksheet: { sum: "Add up" } };
  assert.equal(firstTitle("./learn?step=beta#beta=20", titles), "Learn: The price of information");
  assert.equal(firstTitle("./lab?experiment=collapse&part=steps", titles), "Lab: Latent variable collapse");
  assert.equal(firstTitle("./worksheet?task=sum", titles), "Worksheet: Add up");
  assert.equal(firstTitle("./models", titles), "Models");
  for (const page of ["learn", "lab"]) assert.equal(firstTitle(`./${page}?step=constructor`, titles), `${page[0].toUpperCase()}${page.slice(1)}: constructor`);
  assert.equal(firstTitle("./train?run=a#step=1200"), "Train: a, step 1,200");
});
