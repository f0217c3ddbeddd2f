// The picture with its map: photograph, overlay, grid, rings, and the colour bar.

import { barColours, opacityOf, overlay, smoothed, unseenLight } from "./colour.mjs";
import { fraction, tickLabels, ticks } from "./maps.mjs";

// Colours that mean the same everywhere, of the palette by Okabe and Ito.
export const QUERY = "#E69F00";
export const KEY = "#56B4E9";
const WARNING = "#D55E00";
// Hatching of what the model did not see: on black and on white pictures.
const UNSEEN_HATCH = "rgba(140, 140, 140, 0.43)";
const HATCH_PX = 8;
const SMOOTH_FACTOR = 8;
// Sizes of a cell at which the grid's lines are no longer drawn, and fully drawn.
const GRID_FADES_PX = [6, 14];

/** Return a canvas that holds RGBA bytes, one pixel for each. */
export function canvasOf(bytes, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").putImageData(new ImageData(bytes, width, height), 0, 0);
  return canvas;
}

/** The canvas that shows picture and map, and tells of the pointer. */
export class PictureView {
  /** on: {hover(token or null), pin(token, isBeside), outside()}. */
  constructor(canvas, on) {
    this.canvas = canvas;
    this.on = on;
    this.trace = null;
    this.image = null;
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "touch") {
        on.hover(this.tokenAt(event));
      }
    });
    canvas.addEventListener("pointerleave", () => on.hover(null));
    canvas.addEventListener("click", (event) => {
      const token = this.tokenAt(event);
      if (token === null) {
        on.outside();
      } else {
        on.pin(token, event.shiftKey);
      }
    });
  }

  /** Show another picture; `hidden` is what the run hid of it, or null. */
  setTrace(trace, image, hidden) {
    this.trace = trace;
    this.image = image;
    this.hidden = hidden;
    this.shown = trace.place.shownRect();
  }

  /** Set the size on screen so that the picture fits a width and a height. */
  resize(width, height) {
    const [left, top, right, bottom] = this.shown;
    this.scale = Math.min(width / (right - left), height / (bottom - top));
    this.width = Math.max(1, Math.floor((right - left) * this.scale));
    this.height = Math.max(1, Math.floor((bottom - top) * this.scale));
    this.canvas.style.width = `${this.width}px`;
    this.canvas.style.height = `${this.height}px`;
  }

  /** Return the token under the pointer; null outside what the model saw. */
  tokenAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const x = this.shown[0] + ((event.clientX - box.left) / box.width) * (this.shown[2] - this.shown[0]);
    const y = this.shown[1] + ((event.clientY - box.top) / box.height) * (this.shown[3] - this.shown[1]);
    const patch = this.trace.place.patchAt(x, y);
    return patch === null ? null : this.trace.numPrefix + patch;
  }

  /** Return a rectangle of source pixels on the canvas: [x, y, width, height]. */
  boxOf([left, top, right, bottom], unit) {
    return [
      (left - this.shown[0]) * unit, (top - this.shown[1]) * unit,
      (right - left) * unit, (bottom - top) * unit,
    ];
  }

  /** Return the middle of a token's patch on screen, from the canvas' corner. */
  middleOf(token) {
    const [x, y, width, height] = this.boxOf(
      this.trace.place.patchRect(token - this.trace.numPrefix), this.scale,
    );
    return [x + width / 2, y + height / 2];
  }

  /** Draw everything onto the canvas, `ratio` pixels for each of the screen. */
  draw(heat, state, table, hovered, ratio) {
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    const unit = this.canvas.width / (this.shown[2] - this.shown[0]);
    this.paint(this.canvas.getContext("2d"), unit, ratio, heat, state, table, hovered);
  }

  /** Paint the picture with its map, `unit` pixels for each source pixel. */
  paint(context, unit, ratio, heat, state, table, hovered) {
    const { trace } = this;
    const { place } = trace;
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.imageSmoothingEnabled = unit < 4;
    context.imageSmoothingQuality = "high";
    context.drawImage(this.image, ...this.boxOf([0, 0, ...place.source], unit));
    const input = this.boxOf(place.inputRect(), unit);
    if (this.hidden) {
      context.imageSmoothingEnabled = false;
      context.drawImage(this.hidden, ...input);
    }
    context.save();
    context.beginPath();
    context.rect(...this.boxOf(place.seenRect(), unit));
    context.clip();
    context.imageSmoothingEnabled = false;
    context.drawImage(mapCanvas(trace, heat, state, table), ...input);
    context.restore();
    this.hatchHidden(context, unit, ratio);
    this.shadeUnseen(context, unit, ratio, state);
    if (state.grid) {
      this.grid(context, input, ratio);
    }
    const colour = heat.direction === "looks at" ? QUERY : KEY;
    state.others.forEach((token) => this.ring(context, token, unit, ratio, colour, "dashed"));
    const pinned = heat.method === "raw" ? state.token : heat.token;
    this.ring(context, pinned, unit, ratio, colour, "pinned");
    if (hovered !== null && hovered !== pinned) {
      this.ring(context, hovered, unit, ratio, colour, "hovered");
    }
  }

  /** Draw a ring around a token's patch; special tokens have none. */
  ring(context, token, unit, ratio, colour, kind) {
    if (this.trace.cell(token) === null) {
      return;
    }
    const [x, y, width, height] = this.boxOf(
      this.trace.place.patchRect(token - this.trace.numPrefix), unit,
    );
    const around = [x - 2 * ratio, y - 2 * ratio, width + 4 * ratio, height + 4 * ratio];
    const lines =
      kind === "hovered"
        ? [["#1A1A1A", 3], ["#FFFFFF", 1.5]]
        : [["#1A1A1A", 6], ["#FFFFFF", 4.5], [colour, 2.5]];
    context.save();
    context.lineJoin = "round";
    lines.forEach(([shade, thickness], index) => {
      context.strokeStyle = shade;
      context.lineWidth = thickness * ratio;
      const isDashed = kind === "dashed" && index === lines.length - 1;
      context.setLineDash(isDashed ? [5 * ratio, 3.75 * ratio] : []);
      context.strokeRect(...around);
    });
    context.restore();
  }

  /** Darken and hatch what the model did not see; hatch the padding it saw instead. */
  shadeUnseen(context, unit, ratio, state) {
    const { place } = this.trace;
    const picture = this.boxOf([0, 0, ...place.source], unit);
    const seen = this.boxOf(place.seenRect(), unit);
    const input = this.boxOf(place.inputRect(), unit);
    if (isLarger(picture, seen)) {
      this.hatch(context, picture, seen, ratio, `rgba(0, 0, 0, ${1 - unseenLight(state)})`, UNSEEN_HATCH);
      context.save();
      context.strokeStyle = "rgba(255, 255, 255, 0.78)";
      context.lineWidth = ratio;
      context.strokeRect(...seen);
      context.restore();
    }
    if (isLarger(input, seen)) {
      this.hatch(context, input, seen, ratio, "#E6E6E6", "#AAAAAA");
    }
  }

  /** Fill what lies between two rectangles, and draw thin diagonals over it. */
  hatch(context, outer, inner, ratio, ground, lines) {
    context.save();
    context.beginPath();
    context.rect(...outer);
    context.rect(...inner);
    context.clip("evenodd");
    context.fillStyle = ground;
    context.fillRect(...outer);
    context.strokeStyle = lines;
    context.lineWidth = ratio;
    context.beginPath();
    const [left, top, width, height] = outer;
    for (let x = left - height; x < left + width; x += HATCH_PX * ratio) {
      context.moveTo(x, top + height);
      context.lineTo(x + height, top);
    }
    context.stroke();
    context.restore();
  }

  /** Outline and hatch each patch that the run hid. */
  hatchHidden(context, unit, ratio) {
    context.save();
    context.strokeStyle = WARNING;
    context.lineWidth = ratio;
    for (const patch of this.trace.hidden) {
      const [x, y, width, height] = this.boxOf(this.trace.place.patchRect(patch), unit);
      context.strokeRect(x, y, width, height);
      context.save();
      context.beginPath();
      context.rect(x, y, width, height);
      context.clip();
      for (let reach = 6 * ratio; reach < width + height; reach += 6 * ratio) {
        context.beginPath();
        context.moveTo(x, y + reach);
        context.lineTo(x + reach, y);
        context.stroke();
      }
      context.restore();
    }
    context.restore();
  }

  /** Draw thin lines between patches; small cells have none. */
  grid(context, [left, top, width, height], ratio) {
    const { rows, cols } = this.trace;
    const [gone, full] = GRID_FADES_PX;
    const strength = Math.min(1, Math.max(0, (width / cols / ratio - gone) / (full - gone)));
    if (!strength) {
      return;
    }
    context.save();
    context.strokeStyle = `rgba(255, 255, 255, ${0.25 * strength})`;
    context.lineWidth = 0.75 * ratio;
    context.beginPath();
    for (let col = 0; col <= cols; col += 1) {
      const x = left + (col * width) / cols;
      context.moveTo(x, top);
      context.lineTo(x, top + height);
    }
    for (let row = 0; row <= rows; row += 1) {
      const y = top + (row * height) / rows;
      context.moveTo(left, y);
      context.lineTo(left + width, y);
    }
    context.stroke();
    context.restore();
  }
}

