// Attention weights from q and k, as vitviz computes them.
//
//   A = softmax(Q Kᵀ · factor + bias), over the keys of each query
//
//   row of a query     scores of all keys, softmax                        O(N·D)
//   column of a key    exp(score − log-sum-exp of the query's row)        O(N·D)
//
// In a changed model edges are cut (their score is −∞), and the softmax may run over
// the queries or the heads. Sums are made in double precision, weights are single.

import { arraysOf } from "./floats.mjs";

/** One attention call: H heads, of N queries and n keys, D numbers each. */
export class Layer {
  /**
   * description: what Python wrote of the layer: heads, arrays, factors, axis, bias,
   * edges. text: its arrays in base64.
   */
  constructor(description, text) {
    const arrays = arraysOf(text, description.arrays);
    this.arrays = arrays;
    this.heads = description.heads;
    this.factors = description.factors;
    this.axis = description.axis;
    this.error = description.error;
    [this.numHeads, this.numQueries, this.depth] = arrays.q.shape;
    this.numKeys = arrays.k.shape[1];
    this.q = arrays.q.values;
    this.k = arrays.k.values;
    this.lse = arrays.lse ? arrays.lse.values : null;
    this.bias = description.bias ? biasOf(description.bias, arrays) : null;
    this.edges = description.edges.map((cut) => ({
      queries: listed(arrays, cut.queries, this.numQueries),
      keys: listed(arrays, cut.keys, this.numKeys),
    }));
  }

  /** Return the weights of one query, a Float32Array of n for each head. */
  row(query) {
    return this.weights(this.rowScores(query), query, null);
  }

  /** Return the weights of all queries to one key, a Float32Array of N for each head. */
  column(key) {
    return this.weights(this.columnScores(key), null, key);
  }

  /** Return the scores of one query with all keys, a Float64Array for each head. */
  rowScores(query) {
    const scores = [];
    for (let head = 0; head < this.numHeads; head += 1) {
      const out = products(
        this.q, (head * this.numQueries + query) * this.depth,
        this.k, head * this.numKeys * this.depth, this.numKeys, this.depth,
        this.factors[head],
      );
      if (this.bias) {
        this.bias.addRow(out, head, query);
      }
      scores.push(out);
    }
    for (const { queries, keys } of this.edges) {
      if (queries === null || queries[query]) {
        cut(scores, keys);
      }
    }
    return scores;
  }

  /** Return the scores of all queries with one key, a Float64Array for each head. */
  columnScores(key) {
    const scores = [];
    for (let head = 0; head < this.numHeads; head += 1) {
      const out = products(
        this.k, (head * this.numKeys + key) * this.depth,
        this.q, head * this.numQueries * this.depth, this.numQueries, this.depth,
        this.factors[head],
      );
      if (this.bias) {
        this.bias.addColumn(out, head, key);
      }
      scores.push(out);
    }
    for (const { queries, keys } of this.edges) {
      if (keys === null || keys[key]) {
        cut(scores, queries);
      }
    }
    return scores;
  }

  /** Return weights from scores of one query (key is null) or one key. */
  weights(scores, query, key) {
    if (this.axis === "heads") {
      return overHeads(scores);
    }
    const isRow = key === null;
    const isOwnSum = isRow && this.axis === "keys";
    return scores.map((values, head) => {
      if (isOwnSum) {
        return softmax(values);
      }
      const out = new Float32Array(values.length);
      const overKeys = this.axis === "keys";
      const side = overKeys ? this.numQueries : this.numKeys;
      // a softmax over the keys has a sum for each query, one over the queries for
      // each key
      const first = head * side + (isRow ? 0 : overKeys ? 0 : key);
      const step = isRow || overKeys ? 1 : 0;
      for (let i = 0; i < values.length; i += 1) {
        out[i] = Math.exp(values[i] - this.lse[first + i * step]);
      }
      return out;
    });
  }
}

/** Return factor · (one vector · each of `count` vectors). */
function products(one, oneStart, many, manyStart, count, depth, factor) {
  const out = new Float64Array(count);
  const vector = one.subarray(oneStart, oneStart + depth);
  let place = manyStart;
  for (let i = 0; i < count; i += 1) {
    let sum = 0;
    for (let d = 0; d < depth; d += 1) {
      sum += vector[d] * many[place + d];
    }
    out[i] = sum * factor;
    place += depth;
  }
  return out;
}

/** Return exp(values − max) ÷ their sum, single precision. */
export function softmax(values) {
  let top = -Infinity;
  for (let i = 0; i < values.length; i += 1) {
    if (values[i] > top) {
      top = values[i];
    }
  }
  const out = new Float64Array(values.length);
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) {
    out[i] = Math.exp(values[i] - top);
    sum += out[i];
  }
  const weights = new Float32Array(values.length);
  for (let i = 0; i < values.length; i += 1) {
    weights[i] = out[i] / sum;
  }
  return weights;
}

