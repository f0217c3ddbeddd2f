// vitviz-flexi, the small model that ships with vitviz, in plain typed arrays.
//
//   pixels ── patches, positions, CLS ──► tokens ── 6 blocks ──► q and k of each layer
//
// FlexiViT: One Model for All Patch Sizes. Beyer et al., 2022, arXiv 2212.08013; the
// pre-norm block of: An Image is Worth 16x16 Words. Dosovitskiy et al., 2020, arXiv
// 2010.11929. As in vitviz/models/adapters/flexivit.py, at its own patch of 16 px.

import { softmax } from "./attention.mjs";
import { bytesOf, numbersAt } from "./floats.mjs";
import { resampledPixels, resampledPlanes } from "./resample.mjs";

export const PATCH_PX = 16;
export const INPUT_PX = 224;
const NUM_HEADS = 6;
const NORM_EPSILON = 1e-6;
/** Mean and deviation of red, green and blue in [0, 1]. */
const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];

/** Return {name: Float32Array} and shapes of a .safetensors file of half floats. */
function tensorsOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  const found = {};
  for (const [name, { dtype, shape, data_offsets: ends }] of Object.entries(header)) {
    if (dtype === "F16") {
      const count = shape.reduce((product, side) => product * side, 1);
      found[name] = { values: numbersAt(bytes, "f2", count, start + ends[0]), shape };
    }
  }
  return found;
}

/**
 * Return x · wᵀ + b: (N, I) and (O, I) to (N, O), single precision; O is a multiple of 4.
 *
 * Two rows of x with four of w at a time: each number that is read is then used twice or
 * four times, and doubles need no conversion. That is twice as quick as one row.
 */
export function linear(x, weight, bias, count, inputs, outputs) {
  const out = new Float32Array(count * outputs);
  const rows = new Float64Array((count + (count % 2)) * inputs);
  rows.set(x);
  const four = new Float64Array(4 * inputs);
  for (let o = 0; o < outputs; o += 4) {
    for (let j = 0; j < 4; j += 1) {
      for (let i = 0; i < inputs; i += 1) {
        four[4 * i + j] = weight[(o + j) * inputs + i];
      }
    }
    for (let n = 0; n < count; n += 2) {
      let a = bias[o];
      let b = bias[o + 1];
      let c = bias[o + 2];
      let d = bias[o + 3];
      let e = a;
      let f = b;
      let g = c;
      let h = d;
      let upper = n * inputs;
      for (let i = 0; i < 4 * inputs; i += 4, upper += 1) {
        const u = rows[upper];
        const v = rows[upper + inputs];
        const p = four[i];
        const q = four[i + 1];
        const r = four[i + 2];
        const s = four[i + 3];
        a += u * p;
        b += u * q;
        c += u * r;
        d += u * s;
        e += v * p;
        f += v * q;
        g += v * r;
        h += v * s;
      }
      const at = n * outputs + o;
      out[at] = a;
      out[at + 1] = b;
      out[at + 2] = c;
      out[at + 3] = d;
      if (n + 1 < count) {
        out[at + outputs] = e;
        out[at + outputs + 1] = f;
        out[at + outputs + 2] = g;
        out[at + outputs + 3] = h;
      }
    }
  }
  return out;
}

/** Return each of `count` vectors with mean 0 and deviation 1, scaled and moved. */
function normalised(x, weight, bias, count, width) {
  const out = new Float32Array(x.length);
  for (let n = 0; n < count; n += 1) {
    const own = x.subarray(n * width, (n + 1) * width);
    let mean = 0;
    for (let i = 0; i < width; i += 1) {
      mean += own[i];
    }
    mean /= width;
    let variance = 0;
    for (let i = 0; i < width; i += 1) {
      variance += (own[i] - mean) ** 2;
    }
    const factor = 1 / Math.sqrt(variance / width + NORM_EPSILON);
    for (let i = 0; i < width; i += 1) {
      out[n * width + i] = (own[i] - mean) * factor * weight[i] + bias[i];
    }
  }
  return out;
}

