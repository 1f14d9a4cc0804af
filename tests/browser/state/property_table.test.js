// The table that carries the state in a link: what is written is read back, and nothing else is believed.
import assert from "node:assert/strict";
import { test } from "node:test";

import { seededUniform } from "../../../dashboard/browser/images/digits.js";
import { resizedView } from "../../../dashboard/browser/base/geometry.js";
import { drawingOfText, textOfDrawing } from "../../../dashboard/browser/state/drawing_text.js";
import { PROPERTIES, formatLink, parseLink } from "../../../dashboard/browser/state/property_table.js";
import { MOST_CORNERS, shapesOfText, textOfShapes } from "../../../dashboard/browser/state/region_text.js";
import { COLOURINGS, LAYERS, MANIFOLD_SIZES, MODES, initialState, ownColumn, reduce, withLayer } from "../../../dashboard/browser/state/state.js";

const uniform = seededUniform(3);
const whole = (below) => Math.floor(uniform() * below);
const latent = () => [Number((uniform() * 80 - 40).toFixed(4)), Number((uniform() * 80 - 40).toFixed(4))];
const end = () => [null, { kind: "image", index: whole(10_000) }, { kind: "point", model: whole(2), z: latent() }][whole(3)];
const plain = initialState(2);
/** A part of the plane as a link has it: of a canvas of one pixel. */
const view = () => [null, { scale: 2 ** whole(7), cx: latent()[0], cy: latent()[1], width: 1, height: 1 }][whole(2)];
const shape = () => ({ model: whole(2), take: uniform() < 0.3, corners: Array.from({ length: 3 + whole(10) }, latent).flat() });
const drawn = () => Float32Array.from({ length: 784 }, () => Number(uniform() < 0.2));

function randomState() {
  const mode = MODES[whole(MODES.length)];
  const selected = [null, whole(10_000)][whole(2)];
  const drawing = mode === "draw" || (mode === "network" && selected === null);
  return {
    ...plain,
    mode, inked: drawing && uniform() < 0.5 ? textOfDrawing(drawn()) : "", z: [latent(), latent()], layers: LAYERS.reduce((layers, name) => withLayer(layers, name, uniform() < 0.5), plain.layers),
    colour: [...COLOURINGS, ownColumn("class"), ownColumn("größe, in m&m; 100 %")][whole(COLOURINGS.length + 2)], manifoldSize: MANIFOLD_SIZES[whole(MANIFOLD_SIZES.length)], spacing: uniform() < 0.5 ? "linear" : "prior", dimmed: uniform() < 0.5, square: uniform() < 0.5 ? "codes" : "manifold", classes: [null, Array.from({ length: 100 }, (_, label) => label).filter((label) => label === 7 || uniform() < 0.3)][whole(2)], selected, refined: uniform() < 0.5, lens: whole(2), views: [view(), view()],
    seed: whole(2 ** 31), sample: whole(10), fitted: uniform() < 0.5, noise: whole(10_000), ends: [end(), end()],
    path: uniform() < 0.5 ? "linear" : "spherical", t: Number(uniform().toFixed(4)), unit: [null, { model: whole(2), part: uniform() < 0.5 ? "encoder" : "decoder", place: whole(9), unit: whole(2000) }][whole(2)],
    shapes: Array.from({ length: whole(4) }, shape), tool: uniform() < 0.5 ? "lasso" : "rectangle",
  };
}

test("every state survives the way through a link", () => {
  for (let i = 0; i < 500; i++) {
    const state = randomState();
    const { values, refused } = parseLink(formatLink(state, plain), plain);
    assert.deepEqual(refused, []);
    assert.deepEqual({ ...plain, ...values }, state);
  }
});

test("the state at the start needs no link", () => {
  assert.equal(formatLink(plain, plain), "");
  assert.deepEqual(parseLink("", plain), { values: {}, refused: [] });
});

