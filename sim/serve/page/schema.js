// From an input's path to its row of the descriptor tables, as the JSON Schema tells it.

/** Parts of an anyOf hold types by turns: the object among them, or the first of a type. */
const part = (node, test) => node?.anyOf?.find(test);
const membersOf = (node) => node?.properties ?? part(node, (n) => n.properties)?.properties;

/** {doc, unit, min, max, def, usual, words, names, type} of a path such as "fleet.0.count"; null for none. */
export function describe(schema, path) {
  let node = schema;
  for (const key of path.split(".")) {
    node = /^\d+$/.test(key) && node?.items ? node.items : membersOf(node)?.[key];
    if (!node) return null;
  }
  const number = node.minimum !== undefined ? node : part(node, (n) => n.minimum !== undefined || n.type?.includes?.("integer"));
  const types = [node.type ?? number?.type ?? []].flat();
  return {
    doc: node.description ?? "",
    unit: node["x-unit"],
    min: number?.minimum,
    max: number?.maximum,
    usual: node["x-usual"],
    def: node.default,
    choices: node.enum ?? part(node, (n) => n.enum)?.enum,
    names: node.examples ?? part(node, (n) => n.examples)?.examples,
    isNumber: types.includes("number") || types.includes("integer"),
    isWhole: types.includes("integer"),
    isFlag: types.includes("boolean"),
    isList: types.includes("array"),
  };
}

/** A step of 1, 2 or 5 that parts `width` into about `n`. */
export function niceStep(width, n) {
  const raw = width / n, power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999);
}

/** Ends and step of a slider around a value: what is usual, else a third to three times, within what is allowed. */
export function sliderRange(row, value) {
  const min = row.min ?? -Infinity, max = row.max ?? Infinity;
  let low, high;
  if (row.unit === "frac" && min >= 0 && max <= 1) [low, high] = [min, max];
  else if (row.usual && value > 0) [low, high] = [Math.min(value, Math.max(row.usual[0], value / 5)), Math.max(value, Math.min(row.usual[1], value * 4))];
  else if (row.usual) [low, high] = [Math.min(row.usual[0], value), Math.max(row.usual[1], value)];
  else if (max - min <= 100) [low, high] = [min, max];
  else if (value === 0) [low, high] = [Math.max(min, 0), Math.min(max, 10)];
  else [low, high] = value > 0 ? [value / 4, value * 3] : [value * 3, value / 4];
  let step = niceStep(high - low, 200);
  if (row.isWhole) step = Math.max(1, Math.round(step));
  low = Math.max(min, Math.floor(low / step) * step);
  high = Math.min(max, Math.ceil(high / step) * step);
  return { low, high, step };
}
