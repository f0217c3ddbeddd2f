// Numbers out of base64 text: half, single and double floats, and whole numbers.

/** Return the bytes that a base64 text stands for. */
export function bytesOf(text) {
  if (Uint8Array.fromBase64) {
    return Uint8Array.fromBase64(text);
  }
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) {
    bytes[i] = raw.charCodeAt(i);
  }
  return bytes;
}

/** Return the value of a half float by its 16 bits (IEEE 754, binary16). */
export function halfValue(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) {
    return sign * fraction * 2 ** -24;
  }
  if (exponent === 31) {
    return fraction ? NaN : sign * Infinity;
  }
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let halfValues = null;

/** Return the values of all 65,536 half floats by their bits. */
function halfTable() {
  if (!halfValues) {
    halfValues = new Float32Array(65536);
    for (let bits = 0; bits < 65536; bits += 1) {
      halfValues[bits] = halfValue(bits);
    }
  }
  return halfValues;
}

/** Return numbers of one kind ("f2", "f4", "f8", "i4") that begin at a byte. */
export function numbersAt(bytes, kind, count, start) {
  const from = bytes.byteOffset + start;
  switch (kind) {
    case "f2": {
      const table = halfTable();
      const bits = new Uint16Array(bytes.buffer, from, count);
      const values = new Float32Array(count);
      for (let i = 0; i < count; i += 1) {
        values[i] = table[bits[i]];
      }
      return values;
    }
    case "f4":
      return new Float32Array(bytes.buffer, from, count);
    case "f8":
      return new Float64Array(bytes.buffer, from, count);
    case "i4":
      return new Int32Array(bytes.buffer, from, count);
    default:
      throw new Error(`no kind of number: ${kind}`);
  }
}

/**
 * Return {name: {values, shape}} of the arrays of one block of base64 text; what is not
 * text is the arrays already.
 */
export function arraysOf(text, places) {
  if (typeof text !== "string") {
    return text;
  }
  const bytes = bytesOf(text);
  const found = {};
  for (const [name, [kind, shape, start]] of Object.entries(places)) {
    const count = shape.reduce((product, side) => product * side, 1);
    found[name] = { values: numbersAt(bytes, kind, count, start), shape };
  }
  return found;
}