/** Return the softmax over the heads; 0 where all of them are cut. */
function overHeads(scores) {
  const out = scores.map((values) => new Float32Array(values.length));
  for (let i = 0; i < scores[0].length; i += 1) {
    const weights = softmax(scores.map((values) => values[i]));
    for (let head = 0; head < scores.length; head += 1) {
      out[head][i] = scores[head][i] === -Infinity ? 0 : weights[head];
    }
  }
  return out;
}

/** Return which of `count` tokens an array lists, a byte each; null for all. */
function listed(arrays, name, count) {
  if (name === null) {
    return null;
  }
  const is = new Uint8Array(count);
  for (const token of arrays[name].values) {
    is[token] = 1;
  }
  return is;
}

/** Set the scores of some tokens to −∞; of all where they are null. */
function cut(scores, tokens) {
  for (const values of scores) {
    for (let i = 0; i < values.length; i += 1) {
      if (tokens === null || tokens[i]) {
        values[i] = -Infinity;
      }
    }
  }
}

/** Return what adds a bias to scores, by its kind. */
function biasOf(description, arrays) {
  switch (description.kind) {
    case "offset":
      return new OffsetBias(arrays, description.grid);
    case "axes":
      return new AxesBias(arrays);
    case "whole":
      return new WholeBias(arrays.values);
    default:
      throw new Error(`no kind of bias: ${description.kind}`);
  }
}

/** A bias as the network made it: (H, N, n), or sides of 1 that count for all. */
class WholeBias {
  constructor({ values, shape }) {
    this.values = values;
    const [heads, queries, keys] = shape;
    this.headStep = heads > 1 ? queries * keys : 0;
    this.queryStep = queries > 1 ? keys : 0;
    this.keyStep = keys > 1 ? 1 : 0;
  }

  addRow(scores, head, query) {
    const start = head * this.headStep + query * this.queryStep;
    for (let j = 0; j < scores.length; j += 1) {
      scores[j] += this.values[start + j * this.keyStep];
    }
  }

  addColumn(scores, head, key) {
    const start = head * this.headStep + key * this.keyStep;
    for (let i = 0; i < scores.length; i += 1) {
      scores[i] += this.values[start + i * this.queryStep];
    }
  }
}

/** BEiT's kind: the bias of two patches depends on their offset on the grid. */
class OffsetBias {
  constructor(arrays, [rows, cols]) {
    this.table = arrays.table.values; // (H, 2R − 1, 2C − 1)
    this.above = arrays.above.values; // (H, P, N)
    this.beside = arrays.beside.values; // (H, N, P)
    [, this.numPrefix, this.numTokens] = arrays.above.shape;
    this.isShared = arrays.table.shape[0] === 1;
    this.rows = rows;
    this.cols = cols;
  }

  /** Return the bias of a query and a key that are both patches. */
  between(head, query, key) {
    const { rows, cols } = this;
    const down = Math.floor(query / cols) - Math.floor(key / cols) + rows - 1;
    const across = (query % cols) - (key % cols) + cols - 1;
    return this.table[(head * (2 * rows - 1) + down) * (2 * cols - 1) + across];
  }

  addRow(scores, headGiven, query) {
    const head = this.isShared ? 0 : headGiven;
    const prefix = this.numPrefix;
    if (query < prefix) {
      const start = (head * prefix + query) * this.numTokens;
      for (let j = 0; j < scores.length; j += 1) {
        scores[j] += this.above[start + j];
      }
      return;
    }
    const start = (head * this.numTokens + query) * prefix;
    for (let j = 0; j < prefix; j += 1) {
      scores[j] += this.beside[start + j];
    }
    for (let j = prefix; j < scores.length; j += 1) {
      scores[j] += this.between(head, query - prefix, j - prefix);
    }
  }

  addColumn(scores, headGiven, key) {
    const head = this.isShared ? 0 : headGiven;
    const prefix = this.numPrefix;
    for (let i = 0; i < scores.length; i += 1) {
      if (key < prefix) {
        scores[i] += this.beside[(head * this.numTokens + i) * prefix + key];
      } else if (i < prefix) {
        scores[i] += this.above[(head * prefix + i) * this.numTokens + key];
      } else {
        scores[i] += this.between(head, i - prefix, key - prefix);
      }
    }
  }
}

/** SAM's kind: a value for the key's row plus one for the key's column. */
class AxesBias {
  constructor(arrays) {
    this.down = arrays.down.values; // (H, N, R)
    this.across = arrays.across.values; // (H, N, C)
    [, this.numTokens, this.rows] = arrays.down.shape;
    [, , this.cols] = arrays.across.shape;
  }

  at(head, query, key) {
    const token = head * this.numTokens + query;
    return (
      this.down[token * this.rows + Math.floor(key / this.cols)] +
      this.across[token * this.cols + (key % this.cols)]
    );
  }

  addRow(scores, head, query) {
    for (let j = 0; j < scores.length; j += 1) {
      scores[j] += this.at(head, query, j);
    }
  }

  addColumn(scores, head, key) {
    for (let i = 0; i < scores.length; i += 1) {
      scores[i] += this.at(head, i, key);
    }
  }
}
