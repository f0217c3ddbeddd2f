// Resampling by separable filters that widen when a picture shrinks, as Pillow does.
//
// Positions of a model and pixels of a photograph are resampled by the same weights:
// those of a triangle (bilinear) and of Keys's cubic with a = −0.5 (bicubic).

/** Return the weight of the bilinear filter at a distance. */
function triangle(x) {
  return Math.max(0, 1 - Math.abs(x));
}

/** Return the weight of the bicubic filter at a distance. */
function cubic(distance) {
  const x = Math.abs(distance);
  if (x < 1) {
    return (1.5 * x - 2.5) * x * x + 1;
  }
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

export const FILTERS = {
  bilinear: { weight: triangle, support: 1 },
  bicubic: { weight: cubic, support: 2 },
};

/**
 * Return {first, weights} for each of `count` numbers resampled from those between
 * `start` and `stop` of `length`.
 */
export function filterWeights(length, start, stop, count, filter) {
  const scale = (stop - start) / count;
  const wide = Math.max(scale, 1);
  const reach = filter.support * wide;
  return Array.from({ length: count }, (_, i) => {
    const middle = start + (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(middle - reach + 0.5));
    const behind = Math.min(length, Math.trunc(middle + reach + 0.5));
    const weights = new Float64Array(behind - first);
    let sum = 0;
    for (let j = 0; j < weights.length; j += 1) {
      weights[j] = filter.weight((first + j - middle + 0.5) / wide);
      sum += weights[j];
    }
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** Return planes of rows × cols numbers resampled to another grid. */
export function resampledPlanes(values, planes, [rows, cols], [newRows, newCols]) {
  const down = filterWeights(rows, 0, rows, newRows, FILTERS.bilinear);
  const across = filterWeights(cols, 0, cols, newCols, FILTERS.bilinear);
  const out = new Float32Array(planes * newRows * newCols);
  for (let plane = 0; plane < planes; plane += 1) {
    down.forEach((row, y) => {
      across.forEach((col, x) => {
        let sum = 0;
        row.weights.forEach((a, i) => {
          const start = (plane * rows + row.first + i) * cols + col.first;
          col.weights.forEach((b, j) => {
            sum += a * b * values[start + j];
          });
        });
        out[(plane * newRows + y) * newCols + x] = sum;
      });
    });
  }
  return out;
}

/** Return filter weights in Pillow's fixed point, with 22 bits behind the point. */
function fixed(all) {
  const unit = 2 ** 22;
  return all.map(({ first, weights }) => ({
    first,
    weights: weights.map((one) => (Math.sign(one) * Math.floor(Math.abs(one) * unit + 0.5)) / unit),
  }));
}

/**
 * Return a box of an RGBA picture resampled to width × height RGB bytes, first across,
 * then down, rounded to bytes between, as Pillow does.
 */
export function resampledPixels(rgba, [sourceWidth, sourceHeight], [left, top, right, bottom], [width, height]) {
  const across = fixed(filterWeights(sourceWidth, left, right, width, FILTERS.bicubic));
  const down = fixed(filterWeights(sourceHeight, top, bottom, height, FILTERS.bicubic));
  const firstRow = down[0].first;
  const lastRow = down[height - 1].first + down[height - 1].weights.length;
  const between = new Uint8ClampedArray((lastRow - firstRow) * width * 3);
  for (let y = firstRow; y < lastRow; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const { first, weights } = across[x];
      for (let channel = 0; channel < 3; channel += 1) {
        let sum = 0;
        for (let j = 0; j < weights.length; j += 1) {
          sum += weights[j] * rgba[4 * (y * sourceWidth + first + j) + channel];
        }
        between[((y - firstRow) * width + x) * 3 + channel] = Math.floor(sum + 0.5);
      }
    }
  }
  const out = new Uint8ClampedArray(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    const { first, weights } = down[y];
    for (let at = 0; at < 3 * width; at += 1) {
      let sum = 0;
      for (let j = 0; j < weights.length; j += 1) {
        sum += weights[j] * between[(first - firstRow + j) * width * 3 + at];
      }
      out[y * width * 3 + at] = Math.floor(sum + 0.5);
    }
  }
  return out;
}
