// Where the model's input lies on the picture: source pixels, model pixels, cells.

/** The placement of a model's input; sizes are [width, height] in pixels. */
export class Placement {
  constructor({ source, resized, offset, model }, [rows, cols]) {
    Object.assign(this, { source, resized, offset, model, rows, cols });
  }

  /** Return the model pixel of a source pixel along an axis, 0 for x, 1 for y. */
  toModel(value, axis) {
    return (value * this.resized[axis]) / this.source[axis] - this.offset[axis];
  }

  /** Return the source pixel of a model pixel along an axis. */
  toSource(value, axis) {
    return ((value + this.offset[axis]) * this.source[axis]) / this.resized[axis];
  }

  /** Return [left, top, right, bottom] of the model's input, padding included. */
  inputRect() {
    return [
      this.toSource(0, 0), this.toSource(0, 1),
      this.toSource(this.model[0], 0), this.toSource(this.model[1], 1),
    ];
  }

  /** Return [left, top, right, bottom] of what the model saw of the picture. */
  seenRect() {
    const [left, top, right, bottom] = this.inputRect();
    return [
      Math.max(left, 0), Math.max(top, 0),
      Math.min(right, this.source[0]), Math.min(bottom, this.source[1]),
    ];
  }

  /** Return [left, top, right, bottom] around picture and input. */
  shownRect() {
    const [left, top, right, bottom] = this.inputRect();
    return [
      Math.min(0, left), Math.min(0, top),
      Math.max(this.source[0], right), Math.max(this.source[1], bottom),
    ];
  }

  /** Return the patch, counted from 0, under a source pixel; null outside. */
  patchAt(x, y) {
    const [left, top, right, bottom] = this.seenRect();
    if (!(left <= x && x < right && top <= y && y < bottom)) {
      return null;
    }
    const inside = (value, count) => Math.min(Math.max(Math.floor(value), 0), count - 1);
    const row = inside((this.toModel(y, 1) * this.rows) / this.model[1], this.rows);
    const col = inside((this.toModel(x, 0) * this.cols) / this.model[0], this.cols);
    return row * this.cols + col;
  }

  /** Return [left, top, right, bottom] of a patch in source pixels. */
  patchRect(patch) {
    const width = this.model[0] / this.cols;
    const height = this.model[1] / this.rows;
    const row = Math.floor(patch / this.cols);
    const col = patch % this.cols;
    return [
      this.toSource(col * width, 0), this.toSource(row * height, 1),
      this.toSource((col + 1) * width, 0), this.toSource((row + 1) * height, 1),
    ];
  }
}
