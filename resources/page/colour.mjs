// Colours of maps: lookup tables, overlays over the picture, smoothing.

import { bytesOf } from "./floats.mjs";
import { fraction } from "./maps.mjs";

/** Largest opacity of each style, where the view leaves it open. */
export const OPACITY = { tint: 0.85, spotlight: 0.85, map: 1 };
/** Colour map of each style, where the view leaves it open. */
export const COLORMAP = { tint: "magma", map: "viridis", spotlight: "magma" };

/** Share of the photograph's light that a tint leaves where the model saw nothing. */
const TINT_UNSEEN = 0.3;
/** The same of map and spotlight, as a share of what shines through the darkest patch. */
const COVERED_UNSEEN = 0.4;

/** Return {name: 256 × 3 bytes} of lookup tables in base64. */
export function tablesOf(texts) {
  const pairs = Object.entries(texts).map(([name, text]) => [name, bytesOf(text)]);
  return Object.fromEntries(pairs);
}

/** Return the name of the colour map of a view. */
export function colormapOf(state) {
  return state.colormap === null ? COLORMAP[state.style] : state.colormap;
}

/** Return the opacity of a view. */
export function opacityOf(state) {
  return state.opacity === null ? OPACITY[state.style] : state.opacity;
}

/** Return the share of light outside of what the model saw: less than any patch keeps. */
export function unseenLight(state) {
  return state.style === "tint" ? TINT_UNSEEN : COVERED_UNSEEN * (1 - opacityOf(state));
}

/**
 * Return a map as RGBA bytes to lay over the picture: as a tint it is more opaque where
 * the value is higher, as a map equally everywhere; a spotlight darkens low values.
 */
export function overlay(values, levels, style, table, opacity) {
  const out = new Uint8ClampedArray(4 * values.length);
  for (let i = 0; i < values.length; i += 1) {
    const share = fraction(levels, values[i]);
    const place = 4 * i;
    if (style === "spotlight") {
      out[place + 3] = Math.round(255 * opacity * (1 - share));
      continue;
    }
    const colour = 3 * Math.round(255 * share);
    out[place] = table[colour];
    out[place + 1] = table[colour + 1];
    out[place + 2] = table[colour + 2];
    out[place + 3] = Math.round(255 * opacity * (style === "tint" ? share : 1));
  }
  return out;
}

/** Return R × C values interpolated to (R·factor) × (C·factor), middles kept. */
export function smoothed(values, rows, cols, factor) {
  const down = steps(rows, factor);
  const across = steps(cols, factor);
  const out = new Float32Array(rows * factor * cols * factor);
  down.forEach(([upper, lower, low], y) => {
    across.forEach(([left, right, far], x) => {
      const above = values[upper * cols + left] * (1 - far) + values[upper * cols + right] * far;
      const below = values[lower * cols + left] * (1 - far) + values[lower * cols + right] * far;
      out[y * cols * factor + x] = above * (1 - low) + below * low;
    });
  });
  return out;
}

/** Return [index before, index after, share of the one after] for each step. */
function steps(count, factor) {
  return Array.from({ length: count * factor }, (_, i) => {
    const middle = Math.min(Math.max((i + 0.5) / factor - 0.5, 0), count - 1);
    const low = Math.min(Math.floor(middle), Math.max(count - 2, 0));
    return [low, Math.min(low + 1, count - 1), middle - low];
  });
}

/** Return the colours of a bar from its upper end to its lower one, 256 RGBA. */
export function barColours(state, table) {
  const out = new Uint8ClampedArray(4 * 256);
  const opacity = opacityOf(state);
  for (let y = 0; y < 256; y += 1) {
    const share = (255 - y) / 255;
    for (let channel = 0; channel < 3; channel += 1) {
      out[4 * y + channel] =
        state.style === "spotlight"
          ? 184 * (1 - opacity * (1 - share))
          : table[3 * (255 - y) + channel];
    }
    out[4 * y + 3] = 255;
  }
  return out;
}