const HOSTILE = ["NaN", "Infinity", "-Infinity", "1e309", "-1", "1e3", "0x10", "", " ", "null", "undefined", "__proto__", "constructor", "1,2,3;4", "NaN,0;0,0",
  "Infinity,0;0,0", "99999,0;0,0", "0,0", "0,0;0,0;0,0", "i99999999", "p9:0,0;", "i1", "points,points,evil", "0,0,0;", "0,0,-1;", "0,0,5000;", "1,2,NaN;", "0,0,1;0,0,1;0,0,1", "<script>", "%00", "9".repeat(500), "٣"];

test("hostile values are refused or harmless, whichever property they are given to", () => {
  for (const { key } of PROPERTIES) {
    for (const text of HOSTILE) {
      const { values } = parseLink(`${key}=${encodeURIComponent(text)}`, plain);
      const next = { ...plain, ...values };
      assert.ok(next.z.length === 2 && next.z.flat().every((value) => Number.isFinite(value) && Math.abs(value) <= 1000), `${key}=${text}`);
      assert.ok(MODES.includes(next.mode) && next.t >= 0 && next.t <= 1 && (next.classes === null || next.classes.length > 0), `${key}=${text}`);
      assert.ok(Number.isSafeInteger(next.seed) && next.seed >= 0 && next.manifoldSize >= 10 && next.manifoldSize <= 40, `${key}=${text}`);
      assert.deepEqual(parseLink(formatLink(next, plain), plain).refused, []);
    }
  }
});

test("a zoom means the same part of the plane on every screen", () => {
  const zoomed = { scale: 800, cx: 1.25, cy: -0.5, width: 400, height: 600 };
  const { values } = parseLink(formatLink({ ...plain, views: [zoomed, null] }, plain), plain);
  const [back, other] = values.views;
  assert.equal(other, null);
  assert.deepEqual(resizedView(back, 400, 600), zoomed);
  const large = resizedView(back, 1000, 800); // what spanned the shorter side still does
  assert.equal(large.width / large.scale > 0.5 && large.height / large.scale, 0.5);
});

test("a drawing stays the same pixel for pixel, in a link of a length that is read, and belongs to the page where it was drawn", () => {
  const x = drawn();
  const state = { ...randomState(), mode: "draw", inked: textOfDrawing(x) };
  const link = formatLink(state, plain);
  assert.ok(link.length < 1000, String(link.length));
  assert.deepEqual([...drawingOfText(parseLink(link, plain).values.inked)], [...x].map((ink) => 255 * ink));
  assert.ok(!formatLink({ ...state, mode: "move" }, plain).includes("drawing"));
  const nearly = `${"A".repeat(130)}B`; // bits beyond the last pixel
  for (const text of ["A".repeat(130), "A".repeat(132), `${"A".repeat(130)}+`, nearly]) assert.deepEqual(parseLink(`drawing=${text}`, plain).refused, ["drawing"], text);
});

test("a drawing for a model of any size stays the same pixel for pixel", () => {
  for (let side = 4; side <= 64; side++) {
    const x = Array.from({ length: side ** 2 }, () => Number(uniform() < 0.3));
    assert.deepEqual([...drawingOfText(textOfDrawing(x))], x.map((ink) => 255 * ink), String(side));
  }
  for (const length of [2, 682, 684]) assert.equal(drawingOfText("A".repeat(length)), null, String(length));
});

test("a selection stays the same corner for corner, in a link of a length that is read", () => {
  const corners = () => Array.from({ length: 64 }, () => Number((uniform() * 80 - 40).toFixed(5)));
  const shapes = [{ model: 0, take: false, corners: corners() }, { model: 1, take: true, corners: corners() }, { model: 1, take: false, corners: corners() }];
  assert.equal(shapes.reduce((sum, one) => sum + one.corners.length / 2, 0), MOST_CORNERS);
  const link = formatLink({ ...randomState(), mode: "select", shapes }, plain);
  assert.deepEqual(parseLink(link, plain).values.shapes, shapes, String(link.length));
  const more = textOfShapes([...shapes, { model: 0, take: false, corners: [0, 0, 1, 0, 1, 1] }]);
  for (const text of [more, "0a1_2", "0a1_2_3_4_5", "2a1_2_3_4_5_6", "0x1_2_3_4_5_6", "0a1_2_3_4_5_1001", "0a1_2_3_4_5_6~", "0a1_2_3_4_5_6e1"]) assert.equal(shapesOfText(text, 2), null, text);
});

