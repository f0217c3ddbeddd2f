// The page: its state, what its parts show of it, and what keys and buttons change.
//
//   state ── inRange, heatOf, strip ──► picture, bar, rail, strip, status, caption
//     ▲                                              │
//     └──── keys, buttons, pointer, address ◄────────┘

import { addressOf, pictureFrom, stateFrom, STYLES } from "./address.mjs";
import { caption, headsText, sentence, statusText } from "./caption.mjs";
import { Cells, reveal } from "./cells.mjs";
import { colormapOf, overlay, tablesOf } from "./colour.mjs";
import { copyPicture, copyText, numbersText } from "./copy.mjs";
import { arraysOf, bytesOf } from "./floats.mjs";
import { formatValue, levelsFor } from "./maps.mjs";
import { Bins, matrixService } from "./matrix.mjs";
import { ownDescription, pixelsOf, runService } from "./own_picture.mjs";
import { canvasOf, drawBar, paintBar, PictureView } from "./picture_view.mjs";
import { showRibbon } from "./ribbon.mjs";
import { chosen, language, setLanguage, setTexts, tr } from "./texts.mjs";
import { POOL, Trace } from "./trace.mjs";
import { heatOf, inRange, MAX_OTHERS, methodHeat, smallMap, strip } from "./view.mjs";

/** Milliseconds of small maps between two frames. */
const RAIL_SLICE_MS = 8;
/** Height of sentence, status and caption below the picture. */
const SAID_PX = 116;
/** Colour of letters on paper and in copied pictures. */
const PRINT_COLOUR = "#222222";

/** Return an element by its id. */
const byId = (id) => document.getElementById(id);

/** Return a new element with a text. */
function element(tag, text, className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}

/** Everything of one open page. */
export class Page {
  constructor(data, textOf, program) {
    this.data = data;
    // numbers that this page has computed itself are no text in the document
    this.textOf = (block) => (typeof block === "string" ? textOf(block) : block);
    this.tables = tablesOf(data.colormaps);
    this.traces = data.pictures.map(() => null);
    this.images = data.pictures.map(() => null);
    this.hovered = null;
    this.isHovering = true;
    this.isReading = false;
    this.isPinningBeside = false;
    this.isPrinting = false;
    this.pending = 0;
    this.matrixId = 0;
    this.matrixKey = "";
    this.cache = { key: "", values: null };
    setTexts(data.texts);
    setLanguage((navigator.language || "en").startsWith("ja") ? "ja" : "en");
    this.index = pictureFrom(location.hash, data.pictures.length, data.first);
    this.state = stateFrom(location.hash, { ...this.description.view }, this.trace, data.colormapNames);
    this.picture = new PictureView(byId("picture"), {
      hover: (token) => this.hover(token),
      pin: (token, isBeside) => this.pin(token, isBeside || this.isPinningBeside),
      outside: () => this.say(tr("The model did not see this part of the picture.")),
    });
    this.rail = new Cells(byId("rail"), (index) => this.change({ layer: index, method: "raw" }));
    this.heads = new Cells(byId("heads"), (index, event) => this.chooseHead(index, event.shiftKey));
    this.colours = new Cells(byId("colours"), (at) => this.change({ layer: Math.min(this.coloured[at], this.trace.lastLayer) }));
    this.program = program;
    this.run = null;
    this.askMatrix = matrixService(program, (line) => this.matrixLine(line));
    this.connect();
    this.translate();
    this.open(this.index);
  }

  /** What Python wrote of the picture on screen. */
  get description() {
    return this.data.pictures[this.index];
  }

  /** The trace of the picture on screen. */
  get trace() {
    if (!this.traces[this.index]) {
      const trace = new Trace(this.description, this.textOf);
      trace.methods = trace.methods.map((one) => ({
        ...one, values: arraysOf(one.text, { values: ["f4", [trace.numTokens], 0] }).values.values,
      }));
      this.traces[this.index] = trace;
    }
    return this.traces[this.index];
  }

