// Values as TypeScript source.

/** The value as an expression, with `12n` for a bigint. */
export function literal(value) {
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    const fields = Object.entries(value).map(([name, inner]) => `${JSON.stringify(name)}: ${literal(inner)}`);
    return `{ ${fields.join(', ')} }`;
  }
  return value === undefined ? 'undefined' : JSON.stringify(value);
}

/** One value of each shape: words stay apart, numbers do not. */
export function distinct(values) {
  const shapes = new Map();
  for (const value of values) {
    shapes.set(literal(value).replace(/-?\d[\d.]*n/g, '1n').replace(/: -?\d[\d.]*(?=[,\s])/g, ': 1'), value);
  }
  return [...shapes.values()];
}