/**
 * Return x · Φ(x), with the error function of Abramowitz and Stegun, formula 7.1.26,
 * whose error is below 1.5e-7.
 */
export function gelu(x) {
  const z = Math.abs(x) * Math.SQRT1_2;
  const t = 1 / (1 + 0.3275911 * z);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * series * Math.exp(-z * z);
  return x * (x < 0 ? tail : 1 - tail);
}

/** The network with its weights. */
export class Flexi {
  /** text: the file of its weights in base64. */
  constructor(text) {
    this.tensors = tensorsOf(bytesOf(text));
    this.width = this.of("cls_token").length;
    this.depth = Object.keys(this.tensors).filter((name) => /^blocks\.\d+\.norm1\.bias$/.test(name)).length;
  }

  /** Return the numbers of a tensor. */
  of(name) {
    return this.tensors[name].values;
  }

  /** Return the tokens before the first block, (1 + R·C, width), CLS first. */
  embed(pixels, rows, cols) {
    const { width } = this;
    const inputs = 3 * PATCH_PX * PATCH_PX;
    const patches = new Float32Array(rows * cols * inputs);
    let at = 0;
    for (let row = 0; row < rows; row += 1) {
      for (let col = 0; col < cols; col += 1) {
        for (let channel = 0; channel < 3; channel += 1) {
          for (let y = 0; y < PATCH_PX; y += 1) {
            const start = ((channel * rows + row) * PATCH_PX + y) * cols * PATCH_PX + col * PATCH_PX;
            patches.set(pixels.subarray(start, start + PATCH_PX), at);
            at += PATCH_PX;
          }
        }
      }
    }
    const embedded = linear(patches, this.of("patch_embed.weight"), this.of("patch_embed.bias"), rows * cols, inputs, width);
    const [, , tableRows, tableCols] = this.tensors.positions.shape;
    const positions = resampledPlanes(this.of("positions"), width, [tableRows, tableCols], [rows, cols]);
    const tokens = new Float32Array((1 + rows * cols) * width);
    tokens.set(this.of("cls_token"));
    for (let patch = 0; patch < rows * cols; patch += 1) {
      for (let i = 0; i < width; i += 1) {
        tokens[(1 + patch) * width + i] = embedded[patch * width + i] + positions[i * rows * cols + patch];
      }
    }
    return tokens;
  }

  /**
   * Return q, k, (H, N, D), and the log-sum-exp of each row of scores, (H, N), of every
   * layer for normalised pixels, (3, height, width).
   *
   * onState: called with the tokens before each layer and after the last.
   */
  layersOf(pixels, height, width, onState = () => {}) {
    const [rows, cols] = [height / PATCH_PX, width / PATCH_PX];
    const tokens = this.embed(pixels, rows, cols);
    onState(tokens);
    return Array.from({ length: this.depth }, (_, index) => {
      const layer = this.block(index, tokens);
      onState(tokens);
      return layer;
    });
  }

  /** Add a block's output to the tokens; return what its attention was made of. */
  block(index, tokens) {
    const { width } = this;
    const count = tokens.length / width;
    const part = (name) => this.of(`blocks.${index}.${name}`);
    const apply = (x, name, inputs, outputs) =>
      linear(x, part(`${name}.weight`), part(`${name}.bias`), count, inputs, outputs);
    const add = (values) => {
      for (let i = 0; i < tokens.length; i += 1) {
        tokens[i] += values[i];
      }
    };
    const first = normalised(tokens, part("norm1.weight"), part("norm1.bias"), count, width);
    const found = attended(apply(first, "attn.qkv", width, 3 * width), count, width);
    add(apply(found.gathered, "attn.proj", width, width));
    const second = normalised(tokens, part("norm2.weight"), part("norm2.bias"), count, width);
    add(apply(apply(second, "mlp.fc1", width, 4 * width).map(gelu), "mlp.fc2", 4 * width, width));
    return { q: found.q, k: found.k, lse: found.lse };
  }
}

