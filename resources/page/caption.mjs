// What a map shows in words: the statements of vitviz's captions, and the status line.

import { formatValue } from "./maps.mjs";
import { chosen, tr } from "./texts.mjs";

/** Return "head 3", "mean of all heads" or "max of heads 1, 4". */
export function headsText(heads, stored, numHeads) {
  if (heads.heads.length === 1) {
    return tr("head {n}", { n: heads.heads[0] });
  }
  const isAll = !heads.heads.length && stored.length === numHeads;
  if (isAll) {
    return {
      mean: tr("mean of all heads"),
      max: tr("max of all heads"),
      min: tr("min of all heads"),
    }[heads.fusion];
  }
  const numbers = (heads.heads.length ? heads.heads : stored).join(", ");
  return {
    mean: tr("mean of heads {numbers}", { numbers }),
    max: tr("max of heads {numbers}", { numbers }),
    min: tr("min of heads {numbers}", { numbers }),
  }[heads.fusion];
}

/** Return model, layer, head, query, method and scale of a map, a statement each. */
export function caption(trace, state, heat) {
  const { levels } = heat;
  const statements = [trace.model.name];
  const method = trace.methods.find((one) => one.id === heat.method);
  if (method) {
    statements.push(...chosen(method.caption));
  } else {
    const stored = trace.headsOf(heat.layer, heat.token);
    const count = heat.token < 0 ? trace.pool.numHeads : trace.numHeads;
    const name = trace.tokenName(heat.token);
    statements.push(
      tr("layer {n}", { n: heat.layer }),
      headsText(heat.heads, stored, count),
      heat.direction === "looks at" ? tr("query {name}", { name }) : tr("key {name}", { name }),
      tr("raw attention"),
    );
  }
  statements.push(...chosen(trace.changes));
  const others = state.others.filter((token) => token !== heat.token);
  if (others.length) {
    const names = others.map((token) => trace.tokenName(token)).join(", ");
    statements.push(tr("beside it {names}", { names }));
  }
  if (state.renormalise && !method) {
    statements.push(tr("patches only, rescaled to sum 1"));
  }
  if (state.smooth) {
    statements.push(tr("smoothed between patches"));
  }
  if (heat.numClipped === 1) {
    statements.push(tr("1 patch beyond the scale ▲"));
  } else if (heat.numClipped) {
    statements.push(tr("{n} patches beyond the scale ▲", { n: heat.numClipped }));
  }
  const scale = method && state.scale === "shared" ? "own" : state.scale;
  let kind = { own: tr("own"), shared: tr("shared"), fixed: tr("fixed") }[scale];
  if (levels.log) {
    kind = tr("log, {kind}", { kind });
  }
  if (state.clip && scale !== "fixed") {
    kind += `, ${tr("0–{n} %", { n: Number((100 - state.clip).toPrecision(6)) })}`;
  }
  const [low, high] = [formatValue(levels.low), formatValue(levels.high)];
  statements.push(tr("scale {low} to {high} ({kind})", { low, high, kind }));
  const [width, height] = trace.placement.model;
  statements.push(
    tr("input {width}×{height}, {rows}×{cols} patches", {
      width, height, rows: trace.rows, cols: trace.cols,
    }),
  );
  return statements;
}

/** Attention below this multiple of even attention counts as even. */
const FLAT = 1.5;
/** Where special tokens get this share, they are named first. */
const MOST = 0.5;

/**
 * Return what a map of raw attention says, in plain words: where the query looks most,
 * how much more than evenly, and what it leaves with special tokens; "" for methods.
 */
export function sentence(trace, heat) {
  if (heat.method !== "raw" || heat.uniform === null || trace.axis !== "keys") {
    return "";
  }
  const name = trace.tokenName(heat.token);
  const place = placeText(trace, heat);
  const ratio = formatValue(heat.peakValue / heat.uniform);
  if (heat.direction !== "looks at") {
    return tr("{name} is looked at most by {place}: {ratio} × more than evenly.", { name, place, ratio });
  }
  const share = heat.special.reduce((sum, one) => sum + one, 0) / heat.total;
  const left = leftWithSpecialTokens(trace, heat, share);
  if (left && share >= MOST) {
    return `${left} ${tr("Of the patches, {name} looks most at {place}: {ratio} × uniform.", { name, place, ratio })}`;
  }
  const said =
    heat.peakValue < FLAT * heat.uniform
      ? tr("{name} looks almost evenly at everything: at most {ratio} ×.", { name, ratio })
      : tr("{name} looks mostly at {place}: {ratio} × more than evenly.", { name, place, ratio });
  return `${said} ${left}`.trimEnd();
}

/** Return how much of a row special tokens get; "" where there are none. */
function leftWithSpecialTokens(trace, heat, share) {
  if (!trace.numPrefix) {
    return "";
  }
  const values = { n: Math.round(100 * share), special: trace.tokenName(0) };
  if (trace.numPrefix > 1) {
    return tr("{n} % goes to special tokens.", values);
  }
  return heat.token === 0 ? tr("{n} % stays with {special} itself.", values) : tr("{n} % goes to {special}.", values);
}

/** Return where the strongest patch lies, seen from the query's own. */
function placeText(trace, heat) {
  const place = trace.tokenName(trace.numPrefix + heat.peak);
  const cell = trace.cell(heat.token);
  if (cell === null) {
    return place;
  }
  const [row, col] = trace.cell(trace.numPrefix + heat.peak);
  const steps = Math.max(Math.abs(row - cell[0]), Math.abs(col - cell[1]));
  if (steps === 0) {
    return tr("itself");
  }
  return steps === 1 ? tr("{place}, beside it", { place }) : place;
}

/** Return where a token looks, or what it gives to a token under the pointer. */
export function statusText(trace, heat, hovered) {
  const query = trace.tokenName(heat.token);
  const isStrongest = hovered === null || hovered === heat.token;
  const token = isStrongest ? trace.numPrefix + heat.peak : hovered;
  const place = trace.tokenName(token);
  const value = token >= trace.numPrefix ? heat.patches[token - trace.numPrefix] : heat.tokens[token];
  const looks = heat.direction === "looks at";
  let text = looks ? tr("{query} → {place}", { query, place }) : tr("{place} → {query}", { query, place });
  if (isStrongest) {
    text += ` ${tr("(strongest)")}`;
  }
  const parts = [text];
  if (heat.uniform === null) {
    parts.push(formatValue(value));
  } else {
    const ratio = formatValue(value / heat.uniform);
    parts.push(tr("{value} = {ratio} × uniform", { value: formatValue(value), ratio }));
  }
  if (trace.numPrefix && heat.uniform !== null && looks) {
    const share = heat.special.reduce((sum, one) => sum + one, 0) / heat.total;
    parts.push(tr("{n} % goes to special tokens", { n: Math.round(100 * share) }));
  }
  return parts.join("   ·   ");
}