/** Return whether one rectangle is larger than another inside it by a pixel. */
function isLarger(outer, inner) {
  return outer[2] - inner[2] > 1 || outer[3] - inner[3] > 1;
}

/** Return a canvas with the overlay of a map, a pixel for each cell. */
function mapCanvas(trace, heat, state, table) {
  let { rows, cols } = trace;
  let values = heat.patches;
  if (state.smooth) {
    values = smoothed(values, rows, cols, SMOOTH_FACTOR);
    rows *= SMOOTH_FACTOR;
    cols *= SMOOTH_FACTOR;
  }
  return canvasOf(overlay(values, heat.levels, state.style, table, opacityOf(state)), cols, rows);
}

/** Draw a colour bar with its ticks and the mark of the uniform value. */
export function drawBar(canvas, heat, state, table, ratio, ink) {
  const width = Number(canvas.dataset.width);
  const height = Number(canvas.dataset.height);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  paintBar(canvas.getContext("2d"), 0, height, ratio, heat, state, table, ink);
}

/** Paint a colour bar from `left` on; sizes are those of the screen. */
export function paintBar(context, left, height, ratio, heat, state, table, ink) {
  const top = 14;
  const length = height - 2 * top;
  const barWidth = 14;
  context.save();
  context.scale(ratio, ratio);
  context.translate(left, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(canvasOf(barColours(state, table), 1, 256), 0, top, barWidth, length);
  context.strokeStyle = "#808080";
  context.strokeRect(0.5, top + 0.5, barWidth - 1, length - 1);
  context.fillStyle = ink;
  context.font = "12px system-ui, sans-serif";
  context.textBaseline = "middle";
  if (heat.numClipped) {
    context.beginPath();
    context.moveTo(2, top - 3);
    context.lineTo(barWidth - 2, top - 3);
    context.lineTo(barWidth / 2, top - 10);
    context.fill();
  }
  const at = (value) => top + (1 - fraction(heat.levels, value)) * length;
  const isInside = (value) => heat.levels.low <= value && value <= heat.levels.high;
  const mark = heat.uniform !== null && isInside(heat.uniform) ? at(heat.uniform) : null;
  const values = ticks(heat.levels).filter(isInside);
  const labels = tickLabels(ticks(heat.levels)).filter((_, i) => isInside(ticks(heat.levels)[i]));
  values.forEach((value, i) => {
    const y = at(value);
    context.fillRect(barWidth, y - 0.5, 5, 1);
    if (mark === null || Math.abs(y - mark) >= 15) {
      context.fillText(labels[i], barWidth + 8, y);
    }
  });
  if (mark !== null) {
    context.fillStyle = "#FFFFFF";
    context.fillRect(0, mark - 2, barWidth + 5, 4);
    context.fillStyle = "#1A1A1A";
    context.fillRect(0, mark - 1, barWidth + 5, 2);
    context.fillStyle = ink;
    context.font = "bold 12px system-ui, sans-serif";
    context.fillText(heat.uniformText, barWidth + 8, mark);
  }
  context.restore();
}