/** Return q, k, the rows' log-sum-exp, and what each token gathered, (N, width). */
function attended(qkv, count, width) {
  const depth = width / NUM_HEADS;
  const parts = [0, 1, 2].map((part) => {
    const out = new Float32Array(count * width);
    for (let head = 0; head < NUM_HEADS; head += 1) {
      for (let n = 0; n < count; n += 1) {
        const start = n * 3 * width + part * width + head * depth;
        out.set(qkv.subarray(start, start + depth), (head * count + n) * depth);
      }
    }
    return out;
  });
  const [q, k, v] = parts;
  const lse = new Float64Array(NUM_HEADS * count);
  const gathered = new Float32Array(count * width);
  const none = new Float32Array(count + 3);
  // outputs come in fours: keys of zeros behind the last fill the four up
  const padded = 4 * Math.ceil(count / 4);
  for (let head = 0; head < NUM_HEADS; head += 1) {
    const slice = (all) => all.subarray(head * count * depth, (head + 1) * count * depth);
    const keys = new Float32Array(padded * depth);
    keys.set(slice(k));
    const scores = linear(slice(q), keys, none, count, depth, padded);
    const across = new Float32Array(depth * count);
    slice(v).forEach((value, i) => {
      across[(i % depth) * count + Math.floor(i / depth)] = value;
    });
    const weights = new Float32Array(count * count);
    for (let n = 0; n < count; n += 1) {
      const row = scores.subarray(n * padded, n * padded + count).map((score) => score / Math.sqrt(depth));
      const own = softmax(row);
      weights.set(own, n * count);
      const top = row.indexOf(row.reduce((most, score) => Math.max(most, score)));
      lse[head * count + n] = row[top] - Math.log(own[top]);
    }
    const out = linear(weights, across, none, count, count, depth);
    for (let n = 0; n < count; n += 1) {
      gathered.set(out.subarray(n * depth, (n + 1) * depth), n * width + head * depth);
    }
  }
  return { q, k, lse, gathered };
}

/** Return a whole number nearest to a half of another, ties to the even one. */
function halfToEven(number) {
  const half = Math.floor(number / 2);
  return number % 2 && half % 2 ? half + 1 : half;
}

/** Return where the model's input lies on a picture: its middle, as a square. */
export function placementOn([width, height]) {
  const short = Math.min(width, height);
  const resized = [width, height].map((side) => Math.max(INPUT_PX, Math.trunc((INPUT_PX * side) / short)));
  return {
    source: [width, height],
    resized,
    offset: resized.map((side) => halfToEven(side - INPUT_PX)),
    model: [INPUT_PX, INPUT_PX],
  };
}

/** Return the model's input, (3, height, width), of an opaque RGBA picture. */
export function inputOf(rgba, placement) {
  const { source, resized, offset, model } = placement;
  // Pillow keeps the corners of a box as single floats
  const box = [0, 1].map((axis) => Math.fround(offset[axis] * (source[axis] / resized[axis])));
  const ends = [0, 1].map((axis) => Math.fround(Math.min((offset[axis] + model[axis]) * (source[axis] / resized[axis]), source[axis])));
  const bytes = resampledPixels(rgba, source, [...box, ...ends], model);
  const count = model[0] * model[1];
  const out = new Float32Array(3 * count);
  for (let i = 0; i < count; i += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      out[channel * count + i] = (bytes[3 * i + channel] / 255 - MEAN[channel]) / DEVIATION[channel];
    }
  }
  return out;
}

/** Return the layers of a picture as a page describes them, with their numbers. */
export function described(layers, numTokens) {
  return layers.map(({ q, k, lse }) => {
    const depth = q.length / NUM_HEADS / numTokens;
    const shape = [NUM_HEADS, numTokens, depth];
    return {
      heads: Array.from({ length: NUM_HEADS }, (_, head) => head),
      factors: new Array(NUM_HEADS).fill(1 / Math.sqrt(depth)),
      axis: "keys", bias: null, edges: [], error: 0,
      block: {
        q: { values: q, shape }, k: { values: k, shape },
        lse: { values: lse, shape: [NUM_HEADS, numTokens] },
      },
    };
  });
}
