// The matrix of a head, N × N, pooled to what a screen can show; computed by a worker.
//
//   page ── {id, layer, heads, fusion, bins} ──► worker ── {id, first, band} ──► page
//
// Special tokens are lines of their own; patches are means over blocks of them.

import { Layer } from "./attention.mjs";
import { fused } from "./maps.mjs";

/** Lines of patches that a matrix is shown with, at most. */
export const MAX_LINES = 256;
const MATRIX_SLICE_MS = 30;

/** Bins of an axis of tokens: one for each special token, patches by `block`. */
export class Bins {
  constructor(numTokens, numPrefix, limit = MAX_LINES) {
    this.numTokens = numTokens;
    this.numPrefix = numPrefix;
    this.block = Math.max(1, Math.ceil((numTokens - numPrefix) / limit));
    this.count = numPrefix + Math.ceil((numTokens - numPrefix) / this.block);
  }

  /** Return [first token, token behind the last] of a bin. */
  range(bin) {
    if (bin < this.numPrefix) {
      return [bin, bin + 1];
    }
    const start = this.numPrefix + (bin - this.numPrefix) * this.block;
    return [start, Math.min(start + this.block, this.numTokens)];
  }

  /** Return the bin that holds a token. */
  of(token) {
    const patch = token - this.numPrefix;
    return patch < 0 ? token : this.numPrefix + Math.floor(patch / this.block);
  }
}

/** Return the means over the bins of one line of the matrix. */
export function pooledLine(layer, heads, fusion, bins, bin) {
  const line = new Float32Array(bins.count);
  const [first, last] = bins.range(bin);
  for (let query = first; query < last; query += 1) {
    const rows = layer.row(query);
    const chosen = heads.length ? heads.map((head) => rows[layer.heads.indexOf(head)]) : rows;
    const values = fused(chosen, fusion);
    for (let key = 0; key < bins.count; key += 1) {
      const [start, stop] = bins.range(key);
      let sum = 0;
      for (let j = start; j < stop; j += 1) {
        sum += values[j];
      }
      line[key] += sum / (stop - start) / (last - first);
    }
  }
  return line;
}

/** Compute matrices one after the other; a newer request ends an older one. */
export class MatrixMaker {
  /** send: called with {id, bin, line, isLast}; later: calls a function soon. */
  constructor(send, later = (f) => setTimeout(f, 0)) {
    this.send = send;
    this.later = later;
    this.newest = 0;
    this.layers = new Map();
  }

  /** Begin a request; the layer's numbers come with its first one. */
  request({ id, key, description, text, heads, fusion, numTokens, numPrefix }) {
    this.newest = id;
    if (!this.layers.has(key)) {
      this.layers.clear();
      this.layers.set(key, new Layer(description, text));
    }
    const layer = this.layers.get(key);
    const bins = new Bins(numTokens, numPrefix);
    let bin = 0;
    const go = () => {
      const end = performance.now() + MATRIX_SLICE_MS;
      while (bin < bins.count && this.newest === id && performance.now() < end) {
        const line = pooledLine(layer, heads, fusion, bins, bin);
        this.send({ id, bin, line, isLast: bin === bins.count - 1 });
        bin += 1;
      }
      if (bin < bins.count && this.newest === id) {
        this.later(go);
      }
    };
    go();
  }
}

/** Return what takes requests: a worker, or this thread where there can be none. */
export function matrixService(program, onLine) {
  const own = new MatrixMaker(onLine);
  let worker = null;
  let last = null;
  try {
    const url = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
    worker = new Worker(url);
    worker.onmessage = (event) => onLine(event.data);
    worker.onerror = (event) => {
      event.preventDefault();
      worker = null;
      if (last) {
        own.request(last);
      }
    };
  } catch {
    worker = null;
  }
  return (request) => {
    last = request;
    if (worker) {
      worker.postMessage(request);
    } else {
      own.request(request);
    }
  };
}
