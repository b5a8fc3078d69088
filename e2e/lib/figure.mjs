// Figures as `cargo xtask bench` reads them: name, value and unit on a line.

/** Prints a measured value. */
export function figure(name, value, unit) {
  console.log(`${name}\t${value}\t${unit}`);
}

/** Says why there is no value. */
export function unmeasured(name, why) {
  console.log(`${name}\t-\t${why}`);
}

/** The value below which a share of the values lies. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