  /** Show another picture of the page. */
  open(index) {
    this.index = index;
    this.hovered = null;
    const { description } = this;
    document.title = `${description.name} · vitviz`;
    byId("title").textContent = description.name;
    byId("subtitle").textContent = description.model.name;
    this.state = inRange(this.state, this.trace);
    this.fillQueries();
    this.fillMethods();
    this.fillTokenColours();
    this.fillClasses();
    this.fillAbout();
    showRibbon(byId("ribbon"), description);
    [...byId("film").children].forEach((button, at) => {
      button.setAttribute("aria-pressed", String(at === index));
      if (at === index) {
        reveal(button);
      }
    });
    const ready = () => {
      this.picture.setTrace(this.trace, this.images[index][0], this.images[index][1]);
      this.layout();
      this.refresh();
      this.readyAt = performance.now();
      document.body.dataset.ready = "1";
    };
    if (this.images[index]) {
      ready();
      return;
    }
    const sources = [description.image, description.hiddenImage].filter(Boolean);
    Promise.all(sources.map(loaded)).then(([image, hidden = null]) => {
      this.images[index] = [image, hidden];
      ready();
    });
  }

  /** Change the state and show it. */
  change(fields) {
    this.state = inRange({ ...this.state, ...fields }, this.trace);
    this.hovered = null;
    this.refresh();
    this.writeAddress();
  }

  /** Pin a token as the query, or beside it. */
  pin(token, isBeside) {
    const { others } = this.state;
    if (!isBeside || token === this.state.token) {
      this.change({ token, method: "raw" });
      return;
    }
    const kept = others.filter((one) => one !== token);
    this.change({ others: kept.length < others.length ? kept : [...kept, token].slice(-MAX_OTHERS) });
  }

  /** Show a preview of a token's map; null shows the pinned query's again. */
  hover(token) {
    if (token === this.hovered) {
      return;
    }
    this.hovered = token;
    cancelAnimationFrame(this.pending);
    this.pending = requestAnimationFrame(() => this.drawPicture());
  }

  /** Return the attention of a token in the layer on screen, for every head. */
  values(token) {
    const { layer, direction } = this.state;
    const key = `${this.index} ${layer} ${token} ${direction}`;
    if (this.cache.key !== key) {
      this.cache = { key, values: this.trace.values(layer, token, direction) };
    }
    return this.cache.values;
  }

  /** Return the map on screen: of the pinned query, or of the token under the pointer. */
  heat() {
    const { state, trace } = this;
    const method = trace.methods.find((one) => one.id === state.method);
    if (method) {
      return methodHeat(trace, state, method);
    }
    return heatOf(trace, state, this.values(state.token));
  }

  /** Show the state in every part. */
  refresh() {
    const { state, trace } = this;
    this.shown = this.heat();
    this.drawPicture();
    this.fillHeads();
    this.beginRail();
    this.fillBeside();
    this.markControls();
    byId("caption").replaceChildren(
      ...caption(trace, state, this.shown).map((text) => element("span", text)),
    );
    if (byId("matrix-part").open) {
      this.beginMatrix();
    }
  }

  /** Draw picture, bar and status; a preview where the pointer is. */
  drawPicture() {
    const { state, trace, hovered } = this;
    if (!this.picture.image) {
      return;
    }
    const isPreview =
      this.isHovering && !this.isReading && hovered !== null && state.method === "raw" && state.token !== POOL;
    let heat = this.shown;
    if (isPreview) {
      const at = { ...state, token: hovered };
      heat = heatOf(trace, at, trace.values(state.layer, hovered, state.direction));
    }
    const table = this.tables[colormapOf(state)];
    const ratio = globalThis.devicePixelRatio || 1;
    this.picture.draw(heat, state, table, hovered, ratio);
    const letters = this.isPrinting ? PRINT_COLOUR : getComputedStyle(document.body).color;
    drawBar(byId("bar"), heat, state, table, ratio, letters);
    this.showChip(heat, isPreview ? null : hovered);
    byId("words").textContent = sentence(trace, heat);
    const text = statusText(trace, heat, isPreview ? null : hovered);
    byId("status").textContent = text;
    this.picture.canvas.setAttribute("aria-label", `${trace.name}. ${text}`);
  }

  /** Show the value of the map at a token beside it; null shows none. */
  showChip(heat, token) {
    const chip = byId("chip");
    const isShown = token !== null && this.trace.cell(token) !== null;
    chip.hidden = !isShown;
    if (!isShown) {
      return;
    }
    const value = heat.patches[token - this.trace.numPrefix];
    const ratio = heat.uniform === null ? "" : ` · ${formatValue(value / heat.uniform)} ×`;
    chip.textContent = `${heat.direction === "looks at" ? "→" : "←"} ${formatValue(value)}${ratio}`;
    const [x, y] = this.picture.middleOf(token);
    const { offsetLeft, offsetTop } = this.picture.canvas;
    // beside the pointer, on the side where there is room
    const left = x < this.picture.width / 2 ? x + 18 : x - 18 - chip.offsetWidth;
    chip.style.left = `${offsetLeft + left}px`;
    chip.style.top = `${offsetTop + Math.max(0, y - 30)}px`;
  }

