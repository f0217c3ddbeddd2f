// Tests of the page's modules by themselves, with values worked out by hand.

import assert from "node:assert/strict";
import { test } from "node:test";

import { stateFrom } from "../../resources/page/address.mjs";
import { Layer, softmax } from "../../resources/page/attention.mjs";
import { overlay } from "../../resources/page/colour.mjs";
import { arraysOf, halfValue } from "../../resources/page/floats.mjs";
import { formatValue, fraction, fused, levelsFor, percentile, renormalised, ticks } from "../../resources/page/maps.mjs";
import { Bins, MatrixMaker } from "../../resources/page/matrix.mjs";
import { Placement } from "../../resources/page/placement.mjs";
import { blockTimes, hasRibbon, ribbonStops } from "../../resources/page/ribbon.mjs";
import { setLanguage, setTexts, tr } from "../../resources/page/texts.mjs";

/** Return [description, text] of a layer made of plain arrays. */
function layerOf(q, k, fields = {}) {
  const single = (rows) => new Uint8Array(Float32Array.from(rows.flat(2)).buffer);
  const bytes = Buffer.concat([single(q), single(k)]);
  const shape = (rows) => [rows.length, rows[0].length, rows[0][0].length];
  return [
    {
      heads: q.map((_, head) => head),
      factors: q.map(() => 1),
      axis: "keys",
      bias: null,
      edges: [],
      arrays: { q: ["f4", shape(q), 0], k: ["f4", shape(k), 4 * q.flat(2).length] },
      ...fields,
    },
    bytes.toString("base64"),
  ];
}

test("half floats are those of IEEE 754", () => {
  const known = [[0x3c00, 1], [0xc000, -2], [0x7bff, 65504], [0x0400, 2 ** -14], [0x0001, 2 ** -24], [0x3555, 0.333251953125], [0x7c00, Infinity], [0xfc00, -Infinity]];
  for (const [bits, value] of known) {
    assert.equal(halfValue(bits), value);
  }
  assert.ok(Number.isNaN(halfValue(0x7e00)));
  assert.ok(Object.is(halfValue(0x8000), -0));
});

test("arrays are read from where they begin", () => {
  const bytes = Buffer.alloc(24);
  bytes.writeDoubleLE(0.1, 0);
  bytes.writeFloatLE(0.5, 8);
  bytes.writeInt32LE(-7, 12);
  bytes.writeUInt16LE(0x3c00, 16);
  const found = arraysOf(bytes.toString("base64"), { a: ["f8", [1], 0], b: ["f4", [1], 8], c: ["i4", [1], 12], d: ["f2", [1, 1], 16] });
  assert.deepEqual([found.a, found.b, found.c, found.d].map((one) => one.values[0]), [0.1, 0.5, -7, 1]);
});

test("softmax of scores whose exponents overflow", () => {
  const found = softmax(Float64Array.of(1000, 1000 + Math.log(3), -Infinity));
  assert.deepEqual([...found], [0.25, 0.75, 0]);
});

test("a row is the softmax of its scores, less what is cut", () => {
  const q = [[[1], [0]]];
  const k = [[[0], [Math.log(3)]]];
  const row = new Layer(...layerOf(q, k)).row(0)[0];
  assert.ok(Math.abs(row[0] - 0.25) < 1e-7 && Math.abs(row[1] - 0.75) < 1e-7);
  const [description, text] = layerOf(q, k);
  const cut = new Layer(description, text);
  cut.edges = [{ queries: Uint8Array.of(1, 0), keys: Uint8Array.of(0, 1) }];
  assert.deepEqual([...cut.row(0)[0]], [1, 0]);
  assert.deepEqual([...cut.row(1)[0]], [0.5, 0.5]);
});

test("a softmax over the heads is 0 where all heads are cut", () => {
  const layer = new Layer(...layerOf([[[1]], [[1]]], [[[0], [1]], [[0], [1]]], { axis: "heads" }));
  assert.deepEqual(layer.row(0).map((row) => [...row]), [[0.5, 0.5], [0.5, 0.5]]);
  layer.edges = [{ queries: null, keys: Uint8Array.of(1, 0) }];
  assert.deepEqual(layer.row(0).map((row) => [...row]), [[0, 0.5], [0, 0.5]]);
});

test("heads are fused, patches rescaled", () => {
  const rows = [Float32Array.of(0, 1), Float32Array.of(4, 3)];
  assert.deepEqual([...fused(rows, "mean")], [2, 2]);
  assert.deepEqual([...fused(rows, "max")], [4, 3]);
  assert.deepEqual([...fused(rows, "min")], [0, 1]);
  assert.deepEqual([...renormalised(Float32Array.of(5, 1, 3), 1)], [1.25, 0.25, 0.75]);
});

test("levels begin at 0 and end at a percentile; NaN does not count", () => {
  assert.equal(percentile([4, 1, 3, 2], 50), 2.5);
  assert.deepEqual(levelsFor(Float32Array.of(0.25, NaN, 0.5)), { low: 0, high: 0.5, log: false });
  assert.equal(levelsFor(Float32Array.of(0, 1, 2, 3, 4), { clipPercent: 25 }).high, 3);
  assert.equal(levelsFor(new Float32Array(3)).high, 1e-12);
  assert.equal(fraction({ low: 0.001, high: 1, log: true }, 1e-9), 0);
  assert.equal(fraction({ low: 0, high: 2, log: false }, NaN), 0);
});

