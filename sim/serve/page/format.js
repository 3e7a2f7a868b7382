// Numbers as planners read them: four digits, thousands apart, a prefix where units have one.

const STEPS = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e4, "k", 1e3]];

/** The unit that values share: {scale, symbol}; value * scale is shown. Shares become %. */
export function unitOf(unit, values) {
  const largest = Math.max(0, ...values.filter(Number.isFinite).map(Math.abs));
  if (unit === "frac") return { scale: 100, symbol: "%" };
  if (unit === "1" || unit === "" || unit == null) return { scale: 1, symbol: "" };
  if (unit === "s" && largest < 1) return { scale: 1e3, symbol: "ms" };
  if (unit === "yr") return { scale: 1, symbol: "years" };
  if (unit === "m3") return { scale: 1, symbol: "m³" };
  if (unit === "kg" && largest >= 1e4)
    return largest >= 1e7 ? { scale: 1e-6, symbol: "kt" } : { scale: 1e-3, symbol: "t" };
  if (unit === "MWh" && largest >= 1e4) return { scale: 1e-3, symbol: "GWh" };
  const money = unit.startsWith("USD");
  const rest = money ? `$${unit.slice(3)}` : unit;
  if (!money && !unit.startsWith("tok")) return { scale: 1, symbol: rest };
  const step = STEPS.find(([from]) => largest >= from);
  return step ? { scale: 1 / (step[2] ?? step[0]), symbol: step[1] + rest } : { scale: 1, symbol: rest };
}

/** Four digits, or all of a whole number: "42,480", "21.75". */
export function digits(x, n = 4) {
  if (!Number.isFinite(x)) return "–";
  const size = Math.abs(x);
  if (size >= 1000) return Math.round(x).toLocaleString("en-US").replace("-", "−");
  if (size === 0) return "0";
  if (size < 1e-4) return x.toExponential(2).replace("-", "−");
  return String(Number(x.toPrecision(n))).replace("-", "−");
}

/** A value with its unit as one text. */
export function text(value, unit) {
  const u = unitOf(unit, [value]);
  const space = u.symbol === "" ? "" : " ";
  return Number.isFinite(value) ? `${digits(value * u.scale)}${space}${u.symbol}` : "–";
}

/** "site.ceiling.limit_mw" as words: "limit". */
export function words(key) {
  const known = { mw: "", usd: "", frac: "", h: "", c: "", k: "", s: "", min: "", mwh: "" };
  const parts = key.replace(/_(usd_per|per)_.*/, "").split("_");
  while (parts.length > 1 && parts.at(-1) in known) parts.pop();
  const short = { llm: "model", slo: "SLO", ttft: "TTFT", irr: "IRR", ups: "UPS", cdu: "CDU", it: "IT", om: "O&M" };
  const said = parts.map((p) => short[p] ?? p).join(" ");
  return said.charAt(0).toUpperCase() + said.slice(1);
}

/** A unit as it stands beside a field: "USD/MWh", "%"-free shares, nothing for pure numbers. */
export const fieldUnit = (unit) =>
  unit == null || unit === "1" ? "" : unit === "frac" ? "0–1" : unit.replace("USD", "$");
