// From a trace and a state to what is on screen; pure, as in vitviz's views/display.

import { fused, levelsFor, renormalised } from "./maps.mjs";
import { POOL } from "./trace.mjs";

export const FUSIONS = ["mean", "max", "min"];
/** Queries that can be pinned beside the first. */
export const MAX_OTHERS = 4;

/** Return the state with what it names brought into the range of the trace. */
export function inRange(state, trace) {
  let { token, layer, direction } = state;
  if (token === POOL ? !trace.pool : !(token >= 0 && token < trace.numTokens)) {
    token = 0;
  }
  if (token === POOL) {
    layer = trace.lastLayer;
    direction = "looks at";
  } else if (!trace.has(layer)) {
    const near = [...trace.stored];
    near.sort((a, b) => Math.abs(a - layer) - Math.abs(b - layer));
    layer = near[0];
  }
  const known = token === POOL ? trace.pool.heads : trace.layers[layer].heads;
  const heads = state.heads.heads.filter((head) => known.includes(head));
  const others = state.others
    .filter((one, i, all) => one !== token && one >= 0 && one < trace.numTokens && all.indexOf(one) === i)
    .slice(0, MAX_OTHERS);
  const method = trace.methods.some((one) => one.id === state.method) ? state.method : "raw";
  return { ...state, token, layer, direction, others, method, heads: { ...state.heads, heads } };
}

/** Return the rows of the chosen heads; all that are stored where none is chosen. */
function chosenRows(values, stored, heads) {
  return heads.length ? heads.map((head) => values[stored.indexOf(head)]) : values;
}

/** Return a map over the picture, from the attention of a token for every head. */
export function heatOf(trace, state, values, heads = state.heads) {
  const { token, layer } = state;
  const stored = trace.headsOf(layer, token);
  const tokens = fused(chosenRows(values, stored, heads.heads), heads.fusion);
  const own = state.renormalise ? renormalised(tokens, trace.numPrefix) : tokens;
  const patches = own.slice(trace.numPrefix);
  let levels;
  if (state.scale === "fixed") {
    levels = fixedLevels(state);
  } else {
    let over = patches;
    if (state.scale === "shared") {
      over = sharedValues(trace, state, values);
    }
    levels = levelsFor(over, { log: state.log, clipPercent: state.clip });
  }
  const total = trace.axis === "keys" ? 1 : tokens.reduce((sum, value) => sum + value, 0);
  return finished(trace, {
    tokens, patches, levels, heads, layer, token,
    method: "raw",
    direction: state.direction,
    uniform: trace.uniform(token, state.renormalise),
    uniformText: trace.axis === "heads" ? "1/H" : "1/N",
    special: tokens.slice(0, trace.numPrefix),
    total,
  });
}

/** Return the levels that the user chose; logarithmic ones begin above 0. */
function fixedLevels({ fixed: [low, high], log }) {
  return { low: log ? Math.max(low, high / 1000) : low, high, log };
}

/** Return the patches' values of all stored heads, one behind the other. */
function sharedValues(trace, state, values) {
  const all = new Float32Array(values.length * trace.numPatches);
  values.forEach((row, i) => {
    const own = state.renormalise ? renormalised(row, trace.numPrefix) : row;
    all.set(own.subarray(trace.numPrefix), i * trace.numPatches);
  });
  return all;
}

/** Return the map of a method that was computed before the page was made. */
export function methodHeat(trace, state, method) {
  const tokens = method.values;
  const patches = tokens.slice(trace.numPrefix);
  let levels = levelsFor(patches, { log: state.log, clipPercent: state.clip });
  if (state.scale === "fixed") {
    levels = fixedLevels(state);
  } else {
    const lowest = patches.reduce((least, value) => Math.min(least, value), Infinity);
    if (lowest < 0 && !levels.log) {
      levels = { low: lowest, high: Math.max(levels.high, -1e-3 * lowest), log: false };
    }
  }
  return finished(trace, {
    tokens, patches, levels,
    heads: method.heads || { heads: [], fusion: "mean" },
    layer: method.layer === null ? state.layer : method.layer,
    token: method.token === null ? state.token : method.token,
    method: method.id,
    direction: "looks at",
    uniform: method.sumsToOne ? 1 / trace.numKeys : null,
    uniformText: "1/N",
    special: tokens.slice(0, trace.numPrefix),
    total: 1,
  });
}

/** Return the heat with its peak and the number of patches beyond the levels. */
function finished(trace, heat) {
  let peak = 0;
  let clipped = 0;
  heat.patches.forEach((value, i) => {
    if (value > heat.patches[peak]) {
      peak = i;
    }
    if (value > heat.levels.high * (1 + 1e-6)) {
      clipped += 1;
    }
  });
  return { ...heat, peak, peakValue: heat.patches[peak], numClipped: clipped };
}

/** Return a small map of a layer: the chosen heads on a scale of their own. */
export function smallMap(trace, state, values, layer, token) {
  const at = { ...state, layer, token };
  const stored = trace.headsOf(layer, token);
  const heads = state.heads.heads.filter((head) => stored.includes(head));
  const tokens = fused(chosenRows(values, stored, heads), state.heads.fusion);
  const own = state.renormalise ? renormalised(tokens, trace.numPrefix) : tokens;
  const patches = own.slice(trace.numPrefix);
  const levels = levelsFor(patches, { log: state.log, clipPercent: state.clip });
  const most = patches.reduce((top, value) => (value > top ? value : top), -Infinity);
  return { layer: at.layer, token, patches, levels, ratio: most * trace.numTokens };
}

/** Return [choice of heads, map] of mean, max, min and every stored head. */
export function strip(trace, state, values) {
  const stored = trace.headsOf(state.layer, state.token);
  const choices = [
    ...FUSIONS.map((fusion) => ({ heads: [], fusion })),
    ...stored.map((head) => ({ heads: [head], fusion: "mean" })),
  ];
  return choices.map((choice) => [choice, heatOf(trace, state, values, choice)]);
}
