// Maps of attention: heads fused, levels of the colour bar, ticks, numbers as text.
//
// Each function is the twin of one in vitviz (views/display, views/colour,
// views/colour_bar, domain/number_text); tests hold them against each other.

/** Return several arrays fused to one: "mean", "max" or "min". */
export function fused(rows, fusion) {
  const out = new Float32Array(rows[0].length);
  for (let i = 0; i < out.length; i += 1) {
    let value = rows[0][i];
    for (let head = 1; head < rows.length; head += 1) {
      const other = rows[head][i];
      if (fusion === "mean") {
        value += other;
      } else if (fusion === "max" ? other > value : other < value) {
        value = other;
      }
    }
    out[i] = fusion === "mean" ? value / rows.length : value;
  }
  return out;
}

/** Return values divided by the sum of the patches' values. */
export function renormalised(values, numPrefix) {
  let total = 0;
  for (let i = numPrefix; i < values.length; i += 1) {
    total += values[i];
  }
  return values.map((value) => value / Math.max(total, 1e-30));
}

/** Return a percentile, interpolated between the two values beside it as numpy does. */
export function percentile(values, percent) {
  const sorted = Float64Array.from(values).sort();
  const place = ((sorted.length - 1) * percent) / 100;
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
}

/** Return levels {low, high, log} from 0 to the largest value or to a percentile. */
export function levelsFor(values, { log = false, clipPercent = 0 } = {}) {
  const finite = values.filter(Number.isFinite);
  let high = 0;
  if (finite.length && clipPercent) {
    high = percentile(finite, 100 - clipPercent);
  }
  // also where so few values are above 0 that the percentile is not
  if (finite.length && !(high > 0)) {
    high = finite.reduce((most, value) => (value > most ? value : most), -Infinity);
  }
  if (!(high > 0)) {
    high = 1e-12;
  }
  return { low: log ? high / 1000 : 0, high, log };
}

/** Return the position of a value along the bar, clipped to [0, 1]; 0 for NaN. */
export function fraction(levels, value) {
  let { low, high } = levels;
  let own = value;
  if (levels.log) {
    own = Math.log(Math.max(value, low));
    low = Math.log(low);
    high = Math.log(high);
  }
  const scaled = (own - low) / (high - low);
  return Number.isNaN(scaled) ? 0 : Math.min(1, Math.max(0, scaled));
}

/** Return two to five round values between the ends of the bar, ascending. */
export function ticks(levels) {
  return levels.log ? logTicks(levels) : linearTicks(levels);
}

/** Return multiples of 1, 2, 2.5 or 5 times a power of ten. */
function linearTicks({ low, high }) {
  const span = high - low;
  const power = 10 ** Math.floor(Math.log10(span / 4));
  const steps = [1, 2, 2.5, 5, 10, 20, 25].map((factor) => factor * power);
  const step = steps.find((one) => span / one <= 4.5);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const found = [];
  for (let i = first; i <= last; i += 1) {
    found.push(Number((i * step).toPrecision(6)));
  }
  return found;
}

/** Return powers of ten, or these and three times them. */
function logTicks({ low, high }) {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const powers = [];
  for (let i = first; i <= last; i += 1) {
    powers.push(Number(`1e${i}`));
  }
  if (powers.length >= 3) {
    const step = Math.max(1, Math.ceil(powers.length / 5));
    return powers.filter((_, i) => i % step === 0);
  }
  const inside = powers
    .flatMap((power) => [power, 3 * power])
    .filter((value) => low <= value && value <= high);
  return inside.length >= 2 ? inside : [low, high];
}

/** Return the ticks as text, with equally many decimals unless one has an exponent. */
export function tickLabels(values) {
  const texts = values.map(formatValue);
  if (texts.some((text) => text.includes("e"))) {
    return texts;
  }
  const places = Math.max(...texts.map((text) => (text.split(".")[1] || "").length));
  return values.map((v) => (v ? v.toFixed(places) : "0").replace("-", "\u2212"));
}

/** Return a value with three significant digits, plain from 0.001 to a million. */
export function formatValue(value) {
  if (value === 0) {
    return "0";
  }
  const sign = value < 0 ? "\u2212" : "";
  const size = Math.abs(value);
  if (!Number.isFinite(size)) {
    return sign + (Number.isNaN(size) ? "nan" : "inf");
  }
  if (size < 0.001) {
    return sign + size.toExponential(1);
  }
  if (size >= 1e6) {
    const [digits, exponent] = size.toExponential(2).split("e+");
    return `${sign}${Number(digits)}e+${exponent.padStart(2, "0")}`;
  }
  return sign + String(Number(size.toPrecision(3)));
}
