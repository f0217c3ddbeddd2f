// Answers of the page's modules for the tests: JSON on standard input, JSON out.
//
//   {picture: {description, blocks}, texts, tables, questions: [{kind, …}, …]}

import { addressOf, stateFrom } from "../../resources/page/address.mjs";
import { caption, sentence, statusText } from "../../resources/page/caption.mjs";
import { colormapOf, overlay, opacityOf, smoothed, tablesOf, unseenLight } from "../../resources/page/colour.mjs";
import { numbersText } from "../../resources/page/copy.mjs";
import { tickLabels, ticks } from "../../resources/page/maps.mjs";
import { Bins, pooledLine } from "../../resources/page/matrix.mjs";
import { setLanguage, setTexts } from "../../resources/page/texts.mjs";
import { Trace } from "../../resources/page/trace.mjs";
import { heatOf, inRange, smallMap, strip } from "../../resources/page/view.mjs";

let text = "";
for await (const part of process.stdin) {
  text += part;
}
const { picture, texts, tables, questions } = JSON.parse(text);
const trace = new Trace(picture.description, (name) => picture.blocks[name]);
const colours = tablesOf(tables);
setTexts(texts);

function display(question) {
  setLanguage(question.language || "en");
  const state = inRange({ ...picture.description.view, ...question.state }, trace);
  const values = trace.values(state.layer, state.token, state.direction);
  const heat = heatOf(trace, state, values);
  const cells = state.smooth
    ? smoothed(heat.patches, trace.rows, trace.cols, 8)
    : heat.patches;
  return {
    state,
    patches: [...heat.patches],
    special: [...heat.special],
    levels: heat.levels,
    uniform: heat.uniform,
    peak: heat.peak,
    ticks: ticks(heat.levels),
    labels: tickLabels(ticks(heat.levels)),
    caption: caption(trace, state, heat),
    sentence: sentence(trace, heat),
    unseenLight: unseenLight(state),
    status: statusText(trace, heat, null),
    csv: numbersText(trace, state, heat),
    overlay: [...overlay(cells, heat.levels, state.style, colours[colormapOf(state)], opacityOf(state))],
    strip: strip(trace, state, values).map(([choice, one]) => ({ choice, levels: one.levels, peak: one.peakValue })),
    beside: state.others.map((token) =>
      smallMap(trace, state, trace.values(state.layer, token, state.direction), state.layer, token).ratio,
    ),
  };
}

const answers = questions.map((question) => {
  switch (question.kind) {
    case "values":
      return trace.values(question.layer, question.token, question.direction).map((row) => [...row]);
    case "display":
      return display(question);
    case "address": {
      const state = inRange({ ...picture.description.view, ...question.state }, trace);
      const address = addressOf(state, trace, 0, false);
      const start = picture.description.view;
      return { address, state, back: stateFrom(`#${address}`, start, trace, Object.keys(colours)) };
    }
    case "place":
      return question.points.map(([x, y]) => trace.place.patchAt(x, y));
    case "matrix": {
      const bins = new Bins(trace.numTokens, trace.numPrefix, question.limit);
      const layer = trace.layer(question.layer);
      const lines = Array.from({ length: bins.count }, (_, bin) => pooledLine(layer, question.heads, question.fusion, bins, bin));
      return lines.map((line) => [...line]);
    }
    default:
      throw new Error(`no question: ${question.kind}`);
  }
});
process.stdout.write(JSON.stringify(answers, (_, value) => (Number.isNaN(value) ? "NaN" : value)));