test("a property given twice, and a link of 100 kB, are refused", () => {
  assert.deepEqual(parseLink("t=0.1&t=0.2", plain), { values: {}, refused: ["t"] });
  assert.deepEqual(parseLink(`z=${"1".repeat(100_000)}`, plain), { values: {}, refused: ["link"] });
});

test("layers that exclude each other, and sizes that nobody can choose, are refused", () => {
  for (const link of ["layers=points,glyphs", "layers=density,distance", "layers=density,distance,entropy", "n=13", "n=11"]) {
    assert.deepEqual(parseLink(link, plain), { values: {}, refused: [link.split("=")[0]] });
  }
});

test("undo brings back samples and walks with the places they had", () => {
  const first = reduce(reduce(plain, { type: "set", values: { sample: 3, z: [[1, 1], [1, 1]] } }), { type: "commit" });
  const ends = [{ kind: "image", index: 1 }, { kind: "image", index: 2 }];
  const second = reduce(reduce(first, { type: "set", values: { sample: 7, t: 0.5, ends, z: [[2, 2], [2, 2]] } }), { type: "commit" });
  const back = reduce(second, { type: "undo" });
  assert.deepEqual([back.sample, back.t, back.ends, back.z], [3, 0, [null, null], [[1, 1], [1, 1]]]);
});

test("undo on the pad brings back what was there before: strokes, an upload, a cleared drawing", () => {
  const [one, two] = [{ strokes: [{ width: 2, points: [0, 0] }], upload: null }, { strokes: [], upload: new Uint8Array(784) }];
  let state = [one, two, { strokes: [], upload: null }].reduce((before, drawing) => reduce(before, { type: "draw", drawing }), plain);
  for (const { strokes, upload } of [two, one, { strokes: [], upload: null }]) {
    state = reduce(state, { type: "undraw" });
    assert.deepEqual([state.strokes, state.upload], [strokes, upload]);
  }
  assert.equal(reduce(state, { type: "undraw" }), state);
});

test("undo goes back through what was settled on", () => {
  let state = reduce(plain, { type: "commit" });
  for (const z of [[1, 1], [2, 2]]) {
    state = reduce(state, { type: "move", model: 0, z });
    state = reduce(state, { type: "commit" });
    assert.equal(reduce(state, { type: "commit" }), state);
  }
  state = reduce(state, { type: "undo" });
  assert.deepEqual(state.z[0], [1, 1]);
  state = reduce(state, { type: "undo" });
  assert.deepEqual(state.z[0], [0, 0]);
  assert.equal(reduce(state, { type: "undo" }), state);
});

test("the legend shows one digit, then more, and all again when none is left", () => {
  const shown = (digits) => digits.reduce((state, digit) => reduce(state, { type: "class", label: digit, of: 10 }), plain).classes;
  assert.deepEqual(shown([3]), [3]);
  assert.deepEqual(shown([5, 3]), [3, 5]);
  assert.equal(shown([3, 3]), null);
});

test("a column is named in a link, and without a name or with one too long it is none", () => {
  for (const name of ["", "x".repeat(100)]) assert.deepEqual(parseLink(`colour=${encodeURIComponent(ownColumn(name))}`, plain).refused, ["colour"]);
});

test("a highlighted word goes with its column", () => {
  const lit = { ...plain, colour: ownColumn("hand"), lit: 2 };
  assert.equal(reduce(lit, { type: "set", values: { colour: "class" } }).lit, null);
  assert.equal(reduce(lit, { type: "set", values: { seed: 3 } }).lit, 2);
});
