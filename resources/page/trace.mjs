// A picture with its trace: layers decoded when asked for, names of tokens.

import { Layer } from "./attention.mjs";
import { Placement } from "./placement.mjs";
import { tr } from "./texts.mjs";

/** In place of a token: the query of a pooling head, which is no token. */
export const POOL = -1;

/** One picture of the page and the trace of its run. */
export class Trace {
  /** description: what Python wrote; block: returns the base64 text of a name. */
  constructor(description, block) {
    Object.assign(this, description);
    this.block = block;
    this.decoded = new Map();
    [this.rows, this.cols] = description.grid;
    this.numPrefix = description.special.length;
    this.numPatches = this.rows * this.cols;
    this.numTokens = this.numPrefix + this.numPatches;
    this.place = new Placement(description.placement, description.grid);
    this.lastLayer = this.layers.length - 1;
  }

  /** Return whether a layer's numbers are in the page. */
  has(layer) {
    return Boolean(this.layers[layer] && this.layers[layer].block);
  }

  /** Return the layers whose numbers are in the page. */
  get stored() {
    return this.layers.map((_, layer) => layer).filter((layer) => this.has(layer));
  }

  /** Return a layer, decoded at its first use. */
  layer(index) {
    if (!this.decoded.has(index)) {
      const { block, ...description } = index === POOL ? this.pool : this.layers[index];
      this.decoded.set(index, new Layer(description, this.block(block)));
    }
    return this.decoded.get(index);
  }

  /** Return the attention of a token in a layer, an array over all tokens per head. */
  values(layer, token, direction) {
    if (token === POOL) {
      return this.layer(POOL).row(0).map((row) => {
        const placed = new Float32Array(this.numTokens);
        this.pooledTokens.forEach((at, i) => {
          placed[at] = row[i];
        });
        return placed;
      });
    }
    const own = this.layer(layer);
    return direction === "looks at" ? own.row(token) : own.column(token);
  }

  /** Return the heads that are stored of a layer, as the model counts them. */
  headsOf(layer, token) {
    return this.layer(token === POOL ? POOL : layer).heads;
  }

  /** Return [row, col] of a patch token; null for a special token and for POOL. */
  cell(token) {
    const patch = token - this.numPrefix;
    return token >= 0 && patch >= 0
      ? [Math.floor(patch / this.cols), patch % this.cols]
      : null;
  }

  /** Return the name of a token: "(7, 3)", "CLS", "reg 0", or that of POOL. */
  tokenName(token) {
    if (token === POOL) {
      return tr("pool");
    }
    const cell = this.cell(token);
    if (cell) {
      return `(${cell[0]}, ${cell[1]})`;
    }
    const name = this.special[token];
    if (name === "cls") {
      return "CLS";
    }
    return name.startsWith("reg") ? `reg ${name.slice(3)}` : name;
  }

  /** Return what every token would get if attention were even. */
  uniform(token, isRenormalised) {
    const first = isRenormalised ? this.numPrefix : 0;
    if (token === POOL) {
      return 1 / this.pooledTokens.filter((one) => one >= first).length;
    }
    if (this.axis === "heads") {
      return 1 / this.numHeads;
    }
    return 1 / (this.numKeys - first);
  }
}
