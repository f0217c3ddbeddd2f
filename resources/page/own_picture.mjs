// A reader's own picture: read, run through the model, and described as the page reads.
//
//   file ── pixelsOf ──► canvas, RGBA ── worker: inputOf, Flexi ──► layers ── description
//
// Nothing of it leaves the page.

import { principalColours } from "./components.mjs";
import { described, Flexi, INPUT_PX, inputOf, PATCH_PX, placementOn } from "./flexi.mjs";

/** Pixels of a picture that are used; a larger one is shrunk when it is read. */
const MAX_PIXELS = 16_000_000;
/** Longest side of a picture on screen, and height of its thumbnail. */
const MAX_SHOWN_PX = 1280;
const THUMBNAIL_PX = 96;

/** Return a canvas of a size with an image drawn over all of it, on white. */
function drawn(image, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#FFFFFF";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/**
 * Return {rgba, size, shown, thumbnail} of a file, upright and on white.
 *
 * Throws what the browser throws for a file that it cannot read as a picture.
 */
export async function pixelsOf(file) {
  const image = await createImageBitmap(file);
  const factor = Math.min(1, Math.sqrt(MAX_PIXELS / (image.width * image.height)));
  const full = drawn(image, factor * image.width, factor * image.height);
  image.close();
  const size = [full.width, full.height];
  const share = Math.min(1, MAX_SHOWN_PX / Math.max(...size));
  const small = Math.min(1, THUMBNAIL_PX / size[1], (4 * THUMBNAIL_PX) / size[0]);
  return {
    size,
    rgba: full.getContext("2d").getImageData(0, 0, ...size).data,
    shown: drawn(full, share * size[0], share * size[1]),
    thumbnail: drawn(full, small * size[0], small * size[1]).toDataURL("image/jpeg"),
  };
}

/** Runs of the model, one after the other; the weights are decoded at the first. */
export class Runs {
  constructor() {
    this.model = null;
  }

  /**
   * Return {layers, colours} of a picture, the colours of each state of its tokens;
   * text: the weights in base64, with the first run.
   */
  answer({ rgba, size, text }) {
    if (!this.model) {
      this.model = new Flexi(text);
    }
    const count = (INPUT_PX / PATCH_PX) ** 2;
    const { width } = this.model;
    const colours = [];
    const onState = (tokens) => colours.push(principalColours(tokens.subarray(width), count, width));
    const layers = this.model.layersOf(inputOf(rgba, placementOn(size)), INPUT_PX, INPUT_PX, onState);
    return { layers: described(layers, 1 + count), colours };
  }
}

/** Return what runs the model on a picture: a worker, or this thread without one. */
export function runService(program, text) {
  const own = new Runs();
  let worker = null;
  let isFirst = true;
  try {
    const url = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
    worker = new Worker(url);
  } catch {
    worker = null;
  }
  return ({ rgba, size }) =>
    new Promise((done) => {
      const alone = () => done(own.answer({ rgba, size, text }));
      if (!worker) {
        alone();
        return;
      }
      worker.onmessage = (event) => done(event.data);
      worker.onerror = (event) => {
        event.preventDefault();
        worker = null;
        alone();
      };
      worker.postMessage({ kind: "run", rgba, size, text: isFirst ? text : null });
      isFirst = false;
    });
}

/** Return a picture with its layers as Python describes one; own: what it wrote for it. */
export function ownDescription(own, name, { size, thumbnail }, { layers, colours }, view) {
  const side = INPUT_PX / PATCH_PX;
  return {
    ...own.description,
    name, thumbnail, layers, view,
    placement: placementOn(size),
    grid: [side, side],
    numHeads: layers[0].heads.length,
    numKeys: 1 + side * side,
    tokenColours: { source: "states", maps: colours },
    isOwn: true,
  };
}