  /** Choose whether the pointer shows previews, or values. */
  switchPreview() {
    this.isHovering = !this.isHovering;
    this.say(this.isHovering ? tr("The pointer shows a preview.") : tr("The pointer reads values."));
    this.markControls();
    this.drawPicture();
  }

  /** Show the small maps of the heads of the layer. */
  fillHeads() {
    const { state, trace } = this;
    const values = this.values(state.token);
    const cells = strip(trace, state, values);
    const stored = trace.headsOf(state.layer, state.token);
    const count = state.token === POOL ? trace.pool.numHeads : trace.numHeads;
    this.choices = cells.map(([choice]) => choice);
    const uniform = trace.uniform(state.token, state.renormalise);
    this.heads.setLabels(
      cells.map(([choice, heat]) => {
        const of = { mean: tr("mean"), max: tr("max"), min: tr("min") };
        const name = choice.heads.length ? String(choice.heads[0]) : of[choice.fusion];
        const ratio = `${formatValue(heat.peakValue / uniform)}×`;
        return [[name, ratio], `${headsText(choice, stored, count)}, ${ratio}`];
      }),
    );
    cells.forEach(([, heat], index) => {
      this.heads.setMap(index, heat.patches, heat.levels, this.tables[colormapOf(state)], trace.rows, trace.cols);
    });
    this.heads.setPressed((index) => this.isChosen(this.choices[index]));
  }

  /** Return whether a choice of the head strip is that of the state. */
  isChosen(choice) {
    const { heads, fusion } = this.state.heads;
    if (choice.heads.length) {
      return heads.includes(choice.heads[0]);
    }
    return !heads.length && choice.fusion === fusion;
  }

  /** Choose a head, or a fusion of all; with shift a head is added or taken away. */
  chooseHead(index, isAdded) {
    const choice = this.choices[index];
    const { heads, fusion } = this.state.heads;
    let next = choice;
    if (isAdded && choice.heads.length) {
      const kept = heads.filter((head) => head !== choice.heads[0]);
      const all = kept.length < heads.length ? kept : [...heads, choice.heads[0]];
      next = { heads: all.sort((a, b) => a - b), fusion };
    }
    this.change({ heads: next, method: "raw" });
  }

  /** Show the small map of each layer, some between every two frames. */
  beginRail() {
    const { state, trace } = this;
    const key = JSON.stringify([this.index, state.token, state.direction, state.heads, state.log, state.clip, state.renormalise, colormapOf(state), language()]);
    this.rail.setPressed((layer) => layer === state.layer);
    if (key === this.railKey) {
      return;
    }
    this.railKey = key;
    this.rail.setLabels(
      trace.layers.map((layer, index) => [
        layer.block ? String(index) : `${index} –`,
        layer.block ? tr("layer {n}", { n: index }) : `${tr("layer {n}", { n: index })}: ${chosen(layer.reason)}`,
      ]),
    );
    this.rail.setPressed((layer) => layer === state.layer);
    this.rail.buttons.forEach((button, layer) => {
      button.disabled = !trace.has(layer) || (state.token === POOL && layer !== trace.lastLayer);
    });
    const layers = (state.token === POOL ? [trace.lastLayer] : trace.stored).slice();
    layers.sort((a, b) => Math.abs(a - state.layer) - Math.abs(b - state.layer));
    const go = () => {
      const end = performance.now() + RAIL_SLICE_MS;
      while (layers.length && this.railKey === key && performance.now() < end) {
        const layer = layers.shift();
        const values = trace.values(layer, state.token, state.direction);
        const small = smallMap(trace, state, values, layer, state.token);
        this.rail.setMap(layer, small.patches, small.levels, this.tables[colormapOf(state)], trace.rows, trace.cols);
      }
      if (layers.length && this.railKey === key) {
        setTimeout(go, 0);
      }
    };
    setTimeout(go, 0);
  }

