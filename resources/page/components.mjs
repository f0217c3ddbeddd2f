// Colours of tokens: their first three principal components as red, green and blue.
//
// As vitviz's explain/token_states: each component from its 2nd to its 98th percentile,
// with the sign that makes the patch farthest from the mean positive. Components by
// subspace iteration with Rayleigh-Ritz: Golub and Van Loan, Matrix Computations, 8.2.

import { percentile } from "./maps.mjs";

const COMPONENTS = 3;
/** Columns that are iterated; those beside the first three make these converge. */
const COLUMNS = 8;
const ITERATIONS = 24;
const SWEEPS = 12;

/** Return the product of two columns. */
function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) {
    sum += a[i] * b[i];
  }
  return sum;
}

/** Make columns orthonormal, one after the other (modified Gram-Schmidt). */
function orthonormalise(columns) {
  columns.forEach((column, at) => {
    for (const former of columns.slice(0, at)) {
      const share = dot(column, former);
      for (let i = 0; i < column.length; i += 1) {
        column[i] -= share * former[i];
      }
    }
    const length = Math.sqrt(dot(column, column)) || 1;
    for (let i = 0; i < column.length; i += 1) {
      column[i] /= length;
    }
  });
}

/** Return columns mixed by a matrix: out_j = Σ_i columns_i · mix[i][j]. */
function mixed(columns, mix) {
  return columns.map((_, j) => {
    const out = new Float64Array(columns[0].length);
    columns.forEach((column, i) => {
      for (let row = 0; row < out.length; row += 1) {
        out[row] += column[row] * mix[i][j];
      }
    });
    return out;
  });
}

/** Return [eigenvalues, eigenvectors as columns] of a small symmetric matrix (Jacobi). */
function eigen(matrix) {
  const size = matrix.length;
  const a = matrix.map((row) => [...row]);
  const vectors = a.map((_, i) => a.map((__, j) => Number(i === j)));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (let p = 0; p < size; p += 1) {
      for (let q = p + 1; q < size; q += 1) {
        const angle = 0.5 * Math.atan2(2 * a[p][q], a[q][q] - a[p][p]);
        const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
        const turn = (row) => {
          [row[p], row[q]] = [cos * row[p] - sin * row[q], sin * row[p] + cos * row[q]];
        };
        a.forEach(turn);
        for (let k = 0; k < size; k += 1) {
          [a[p][k], a[q][k]] = [cos * a[p][k] - sin * a[q][k], sin * a[p][k] + cos * a[q][k]];
        }
        vectors.forEach(turn);
      }
    }
  }
  return [a.map((row, i) => row[i]), vectors];
}

/** Return a symmetric matrix, its rows one behind the other, times a column. */
function applied(matrix, column) {
  const size = column.length;
  const out = new Float64Array(size);
  for (let i = 0, place = 0; i < size; i += 1) {
    let sum = 0;
    for (let j = 0; j < size; j += 1, place += 1) {
      sum += matrix[place] * column[j];
    }
    out[i] = sum;
  }
  return out;
}

/** Return the scores of `count` centred rows on their first components, largest first. */
function componentScores(rows, count, width) {
  const covariance = new Float64Array(width * width);
  for (let n = 0; n < count; n += 1) {
    const start = n * width;
    for (let i = 0, place = 0; i < width; i += 1) {
      const value = rows[start + i];
      for (let j = 0; j < width; j += 1, place += 1) {
        covariance[place] += value * rows[start + j];
      }
    }
  }
  let columns = Array.from({ length: Math.min(COLUMNS, width) }, (_, j) =>
    Float64Array.from({ length: width }, (__, i) => Math.sin(1 + i * (j + 1))),
  );
  orthonormalise(columns);
  for (let i = 0; i < ITERATIONS; i += 1) {
    columns = columns.map((one) => applied(covariance, one));
    orthonormalise(columns);
  }
  const images = columns.map((one) => applied(covariance, one));
  const [values, vectors] = eigen(columns.map((one) => images.map((image) => dot(one, image))));
  const order = values.map((_, i) => i).sort((i, j) => values[j] - values[i]);
  const basis = mixed(columns, vectors.map((row) => order.map((i) => row[i])));
  return basis.slice(0, COMPONENTS).map((axis) =>
    Float64Array.from({ length: count }, (_, n) => dot(rows.subarray(n * width, (n + 1) * width), axis)),
  );
}

/** Return the colours of (count, width) vectors, three bytes each. */
export function principalColours(vectors, count, width) {
  const rows = Float64Array.from(vectors);
  for (let i = 0; i < width; i += 1) {
    let mean = 0;
    for (let n = 0; n < count; n += 1) {
      mean += rows[n * width + i] / count;
    }
    for (let n = 0; n < count; n += 1) {
      rows[n * width + i] -= mean;
    }
  }
  const out = new Uint8Array(3 * count);
  componentScores(rows, count, width).forEach((scores, channel) => {
    const farthest = scores.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    const own = farthest < 0 ? scores.map((value) => -value) : scores;
    const [low, high] = [percentile(own, 2), percentile(own, 98)];
    own.forEach((value, n) => {
      const share = (value - low) / Math.max(high - low, 1e-12);
      out[3 * n + channel] = Math.round(255 * Math.min(1, Math.max(0, share)));
    });
  });
  return out;
}
