// The ribbon of the page: the whole model in one row, with this model's sizes.
//
//   picture → patches → position → layers × [norm → attention → + → norm → MLP → +]
//   → read-out → answer
//
// A page knows a trace, not the model: not how wide its MLPs are, nor which tokens it
// reads its answer from, unless there is a pooling head.

import { tr } from "./texts.mjs";

/** Return whether a picture's description has the sizes that a ribbon needs. */
export function hasRibbon(description) {
  return Boolean(description.sizes);
}

/** Return the stops in order: {name, sizes, isInBlock}, sizes as text. */
export function ribbonStops(description) {
  const { sizes, placement, grid, special, numHeads } = description;
  const [rows, cols] = grid;
  const patches = rows * cols;
  const tokens = patches + special.length;
  const [width, height] = placement.model;
  const [patchWidth, patchHeight] = sizes.patch;
  const numbers = patchWidth * patchHeight * sizes.channels;
  const state = `${tokens} × ${sizes.width}`;
  const inside = (name, text) => ({ name, sizes: text, isInBlock: true });
  const outside = (name, text) => ({ name, sizes: text, isInBlock: false });
  return [
    outside(tr("picture"), `${height} × ${width} × ${sizes.channels}`),
    outside(tr("patches"), `${rows} × ${cols} = ${patches}; ${numbers} → ${sizes.width}`),
    outside(tr("position"), state),
    inside(tr("norm"), state),
    inside(tr("attention"), `${numHeads} × ${tokens} × ${tokens}`),
    inside("+", state),
    inside(tr("norm"), state),
    inside("MLP", state),
    inside("+", state),
    outside(description.pool ? tr("pool") : tr("read-out"), String(sizes.width)),
    outside(tr("answer"), sizes.outputs ? String(sizes.outputs) : "–"),
  ];
}

/** Return the number of times that a block is passed. */
export function blockTimes(description) {
  return `× ${description.layers.length}`;
}

/** Show the ribbon of a picture's model in an element; nothing where sizes are missing. */
export function showRibbon(place, description) {
  place.hidden = !hasRibbon(description);
  place.replaceChildren();
  if (place.hidden) {
    return;
  }
  let block = null;
  for (const stop of ribbonStops(description)) {
    const item = document.createElement("li");
    const name = document.createElement("b");
    name.textContent = stop.name;
    const sizes = document.createElement("span");
    sizes.textContent = stop.sizes;
    item.append(name, sizes);
    if (stop.isInBlock && block === null) {
      block = document.createElement("li");
      block.className = "block";
      const inner = document.createElement("ol");
      const times = document.createElement("span");
      times.textContent = blockTimes(description);
      block.append(inner, times);
      place.append(block);
    }
    (stop.isInBlock ? block.firstChild : place).append(item);
  }
}
