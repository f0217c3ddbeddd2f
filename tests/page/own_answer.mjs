// What the page computes of a reader's own picture: JSON on standard input, JSON out.
//
//   {weights: a path, rgba: base64, size} → {placement, input, layers: [{rows, columns}]}
//   {sizes} → placements

import { readFileSync } from "node:fs";
import { Layer } from "../../resources/page/attention.mjs";
import { principalColours } from "../../resources/page/components.mjs";
import { described, Flexi, INPUT_PX, inputOf, placementOn } from "../../resources/page/flexi.mjs";

const given = JSON.parse(readFileSync(0, "utf8"));
let answer;
if (given.sizes) {
  answer = given.sizes.map(placementOn);
} else {
  const model = new Flexi(readFileSync(given.weights).toString("base64"));
  const placement = placementOn(given.size);
  const input = inputOf(new Uint8ClampedArray(Buffer.from(given.rgba, "base64")), placement);
  const before = process.cpuUsage();
  const states = [];
  const layers = described(model.layersOf(input, INPUT_PX, INPUT_PX, (tokens) => states.push(tokens.slice(model.width))), 197);
  const used = process.cpuUsage(before);
  const again = process.cpuUsage();
  const colours = states.map((one) => [...principalColours(one, 196, model.width)]);
  const painted = process.cpuUsage(again);
  const text = (numbers) => Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString("base64");
  const joined = (all) => text(Float32Array.from(all.flatMap((one) => one.flatMap((part) => [...part]))));
  answer = {
    placement,
    input: text(input),
    seconds: (used.user + used.system) / 1e6,
    colours,
    colourSeconds: (painted.user + painted.system) / 1e6,
    layers: layers.map(({ block, ...description }) => {
      const layer = new Layer(description, block);
      return { rows: joined(given.tokens.map((i) => layer.row(i))), columns: joined(given.tokens.map((i) => layer.column(i))) };
    }),
  };
}
process.stdout.write(JSON.stringify(answer));