  /** Show the maps of the tokens pinned beside the query, on one scale. */
  fillBeside() {
    const { state, trace } = this;
    const maps = state.others.map((token) =>
      smallMap(trace, state, trace.values(state.layer, token, state.direction), state.layer, token),
    );
    const widest = maps.reduce((most, map) => (!most || map.levels.high > most.high ? map.levels : most), null);
    byId("beside").replaceChildren(
      ...maps.map((map) => {
        const figure = element("figure", "");
        const bytes = overlay(map.patches, widest, "map", this.tables[colormapOf(state)], 1);
        figure.append(
          canvasOf(bytes, trace.cols, trace.rows),
          element("figcaption", `${trace.tokenName(map.token)} · ${formatValue(map.ratio)}×`),
        );
        return figure;
      }),
    );
  }

  /** Ask for the matrix of the heads on screen. */
  beginMatrix() {
    const { state, trace } = this;
    const canvas = byId("matrix");
    const bins = new Bins(trace.numTokens, trace.numPrefix);
    if (state.token === POOL || trace.axis === "heads") {
      this.matrixKey = "";
      canvas.width = 1;
      byId("matrix-note").textContent = tr("There is no matrix for this view.");
      return;
    }
    const key = JSON.stringify([this.index, state.layer, state.heads]);
    this.bins = bins;
    if (key === this.matrixKey) {
      this.drawMatrix();
      return;
    }
    this.matrixKey = key;
    this.matrixId += 1;
    this.matrix = new Float32Array(bins.count * bins.count);
    byId("matrix-note").textContent = tr("Computing …");
    const { block, ...description } = trace.layers[state.layer];
    this.askMatrix({
      id: this.matrixId, key: `${this.index} ${state.layer}`, description, text: this.textOf(block),
      heads: state.heads.heads, fusion: state.heads.fusion,
      numTokens: trace.numTokens, numPrefix: trace.numPrefix,
    });
  }

  /** Take a line of the matrix from the worker. */
  matrixLine({ id, bin, line, isLast }) {
    if (id !== this.matrixId) {
      return;
    }
    this.matrix.set(line, bin * this.bins.count);
    if (isLast || bin % 32 === 31) {
      this.drawMatrix();
    }
    if (isLast) {
      byId("matrix").dataset.done = String(id);
      const { block } = this.bins;
      byId("matrix-note").textContent =
        block > 1 ? tr("{n} × {n} tokens, means of {block} × {block}", { n: this.trace.numTokens, block }) : tr("{n} × {n} tokens", { n: this.trace.numTokens });
    }
  }

  /** Draw the matrix and the query's line in it. */
  drawMatrix() {
    const { state, trace } = this;
    const { count } = this.bins;
    const canvas = byId("matrix");
    const levels = levelsFor(this.matrix, { log: state.log, clipPercent: state.clip });
    canvas.width = 2 * count;
    canvas.height = 2 * count;
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    const bytes = overlay(this.matrix, levels, "map", this.tables[colormapOf(state)], 1);
    context.drawImage(canvasOf(bytes, count, count), 0, 0, 2 * count, 2 * count);
    if (trace.numTokens && state.token !== POOL) {
      const line = 2 * this.bins.of(state.token);
      context.strokeStyle = state.direction === "looks at" ? "#E69F00" : "#56B4E9";
      context.lineWidth = 1;
      if (state.direction === "looks at") {
        context.strokeRect(-1, line - 0.5, 2 * count + 2, 3);
      } else {
        context.strokeRect(line - 0.5, -1, 3, 2 * count + 2);
      }
    }
  }

  /** Return the [query bin, key bin] under the pointer. */
  matrixPlace(event) {
    const box = byId("matrix").getBoundingClientRect();
    const place = (value, start, length) =>
      Math.min(this.bins.count - 1, Math.max(0, Math.floor(((value - start) / length) * this.bins.count)));
    return [place(event.clientY, box.top, box.height), place(event.clientX, box.left, box.width)];
  }

  /** Fill the row of special tokens. */
  fillQueries() {
    const { trace } = this;
    const tokens = trace.special.map((_, token) => token);
    if (trace.pool) {
      tokens.push(POOL);
    }
    byId("special").replaceChildren(
      ...tokens.map((token) => {
        const button = element("button", trace.tokenName(token), "chip");
        button.type = "button";
        button.dataset.token = token;
        button.addEventListener("click", (event) => this.pin(token, token !== POOL && (event.shiftKey || this.isPinningBeside)));
        return button;
      }),
    );
  }

