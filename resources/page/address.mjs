// The view in the address: page.html#layer=5&head=2&q=7,3 opens on it.

import { POOL } from "./trace.mjs";

export const STYLES = ["tint", "map", "spotlight"];
const SCALES = ["own", "shared", "fixed"];

/** Return the part of an address behind # that names a view, and one of several pictures. */
export function addressOf(state, trace, pictureIndex, hasPictures) {
  const { heads, fusion } = state.heads;
  const head = heads.length === 1 ? String(heads[0]) : heads.length ? `${fusion}:${heads}` : fusion;
  const parts = [
    ["layer", state.layer],
    ["head", head],
    ["q", tokenText(trace, state.token)],
  ];
  if (hasPictures) {
    parts.unshift(["picture", pictureIndex]);
  }
  state.others.forEach((token) => parts.push(["beside", tokenText(trace, token)]));
  if (state.direction !== "looks at") {
    parts.push(["direction", "looked-at-by"]);
  }
  parts.push(["style", state.style], ["scale", state.scale], ["clip", state.clip]);
  if (state.scale === "fixed") {
    parts.push(["range", state.fixed.join(",")]);
  }
  for (const [name, is] of [["log", state.log], ["smooth", state.smooth], ["patches", state.renormalise]]) {
    if (is) {
      parts.push([name, 1]);
    }
  }
  if (!state.grid) {
    parts.push(["grid", 0]);
  }
  if (state.method !== "raw") {
    parts.push(["method", state.method]);
  }
  if (state.colormap !== null) {
    parts.push(["colours", state.colormap]);
  }
  return parts.map(([name, value]) => `${name}=${encodeURIComponent(value)}`.replace(/%2C/g, ",")).join("&");
}

/** Return the state with what an address names; what makes no sense is left out. */
export function stateFrom(text, state, trace, colormaps) {
  const found = { ...state, heads: { ...state.heads } };
  const asked = new URLSearchParams(text.replace(/^#/, ""));
  const layer = wholeNumber(asked.get("layer"));
  if (layer !== null) {
    found.layer = layer;
  }
  const head = asked.get("head");
  const choice = /^(?:(mean|max|min)(?::([\d,]+))?|(\d+))$/.exec(head || "");
  if (choice) {
    const numbers = (choice[2] || choice[3] || "").split(",").map(wholeNumber);
    const heads = [...new Set(numbers)].filter((one) => one !== null);
    found.heads = { heads, fusion: choice[1] || "mean" };
  }
  const token = tokenFrom(asked.get("q"), trace);
  if (token !== null) {
    found.token = token;
    found.method = "raw";
  }
  if (asked.has("q")) {
    found.others = asked.getAll("beside").map((one) => tokenFrom(one, trace)).filter((one) => one !== null && one !== POOL);
  }
  if (asked.has("direction")) {
    found.direction = asked.get("direction") === "looked-at-by" ? "looked at by" : "looks at";
  } else if (asked.has("q")) {
    found.direction = "looks at";
  }
  if (STYLES.includes(asked.get("style"))) {
    found.style = asked.get("style");
    found.opacity = found.style === state.style ? state.opacity : null;
  }
  if (SCALES.includes(asked.get("scale"))) {
    found.scale = asked.get("scale");
  }
  const clip = asked.get("clip");
  if (/^\d{1,2}(\.\d{1,6})?$/.test(clip || "")) {
    found.clip = Number(clip);
  }
  const ends = /^(\d[\d.e-]*),(\d[\d.e-]*)$/.exec(asked.get("range") || "");
  if (ends && isScale(Number(ends[1]), Number(ends[2]))) {
    found.fixed = [Number(ends[1]), Number(ends[2])];
  }
  for (const [name, field] of [["log", "log"], ["smooth", "smooth"], ["patches", "renormalise"], ["grid", "grid"]]) {
    if (asked.has(name)) {
      found[field] = asked.get(name) === "1";
    } else if (STYLES.includes(asked.get("style"))) {
      // an address that names a style names everything that is not as usual
      found[field] = name === "grid";
    }
  }
  if (colormaps.includes(asked.get("colours"))) {
    found.colormap = asked.get("colours");
  } else if (STYLES.includes(asked.get("style"))) {
    found.colormap = null;
  }
  if (asked.has("method") && trace.methods.some((one) => one.id === asked.get("method"))) {
    found.method = asked.get("method");
  }
  return found;
}

/** Return the number of the picture that an address names; `first` for none. */
export function pictureFrom(text, count, first = 0) {
  const number = wholeNumber(new URLSearchParams(text.replace(/^#/, "")).get("picture"));
  return number !== null && number < count ? number : first;
}

/** Return a token as an address names it: "7,3", "cls", "pool". */
function tokenText(trace, token) {
  if (token === POOL) {
    return "pool";
  }
  const cell = trace.cell(token);
  return cell ? cell.join(",") : trace.special[token];
}

/** Return the token that a text names; null for none. */
function tokenFrom(text, trace) {
  if (text === "pool" && trace.pool) {
    return POOL;
  }
  const cell = /^(\d{1,5}),(\d{1,5})$/.exec(text || "");
  if (cell) {
    const [row, col] = [Number(cell[1]), Number(cell[2])];
    return row < trace.rows && col < trace.cols ? trace.numPrefix + row * trace.cols + col : null;
  }
  const index = trace.special.indexOf(text);
  return index < 0 ? null : index;
}

/** Return whether a bar can have these ends, which single precision must tell apart. */
function isScale(low, high) {
  return low >= 0 && low < high && high <= 1e30 && high - low >= Math.max(1e-30, 1e-6 * high);
}

/** Return a whole number written in digits; null for any other text. */
function wholeNumber(text) {
  return /^\d{1,6}$/.test(text || "") ? Number(text) : null;
}