test("ticks and numbers", () => {
  assert.deepEqual(ticks({ low: 0, high: 0.05, log: false }), [0, 0.02, 0.04]);
  assert.deepEqual(ticks({ low: 1e-4, high: 0.1, log: true }), [1e-4, 1e-3, 0.01, 0.1]);
  assert.deepEqual([0, 0.01784, 3.2e-5, -0.5, 123456].map(formatValue), ["0", "0.0178", "3.2e-5", "−0.5", "123000"]);
});

test("a tint is as opaque as its value is high, a spotlight the other way round", () => {
  const table = Uint8Array.from({ length: 768 }, (_, i) => i % 251);
  const levels = { low: 0, high: 1, log: false };
  assert.deepEqual([...overlay([1], levels, "tint", table, 0.5)], [table[765], table[766], table[767], 128]);
  assert.equal(overlay([0], levels, "tint", table, 0.5)[3], 0);
  assert.deepEqual([...overlay([0], levels, "spotlight", table, 1)], [0, 0, 0, 255]);
});

test("a point of the picture lies in the patch that saw it", () => {
  const place = new Placement({ source: [400, 200], resized: [200, 100], offset: [50, 0], model: [100, 100] }, [2, 2]);
  assert.equal(place.patchAt(101, 1), 0);
  assert.equal(place.patchAt(299, 199), 3);
  assert.equal(place.patchAt(99, 100), null);
  assert.deepEqual(place.patchRect(1), [200, 0, 300, 100]);
});

test("an address that makes no sense changes nothing", () => {
  const trace = { rows: 2, cols: 2, numPrefix: 1, special: ["cls"], pool: null, methods: [] };
  const state = { layer: 1, token: 0, heads: { heads: [], fusion: "mean" }, others: [], direction: "looks at", style: "tint", scale: "own", clip: 0, colormap: "gray", opacity: null, method: "raw", fixed: [0, 1] };
  for (const text of ["", "#", "#layer=x&head=<b>&q=9,9", "#q=-1&style=evil&clip=1000&range=2,1&colours=none", "#q=pool&layer=99999999", "#range=0,1e999", "#range=0,5e-324", "#range=1,1.00000001"]) {
    assert.deepEqual(stateFrom(text, state, trace, ["gray"]), { ...state, others: [] }, text);
  }
  const found = stateFrom("#layer=5&head=2&q=1,0", state, trace, ["gray"]);
  assert.deepEqual([found.layer, found.heads.heads, found.token], [5, [2], 3]);
  // each head counts once, or the mean would be of others than its name says
  assert.deepEqual(stateFrom("#head=mean:1,1,2,1", state, trace, []).heads, { heads: [1, 2], fusion: "mean" });
});

test("texts are filled in, and English where there is no other", () => {
  setTexts({ en: {}, ja: { "layer {n}": "層{n}" } });
  setLanguage("ja");
  assert.equal(tr("layer {n}", { n: "{n}" }), "層{n}");
  setLanguage("xx");
  assert.equal(tr("layer {n}", { n: 3 }), "layer 3");
});

test("a newer matrix ends an older one, and every line comes once", async () => {
  const [description, text] = layerOf([[[1], [0], [2]]], [[[0], [1], [1]]]);
  const lines = [];
  const maker = new MatrixMaker((line) => lines.push(line));
  const request = { key: "a", description, text, heads: [], fusion: "mean", numTokens: 3, numPrefix: 1 };
  maker.request({ ...request, id: 1 });
  maker.request({ ...request, id: 2 });
  await new Promise((done) => { setTimeout(done, 20); });
  const own = lines.filter((line) => line.id === 2);
  assert.deepEqual(own.map((line) => line.bin), [0, 1, 2]);
  assert.ok(own[2].isLast);
  assert.ok(Math.abs(own[0].line.reduce((sum, value) => sum + value, 0) - 1) < 1e-6);
  assert.deepEqual(new Bins(10, 1, 4).range(3), [7, 10]);
});

test("the ribbon has this model's sizes, in the order of its steps", () => {
  const description = {
    sizes: { width: 48, patch: [16, 8], channels: 3, outputs: 7 },
    placement: { model: [96, 64] },
    grid: [8, 6],
    special: ["cls", "reg0"],
    numHeads: 3,
    layers: [null, null, null, null],
    pool: null,
  };
  setTexts({ ja: { picture: "画像", "read-out": "読み出し" } });
  setLanguage("en");
  const stops = ribbonStops(description);
  assert.deepEqual(stops.map((stop) => stop.name), ["picture", "patches", "position", "norm", "attention", "+", "norm", "MLP", "+", "read-out", "answer"]);
  assert.deepEqual(stops.map((stop) => stop.isInBlock), [false, false, false, true, true, true, true, true, true, false, false]);
  assert.equal(stops[0].sizes, "64 × 96 × 3");
  assert.equal(stops[1].sizes, "8 × 6 = 48; 384 → 48");
  assert.equal(stops[2].sizes, "50 × 48");
  assert.equal(stops[4].sizes, "3 × 50 × 50");
  assert.equal(stops[9].sizes, "48");
  assert.equal(stops[10].sizes, "7");
  assert.equal(blockTimes(description), "× 4");
  assert.equal(ribbonStops({ ...description, pool: {} })[9].name, "pool");
  setLanguage("ja");
  assert.equal(ribbonStops(description)[0].name, "画像");
  setLanguage("en");
  assert.ok(hasRibbon(description));
  assert.ok(!hasRibbon({ ...description, sizes: undefined }));
});