  /** Fill the list of methods whose maps are in the page. */
  fillMethods() {
    const { trace } = this;
    byId("methods-part").hidden = !trace.methods.length;
    const all = [{ id: "raw", caption: { en: [tr("raw attention")] } }, ...trace.methods];
    byId("methods").replaceChildren(
      ...all.map((method) => {
        const button = element("button", chosen(method.caption).join(" · "), "choice");
        button.type = "button";
        button.dataset.method = method.id;
        button.addEventListener("click", () => this.change({ method: method.id }));
        return button;
      }),
    );
  }

  /** Fill the small maps of the tokens' colours. */
  fillTokenColours() {
    const { trace } = this;
    const { source, maps } = trace.tokenColours;
    const isStates = source === "states";
    this.coloured = maps.map((_, index) => index).filter((index) => maps[index]);
    byId("colours-part").hidden = !this.coloured.length;
    byId("colours-note").textContent = isStates
      ? tr("Patches whose states are alike have like colours.")
      : tr("Patches whose keys are alike have like colours.");
    this.colours.setLabels(
      this.coloured.map((index) => {
        if (!isStates) {
          return [String(index), tr("layer {n}", { n: index })];
        }
        const isOut = index === trace.layers.length;
        return isOut ? [tr("out"), tr("out of the last layer")] : [String(index), tr("into layer {n}", { n: index })];
      }),
    );
    this.coloured.forEach((index, at) => {
      const rgb = typeof maps[index] === "string" ? bytesOf(maps[index]) : maps[index];
      const bytes = new Uint8ClampedArray(4 * trace.numPatches).fill(255);
      for (let i = 0; i < trace.numPatches; i += 1) {
        bytes.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
      }
      this.colours.setColours(at, bytes, trace.rows, trace.cols);
    });
  }

  /** Fill the likeliest classes. */
  fillClasses() {
    const { classes, problem } = this.trace;
    byId("classes-part").hidden = !classes.length;
    byId("classes").replaceChildren(
      ...classes.map(([name, share]) => {
        const item = element("li", "");
        if (problem === "regression") {
          item.append(element("span", name), element("span", ""), element("span", formatValue(share)));
          return item;
        }
        const meter = document.createElement("meter");
        meter.value = share;
        meter.max = 1;
        item.append(element("span", name), meter, element("span", `${(100 * share).toFixed(1)} %`));
        return item;
      }),
    );
  }

  /** Fill what the page says of itself. */
  fillAbout() {
    const { description, trace } = this;
    byId("about").replaceChildren(
      ...chosen(description.settings).flatMap(([name, value]) => [element("dt", name), element("dd", value)]),
    );
    byId("claim").textContent = description.isOwn
      ? tr("Computed in this browser by {model}.", { model: description.model.name })
      : tr("Weights on this page differ from the trace by at most {error}.", { error: description.errorText });
    byId("trace-error").hidden = Boolean(description.isOwn);
    byId("trace-error").textContent = tr("The trace was checked against the model: error {error}.", { error: trace.traceErrorText });
    byId("changed").replaceChildren(...chosen(trace.changes).map((text) => element("span", text)));
    byId("changed").hidden = !chosen(trace.changes).length;
  }

  /** Mark what the controls stand on. */
  markControls() {
    const { state } = this;
    for (const button of byId("special").children) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.token) === state.token));
    }
    for (const button of byId("methods").children) {
      button.setAttribute("aria-pressed", String(button.dataset.method === state.method));
    }
    for (const button of document.querySelectorAll("[data-direction]")) {
      button.setAttribute("aria-pressed", String(button.dataset.direction === state.direction));
      button.disabled = state.token === POOL && button.dataset.direction !== "looks at";
    }
    for (const button of document.querySelectorAll("[data-style]")) {
      button.setAttribute("aria-pressed", String(button.dataset.style === state.style));
    }
    byId("preview").setAttribute("aria-pressed", String(this.isHovering));
    byId("pin-beside").setAttribute("aria-pressed", String(this.isPinningBeside));
    byId("scale").value = this.scaleName();
    byId("scale-own").hidden = this.scaleName() !== "as made";
    byId("colormap").value = state.colormap === null ? "" : state.colormap;
    byId("log").checked = state.log;
    byId("grid").checked = state.grid;
    byId("smooth").checked = state.smooth;
    byId("patches").checked = state.renormalise;
    this.colours.setPressed((at) => this.coloured[at] === state.layer);
  }

  /** Return the name of the scale among those that can be chosen. */
  scaleName() {
    const { scale, clip } = this.state;
    if (scale === "own" && clip === 1) {
      return "99";
    }
    if (scale !== "fixed" && clip === 0) {
      return scale === "own" ? "full" : "shared";
    }
    return "as made";
  }

  /** Choose a scale by its name. */
  chooseScale(name) {
    const { view } = this.description;
    this.change({
      99: { scale: "own", clip: 1 },
      full: { scale: "own", clip: 0 },
      shared: { scale: "shared", clip: 0 },
      "as made": { scale: view.scale, clip: view.clip },
    }[name]);
  }

  /** Connect buttons, fields, keys, sizes and the address. */
  connect() {
    const on = (id, event, handler) => byId(id).addEventListener(event, handler);
    for (const button of document.querySelectorAll("[data-direction]")) {
      button.addEventListener("click", () => this.change({ direction: button.dataset.direction, method: "raw" }));
    }
    for (const button of document.querySelectorAll("[data-style]")) {
      button.addEventListener("click", () => this.change({ style: button.dataset.style, opacity: null }));
    }
    on("scale", "change", (event) => this.chooseScale(event.target.value));
    on("colormap", "change", (event) => this.change({ colormap: event.target.value || null }));
    for (const [id, field] of [["log", "log"], ["grid", "grid"], ["smooth", "smooth"], ["patches", "renormalise"]]) {
      on(id, "change", (event) => this.change({ [field]: event.target.checked }));
    }
    on("pin-beside", "click", () => {
      this.isPinningBeside = !this.isPinningBeside;
      this.markControls();
    });
    on("preview", "click", () => this.switchPreview());
    on("language", "click", () => {
      setLanguage(language() === "en" ? "ja" : "en");
      this.translate();
      this.open(this.index);
    });
    on("theme", "click", () => this.switchTheme());
    on("copy-link", "click", async () => {
      const isDone = await copyText(location.href.split("#")[0] + this.address());
      this.say(isDone ? tr("The link is on the clipboard.") : tr("The link is in the address line."));
    });
    on("copy-picture", "click", async () => {
      const isDone = await copyPicture(this.figure(), "attention.png");
      this.say(isDone ? tr("The picture is on the clipboard.") : tr("The picture was saved as a file."));
    });
    on("copy-numbers", "click", async () => {
      const isDone = await copyText(numbersText(this.trace, this.state, this.shown));
      this.say(isDone ? tr("The numbers are on the clipboard.") : tr("The browser does not let this page copy."));
    });
    on("matrix-part", "toggle", () => byId("matrix-part").open && this.beginMatrix());
    on("matrix", "click", (event) => {
      const [query, key] = this.matrixPlace(event);
      const bin = this.state.direction === "looks at" ? query : key;
      this.pin(this.bins.range(bin)[0], event.shiftKey);
    });
    on("matrix", "pointermove", (event) => {
      const [query, key] = this.matrixPlace(event);
      const name = (bin) => this.trace.tokenName(this.bins.range(bin)[0]);
      const value = formatValue(this.matrix[query * this.bins.count + key]);
      byId("matrix-value").textContent = `${tr("{query} → {place}", { query: name(query), place: name(key) })}: ${value}`;
    });
    byId("open-own").hidden = !this.data.own;
    byId("own-note").hidden = !this.data.own;
    if (this.data.own) {
      this.connectOwn();
    }
    document.addEventListener("keydown", (event) => this.key(event));
    // with Alt the pointer reads the map that is there, as in the program
    for (const event of ["keydown", "keyup"]) {
      document.addEventListener(event, ({ key, type }) => {
        if (key === "Alt") {
          this.isReading = type === "keydown";
          this.drawPicture();
        }
      });
    }
    globalThis.addEventListener("resize", () => {
      this.layout();
      this.drawPicture();
    });
    globalThis.addEventListener("hashchange", () => {
      this.state = inRange(stateFrom(location.hash, this.state, this.trace, this.data.colormapNames), this.trace);
      this.refresh();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.drawPicture());
    // letters on a canvas do not follow the style of the paper by themselves
    for (const [event, isPrinting] of [["beforeprint", true], ["afterprint", false]]) {
      globalThis.addEventListener(event, () => {
        this.isPrinting = isPrinting;
        this.drawPicture();
      });
    }
    // a frame in a notebook has no address that could be handed on
    byId("copy-link").hidden = location.protocol === "about:";
    byId("colormap").append(
      ...this.data.colormapNames.map((name) => {
        const option = element("option", name);
        option.value = name;
        return option;
      }),
    );
    this.fillFilm();
  }

  /** Take a reader's own picture from a field, by drag and drop, or pasted. */
  connectOwn() {
    const field = byId("own-file");
    byId("open-own").addEventListener("click", () => field.click());
    field.addEventListener("change", () => {
      this.openOwn(field.files[0]);
      field.value = "";
    });
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      this.openOwn(event.dataTransfer.files[0]);
    });
    document.addEventListener("paste", (event) => this.openOwn(event.clipboardData.files[0]));
  }

  /** Run the model on a picture in a file, and show it beside the others. */
  async openOwn(file) {
    if (!file || this.isRunning) {
      return;
    }
    this.isRunning = true;
    this.say(tr("Computing …"));
    try {
      await this.addOwn(file, await pixelsOf(file));
      this.say("");
    } catch {
      this.say(tr("The browser cannot read this file as a picture."));
    }
    this.isRunning = false;
  }

  /** Add a picture that was read from a file. */
  async addOwn(file, pixels) {
    const { own, pictures } = this.data;
    this.run = this.run || runService(this.program, this.textOf(own.block));
    const start = performance.now();
    const found = await this.run(pixels);
    this.ranFor = performance.now() - start;
    const view = { ...this.state, others: [], method: "raw" };
    pictures.push(ownDescription(own, file.name, pixels, found, view));
    this.traces.push(null);
    this.images.push([pixels.shown, null]);
    this.railKey = "";
    this.fillFilm();
    this.state = view;
    this.open(pictures.length - 1);
    this.writeAddress();
  }

  /** Fill the strip of pictures, where there are several. */
  fillFilm() {
    const { pictures } = this.data;
    byId("film").hidden = pictures.length < 2;
    byId("film").replaceChildren(
      ...pictures.map((picture, index) => {
        const button = element("button", "", "thumb");
        button.type = "button";
        const image = document.createElement("img");
        image.src = picture.thumbnail;
        image.alt = picture.name;
        button.append(image);
        button.title = picture.name;
        button.addEventListener("click", () => {
          this.open(index);
          this.writeAddress();
        });
        return button;
      }),
    );
  }

  /** Show the other of light and dark. */
  switchTheme() {
    const own = document.documentElement.dataset.theme;
    const isDark = own ? own === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = isDark ? "light" : "dark";
    this.drawPicture();
  }

  /** Put the texts of the page into the language in use. */
  translate() {
    document.documentElement.lang = language();
    for (const one of document.querySelectorAll("[data-tr]")) {
      one.textContent = tr(one.dataset.tr);
    }
    for (const one of document.querySelectorAll("[data-label]")) {
      one.setAttribute("aria-label", tr(one.dataset.label));
      if (one.tagName === "BUTTON") {
        one.title = tr(one.dataset.label);
      }
    }
    byId("language").textContent = language() === "en" ? "日本語" : "English";
    this.railKey = "";
  }

  /** Fit the picture into the space that the window leaves. */
  layout() {
    // a screen may turn while the photograph is still being decoded
    if (!this.picture.image) {
      return;
    }
    const bar = 76;
    const width = byId("frame").clientWidth - bar;
    // what is said of the map stays in sight below it
    const top = byId("frame").getBoundingClientRect().top + globalThis.scrollY;
    const room = Math.min(0.72 * globalThis.innerHeight, globalThis.innerHeight - top - SAID_PX);
    const height = Math.max(240, room);
    this.picture.resize(Math.max(120, width), height);
    Object.assign(byId("bar").dataset, { width: bar, height: Math.max(120, this.picture.height) });
  }

  /** Return "#layer=…", which opens this view. */
  address() {
    return `#${addressOf(this.state, this.trace, this.index, this.data.pictures.length > 1)}`;
  }

  /** Write the view into the address line. */
  writeAddress() {
    try {
      history.replaceState(null, "", this.address());
    } catch {
      // a frame in a notebook has no address of its own
    }
  }

  /** Say something for a while, over the lower edge of the window. */
  say(text) {
    byId("said").textContent = text;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => {
      byId("said").textContent = "";
    }, 6000);
  }

  /** Return a canvas with picture, map, colour bar and caption. */
  figure() {
    const { picture, state, shown, trace } = this;
    const ratio = 2;
    const margin = 12;
    const lines = wrapped(caption(trace, state, shown), picture.width + 76);
    const canvas = document.createElement("canvas");
    canvas.width = ratio * (picture.width + 84 + 2 * margin);
    canvas.height = ratio * (Math.max(picture.height, 120) + 2 * margin + 17 * (lines.length + 1));
    const context = canvas.getContext("2d");
    context.fillStyle = "#FFFFFF";
    context.fillRect(0, 0, canvas.width, canvas.height);
    const inner = document.createElement("canvas");
    inner.width = ratio * picture.width;
    inner.height = ratio * picture.height;
    const table = this.tables[colormapOf(state)];
    picture.paint(inner.getContext("2d"), ratio * picture.scale, ratio, shown, state, table, null);
    context.drawImage(inner, ratio * margin, ratio * margin);
    context.save();
    context.translate(0, ratio * margin);
    paintBar(context, picture.width + 2 * margin, Math.max(picture.height, 120), ratio, shown, state, table, PRINT_COLOUR);
    context.restore();
    context.scale(ratio, ratio);
    context.fillStyle = "#666666";
    context.font = "12px system-ui, sans-serif";
    [...lines, tr("made with vitviz")].forEach((line, i) => {
      context.fillText(line, margin, Math.max(picture.height, 120) + 2 * margin + 17 * (i + 0.6));
    });
    return canvas;
  }

  /** Move the query by a patch. */
  move(down, right) {
    const { state, trace } = this;
    const cell = trace.cell(state.token) || [0, 0];
    const row = Math.min(trace.rows - 1, Math.max(0, cell[0] + down));
    const col = Math.min(trace.cols - 1, Math.max(0, cell[1] + right));
    this.change({ token: trace.numPrefix + row * trace.cols + col, method: "raw" });
  }

  /** Go to the next stored layer, or the one before. */
  stepLayer(step) {
    const { stored } = this.trace;
    const at = stored.indexOf(this.state.layer) + step;
    if (at >= 0 && at < stored.length) {
      this.change({ layer: stored[at], method: "raw" });
    }
  }

  /** Go to the next choice of heads, or the one before. */
  stepHead(step) {
    const at = this.choices.findIndex((choice) => this.isChosen(choice)) + step;
    if (at >= 0 && at < this.choices.length) {
      this.change({ heads: this.choices[at], method: "raw" });
    }
  }

  /** Do what a key stands for; the keys are those of the program. */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const isField = ["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName);
    const { state, trace } = this;
    const flip = (field) => this.change({ [field]: !state[field] });
    const step = {
      ArrowUp: () => this.move(-1, 0),
      ArrowDown: () => this.move(1, 0),
      ArrowLeft: () => this.move(0, -1),
      ArrowRight: () => this.move(0, 1),
    }[event.key];
    const isPicture = event.target === this.picture.canvas || event.target === document.body;
    if (step && isPicture) {
      event.preventDefault();
      step();
      return;
    }
    if (isField) {
      return;
    }
    const specials = [...trace.special.keys(), ...(trace.pool ? [POOL] : [])];
    const action = {
      "[": () => this.stepLayer(-1),
      "]": () => this.stepLayer(1),
      ",": () => this.stepHead(-1),
      ".": () => this.stepHead(1),
      c: () => specials.length && this.change({ token: specials[0], method: "raw" }),
      s: () => specials.length && this.change({ token: specials[(specials.indexOf(state.token) + 1) % specials.length], method: "raw" }),
      x: () => this.change({ direction: state.direction === "looks at" ? "looked at by" : "looks at", method: "raw" }),
      v: () => this.change({ style: STYLES[(STYLES.indexOf(state.style) + 1) % 3], opacity: null }),
      l: () => flip("log"),
      g: () => flip("grid"),
      m: () => flip("smooth"),
      h: () => this.switchPreview(),
      Backspace: () => this.change({ others: [] }),
    }[event.key];
    if (action) {
      action();
    }
  }
}

/** Return an image once it can be drawn. */
function loaded(source) {
  const image = new Image();
  image.src = source;
  return image.decode().then(() => image);
}

/** Return statements joined by " · " into lines of a width at most. */
function wrapped(statements, width) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = "12px system-ui, sans-serif";
  const lines = [];
  for (const statement of statements) {
    const longer = lines.length ? `${lines[lines.length - 1]} · ${statement}` : statement;
    if (lines.length && context.measureText(longer).width <= width) {
      lines[lines.length - 1] = longer;
    } else {
      lines.push(statement);
    }
  }
  return lines;
}
